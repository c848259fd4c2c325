"""The test set may be evaluated less often, which changes nothing but how often it is."""

from collections.abc import Callable

import numpy as np
import pytest
import stacks
from stacks import ADAM, LENET, changed, equal

from lth.training.measures import CURVES, TEST, template, untested
from lth.training.recipe import Recipe
from lth.training.sparse.loop import train as train_sparsely
from lth.training.stack import Result

Train = Callable[..., Result]
RECIPE = changed(ADAM, iterations=23, evaluate_every=2)
ENGINES = pytest.mark.parametrize(
    "train", [stacks.trained, train_sparsely], ids=["torch", "sparse"]
)


def trained(train: Train, recipe: Recipe, first: int = 0) -> Result:
    return train(stacks.toy_stack(LENET, 4, recipe), first=first)


@ENGINES
@pytest.mark.parametrize("every", [2, 5, 100])
def test_a_run_is_the_same_but_for_how_often_it_is_tested(train: Train, every: int) -> None:
    often, rare = trained(train, RECIPE), trained(train, changed(RECIPE, test_every=every))
    assert equal(rare.weights, often.weights)
    assert equal(rare.measures, often.measures)
    assert rare.test_iterations.tolist() == [*range(0, 23, 2 * every), 23]
    known = np.isin(often.iterations, rare.test_iterations)
    for name in CURVES:
        expected = often.curves[name]
        assert np.array_equal(rare.curves[name], expected[:, known] if name in TEST else expected)


@ENGINES
def test_a_stop_between_two_tests_is_tested_on_the_weights_kept(train: Train) -> None:
    fast = changed(RECIPE, learning_rate=0.05, iterations=40)
    often, rare = trained(train, fast), trained(train, changed(fast, test_every=100))
    assert untested(rare.measures, rare.test_iterations).any(), "a stop inside is needed here"
    assert np.isfinite(rare.measures["early_stop_test_loss"]).all()
    assert equal(rare.measures, often.measures)


@ENGINES
def test_a_late_start_is_tested_at_its_first_evaluation(train: Train) -> None:
    often = trained(train, RECIPE, first=3)
    rare = trained(train, changed(RECIPE, test_every=5), first=3)
    assert rare.test_iterations.tolist() == [4, 10, 20, 23]
    assert equal(rare.measures, often.measures)


@ENGINES
def test_networks_that_diverge_at_once_are_measured_alike(train: Train) -> None:
    wild = changed(RECIPE, optimizer="sgd", learning_rate=1e30)
    often = trained(train, wild, first=3)
    assert np.isnan(often.measures["early_stop_test_loss"]).all(), "no finite loss is needed here"
    rare = trained(train, changed(wild, test_every=100), first=3)
    assert all(
        np.array_equal(value, often.measures[name], equal_nan=value.dtype.kind == "f")
        for name, value in rare.measures.items()
    )


def test_a_run_that_is_tested_rarely_fits_its_template() -> None:
    recipe = changed(RECIPE, test_every=3)
    run, expected = trained(stacks.trained, recipe), template(recipe, 0, 4)
    assert expected["test_iterations"][0] == run.test_iterations.shape == (5,)
    assert expected["iterations"][0] == run.iterations.shape == (13,)
    for name, curve in run.curves.items():
        assert expected[f"curves/{name}"][0] == curve.shape
