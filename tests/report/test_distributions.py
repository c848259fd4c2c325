"""Distributions over trials: bins, and what sums them up."""

import numpy as np

from lth.report import distributions
from lth.report.distributions import ALL, COLUMNS


def test_rows_are_of_all_trials_and_then_of_each() -> None:
    trials = {0: np.array([-1.0, 1.0]), 2: np.array([0.5, 0.5])}
    rows = distributions.rows(trials, 2, (-1.0, 1.0))
    assert [row["trial"] for row in rows] == [ALL, ALL, 0, 0, 2, 2]
    assert [row["density"] for row in rows] == [0.25, 0.75, 0.5, 0.5, 0, 1]
    assert {tuple(row) for row in rows} == {COLUMNS}
    assert [(row["mean"], row["positive"]) for row in rows[2::2]] == [(0, 0.5), (0.5, 1)]
    assert rows[2]["deviation"] == 1


def test_what_is_no_number_is_left_out_of_the_sums() -> None:
    found = distributions.summary(np.array([np.nan, np.inf, 1, 3]))
    assert found == {"mean": 2, "deviation": 1, "positive": 1}


def test_of_nothing_there_is_no_mean() -> None:
    found = distributions.summary(np.array([np.nan]))
    assert all(np.isnan(value) for value in found.values())
