"""Points of lines: means over trials and repeats, between minimum and maximum."""

import math
from typing import Any

import pytest

from lth.report.points import points

ACCURACY = "final_test_accuracy"


def row(strategy: str, round: int, accuracy: float, density: float = 0.5) -> dict[str, Any]:
    line = {"strategy": strategy, "branch": "ticket", "round": round}
    return {**line, "density": density, "weights_left": int(1000 * density), ACCURACY: accuracy}


def test_points_are_mean_minimum_and_maximum() -> None:
    table = [row("iterative", 1, value, 0.75) for value in (0.5, 0.75, 0.25)]
    table += [row("iterative", 0, 0.125, 1.0), row("oneshot", 1, 0.5, 0.1)]
    found = points(table, ACCURACY)
    assert found["iterative", "ticket"] == [(1.0, 0.125, 0.125, 0.125), (0.75, 0.5, 0.25, 0.75)]
    assert found["oneshot", "ticket"] == [(0.1, 0.5, 0.5, 0.5)]


def test_sizes_may_be_numbers_of_weights() -> None:
    (point,) = points([row("iterative", 1, 0.5)], ACCURACY, "weights_left")["iterative", "ticket"]
    assert point.size == 500


@pytest.mark.parametrize("value", [0.1, 0.7, 0.9583333333333334])
@pytest.mark.parametrize("count", [3, 5, 15])
def test_a_mean_lies_between_its_ends(value: float, count: int) -> None:
    table = [row("iterative", 1, value) for _ in range(count)]
    ((_, mean, low, high),) = points(table, ACCURACY)["iterative", "ticket"]
    assert low <= mean <= high, "in spite of rounding"


def test_a_point_with_a_nan_is_nan() -> None:
    table = [row("iterative", 1, value) for value in (0.5, math.nan)]
    ((size, mean, *_),) = points(table, ACCURACY)["iterative", "ticket"]
    assert (size, math.isnan(mean)) == (0.5, True)
