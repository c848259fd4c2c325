"""Points of lines: means over trials and repeats, and the ends of their bars."""

import math
from typing import Any

import pytest

from lth.report.points import points

ACCURACY = "final_test_accuracy"


def row(
    strategy: str, round: int, accuracy: float, density: float = 0.5, trial: int = 0
) -> dict[str, Any]:
    line = {"experiment": "toy", "strategy": strategy, "branch": "ticket", "round": round}
    size = {"density": density, "weights_left": int(1000 * density)}
    return {**line, "trial": trial, **size, ACCURACY: accuracy}


REPEATED = [row("iterative", 1, value, trial=trial) for value, trial in ((7, 1), (1, 0), (3, 0))]


def test_points_are_mean_minimum_and_maximum() -> None:
    table = [row("iterative", 1, value, 0.75) for value in (0.5, 0.75, 0.25)]
    table += [row("iterative", 0, 0.125, 1.0), row("oneshot", 1, 0.5, 0.1)]
    found = points(table, ACCURACY)
    assert found["iterative", "ticket"] == [
        (1.0, 0.125, 0.125, 0.125, 1),
        (0.75, 0.5, 0.25, 0.75, 3),
    ]
    assert found["oneshot", "ticket"] == [(0.1, 0.5, 0.5, 0.5, 1)]


def test_sizes_may_be_numbers_of_weights() -> None:
    (point,) = points([row("iterative", 1, 0.5)], ACCURACY, "weights_left")["iterative", "ticket"]
    assert point.size == 500


@pytest.mark.parametrize("value", [0.1, 0.7, 0.9583333333333334])
@pytest.mark.parametrize("count", [3, 5, 15])
def test_a_mean_lies_between_its_ends(value: float, count: int) -> None:
    table = [row("iterative", 1, value) for _ in range(count)]
    ((_, mean, low, high, _),) = points(table, ACCURACY)["iterative", "ticket"]
    assert low <= mean <= high, "in spite of rounding"


def test_a_point_with_a_nan_is_nan() -> None:
    table = [row("iterative", 1, value) for value in (0.5, math.nan)]
    ((size, mean, *_),) = points(table, ACCURACY)["iterative", "ticket"]
    assert (size, math.isnan(mean)) == (0.5, True)


def test_an_interval_is_over_trials_whose_repeats_are_averaged() -> None:
    ((_, *range_, _),) = points(REPEATED, ACCURACY)["iterative", "ticket"]
    ((_, *interval, _),) = points(REPEATED, ACCURACY, bars="interval")["iterative", "ticket"]
    assert range_ == pytest.approx([11 / 3, 1, 7])
    assert interval == pytest.approx([11 / 3, 2, 7]), "of two trials a quarter of draws has one"


def test_an_interval_of_one_trial_has_no_ends() -> None:
    ((_, mean, low, high, _),) = points(REPEATED[1:], ACCURACY, bars="interval")[
        "iterative", "ticket"
    ]
    assert (mean, math.isnan(low), math.isnan(high)) == (2, True, True)
