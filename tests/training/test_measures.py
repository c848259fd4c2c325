"""Measures: what follows from curves, and the arrays of a run file."""

import re
from typing import Any

import numpy as np
import pytest
from stacks import ADAM, LENET, toy_stack, trained

from lth.files.hdf5 import FLOAT, INTEGER
from lth.settings import plain
from lth.training.measures import (
    CURVES,
    MEASURES,
    TEST,
    filled,
    from_curves,
    template,
    template_of,
    untested,
)

ITERATIONS = np.array([0, 5, 10, 15])
SETTINGS: dict[str, Any] = {"recipe": plain(ADAM), "start": {"kind": "theta0"}}


def curves_of(loss: list[float], other: float = 0.5) -> dict[str, np.ndarray]:
    curves = {name: np.full((1, 4), other) for name in CURVES}
    accuracy = np.array([[0.1, 0.2, 0.3, 0.4]])
    return curves | {"validation_loss": np.array([loss]), "test_accuracy": accuracy}


def test_early_stopping_is_the_first_minimum_of_validation_loss() -> None:
    measures = from_curves(ITERATIONS, ITERATIONS, curves_of([3.0, 1.0, 1.0, 2.0]))
    assert measures["early_stop_iteration"].tolist() == [5]
    assert measures["early_stop_test_accuracy"].tolist() == [0.2]
    assert measures["final_test_accuracy"].tolist() == [0.4]
    assert measures["early_stop_validation_loss"].tolist() == [1.0]
    assert measures["diverged"].tolist() == [False]


@pytest.mark.parametrize("broken", [np.nan, np.inf])
def test_a_diverged_run_stops_early_in_its_finite_part(broken: float) -> None:
    measures = from_curves(ITERATIONS, ITERATIONS, curves_of([3.0, 2.0, broken, broken]))
    assert measures["early_stop_iteration"].tolist() == [5]
    assert measures["diverged"].tolist() == [True]


def test_any_loss_that_is_not_finite_is_a_divergence() -> None:
    curves = curves_of([3.0, 2.0, 1.0, 1.0]) | {"test_loss": np.array([[1.0, 1.0, np.inf, 1.0]])}
    assert from_curves(ITERATIONS, ITERATIONS, curves)["diverged"].tolist() == [True]


def test_test_measures_are_unknown_where_the_stop_is_untested() -> None:
    curves = {name: np.repeat(curve, 2, axis=0) for name, curve in curves_of([3, 2, 1, 4]).items()}
    curves["validation_loss"] = np.array([[3.0, 2.0, 1.0, 4.0], [3.0, 2.0, 2.0, 1.0]])
    curves |= {name: curves[name][:, ::3] for name in TEST}
    tests = ITERATIONS[::3]
    measures = from_curves(ITERATIONS, tests, curves)
    assert measures["early_stop_iteration"].tolist() == [10, 15]
    assert untested(measures, tests).tolist() == [True, False]
    assert np.array_equal(measures["early_stop_test_accuracy"], [np.nan, 0.4], equal_nan=True)
    found = {"early_stop_test_accuracy": np.array([0.7, 0.8])}
    found["early_stop_test_loss"] = np.array([np.inf, 1.0])
    whole = filled(measures, tests, found)
    assert whole["early_stop_test_accuracy"].tolist() == [0.7, 0.4]
    assert whole["diverged"].tolist() == [True, False], "a loss that is not finite is seen there"


def test_a_run_has_the_measures_that_follow_from_its_curves() -> None:
    run = trained(toy_stack(LENET, 2))
    for name, value in from_curves(run.iterations, run.test_iterations, run.curves).items():
        assert np.array_equal(run.measures[name], value)
    assert set(run.curves) == set(CURVES)
    others = {"weights_left", "density", "ancestor_diverged"}  # which follow from masks
    assert set(run.measures) == set(MEASURES) - others


def test_a_run_fits_its_template() -> None:
    run, expected = trained(toy_stack(LENET, 2)), template(ADAM, 0, 2)
    assert expected["iterations"] == (run.iterations.shape, INTEGER)
    for name, curve in run.curves.items():
        assert expected[f"curves/{name}"] == (curve.shape, curve.dtype)
    for name, value in run.measures.items():
        assert expected[f"measures/{name}"] == (value.shape, value.dtype)
    assert expected["trial"] == expected["repeat"] == ((2,), INTEGER)


def test_a_run_of_rewound_weights_has_later_evaluations_only() -> None:
    assert template(ADAM, 7, 3)["curves/test_loss"] == ((3, 3), FLOAT)


def test_plain_settings_have_the_template_of_a_recipe() -> None:
    start = {"kind": "rewound", "iteration": 7}
    assert template_of(SETTINGS, 2) == template(ADAM, 0, 2)
    assert template_of(SETTINGS | {"start": start}, 3) == template(ADAM, 7, 3)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"start": {"kind": "theta0"}}, "settings: missing key 'recipe', which those of a run"),
        ({"recipe": plain(ADAM)}, "settings: missing key 'start', which those of a run have"),
        (SETTINGS | {"start": 3}, "start: expected a mapping, got 3"),
        (
            SETTINGS | {"start": {"iteration": -1}},
            "start.iteration: expected a whole number of at least 0, got -1",
        ),
        (
            SETTINGS | {"start": {"iteration": "7"}},
            "start.iteration: expected a whole number of at least 0, got '7'",
        ),
        (
            SETTINGS | {"start": {"iteration": 20}},
            "start.iteration: expected an iteration below the 20 of the recipe, got 20",
        ),
        (SETTINGS | {"recipe": {}}, "recipe: missing key 'optimizer'"),
    ],
)
def test_settings_of_no_run_are_refused(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        template_of(settings, 2)
