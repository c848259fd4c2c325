"""Intervals by a bootstrap over trials: the same draws, which all lines of an experiment share."""

import math

import numpy as np
import pytest

from lth.report import bootstrap


def ends(values: list[float], experiment: str = "toy") -> tuple[float, float]:
    low, high = bootstrap.interval(np.array([values]).T, experiment)
    return low.item(), high.item()


def test_draws_are_trials_and_the_same_each_time() -> None:
    picks = bootstrap.picks("toy", 5)
    assert picks.shape == (bootstrap.DRAWS, 5)
    assert np.unique(picks).tolist() == [0, 1, 2, 3, 4]
    assert np.array_equal(picks, bootstrap.picks("toy", 5))


def test_other_experiments_have_other_draws() -> None:
    assert not np.array_equal(bootstrap.picks("toy", 5), bootstrap.picks("other", 5))


@pytest.mark.parametrize("values", [[3.0, 1.0], [2.0, 5.0, 4.0]])
def test_an_interval_of_three_trials_goes_to_their_ends(values: list[float]) -> None:
    assert ends(values) == (min(values), max(values)), "a draw of one trial alone is above 2.5 %"


def test_an_interval_of_many_trials_is_that_of_their_error() -> None:
    values = np.linspace(-1, 1, 201)
    low, high = ends(values.tolist())
    error = values.std() / math.sqrt(201)
    assert [low, high] == pytest.approx([-1.96 * error, 1.96 * error], rel=0.1)


def test_lines_of_an_experiment_are_drawn_together() -> None:
    values = np.random.default_rng(1).normal(size=(5, 1))
    one, other = (bootstrap.interval(line, "toy") for line in (values, values + 0.5))
    assert np.subtract(other, one) == pytest.approx(0.5)


def test_trials_that_agree_have_an_interval_of_no_length() -> None:
    assert ends([0.7] * 5) == pytest.approx((0.7, 0.7))


@pytest.mark.parametrize("values", [[1.0], [1.0, math.nan, 2.0], [1.0, math.inf, 2.0]])
def test_what_has_no_interval_has_no_ends(values: list[float]) -> None:
    assert all(math.isnan(end) for end in ends(values))


def test_points_have_intervals_of_their_own() -> None:
    low, high = bootstrap.interval(np.array([[1.0, 10.0, math.nan], [3.0, 30.0, 5.0]]), "toy")
    assert low.tolist()[:2] + high.tolist()[:2] == [1, 10, 3, 30]
    assert math.isnan(low[2])


def test_the_middle_of_draws_leaves_a_fortieth_on_each_side() -> None:
    assert bootstrap.middle(range(1001)) == (25, 975)
    truths = np.array([False] * 25 + [True] * 976)
    assert bootstrap.middle(truths) == (True, True)
    assert bootstrap.middle(~truths) == (False, False)
