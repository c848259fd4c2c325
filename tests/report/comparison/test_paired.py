"""Numbers side by side, and by how much they differ in the same trials."""

import math

import numpy as np
import pytest

from lth.report.comparison.paired import change, paired
from lth.report.comparison.section import Spread


def test_sides_have_the_range_over_networks() -> None:
    found = paired(np.array([1.0, 2.0]), np.array([5.0, 5.0]), [0, 1])
    assert found["a"] == Spread(1.5, 1.0, 2.0, (1.0, 2.0))
    assert found["b"] == Spread(5.0, 5.0, 5.0, (5.0, 5.0))
    assert found["change"].mean == 3.5


def test_repeats_of_a_trial_are_averaged_first() -> None:
    found = change(np.zeros(4), np.array([1.0, 3.0, 5.0, 7.0]), [0, 0, 0, 1])
    assert (found.mean, found.values) == (5.0, (3.0, 7.0))


def test_an_interval_is_paired_over_trials() -> None:
    one = np.array([10.0, 20.0, 30.0])
    same = change(one, one + 2, [0, 1, 2])
    assert (same.low, same.high) == (2, 2), "trials differ otherwise"
    other = one + np.array([1, 2, 3])
    apart = change(one, other, [0, 1, 2])
    # 3^3 draws of three trials: the least and the largest mean have a chance of 1/27 each.
    assert (apart.low, apart.high) == (pytest.approx(1), pytest.approx(3))
    assert change(one, other, [0, 1, 2]) == apart, "the same each time"


def test_changes_that_cancel_are_0() -> None:
    assert change(np.zeros(3), np.array([0.2, 0.1, -0.3]), [0, 1, 2]).mean == 0


def test_few_trials_have_no_interval() -> None:
    found = change(np.zeros(2), np.ones(2), [0, 1])
    assert found.mean == 1
    assert math.isnan(found.low)
    assert math.isnan(found.high)
