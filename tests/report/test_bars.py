"""What bars are: minimum to maximum over networks, or an interval of the mean over trials."""

import typing

import numpy as np

from lth.report.bars import NOTES, Bars, ends

VALUES = np.array([[0.0, 8.0], [4.0, 2.0], [2.0, 8.0], [6.0, 2.0]])  # four networks, two points
TRIALS = [0, 1, 0, 1]


def test_a_range_is_over_networks() -> None:
    low, high = ends("range", VALUES, TRIALS, "toy")
    assert (low.tolist(), high.tolist()) == ([0, 2], [6, 8])


def test_an_interval_is_over_trials() -> None:
    low, high = ends("interval", VALUES, TRIALS, "toy")
    assert (low.tolist(), high.tolist()) == ([1, 2], [5, 8])


def test_all_bars_are_said_in_words() -> None:
    assert NOTES.keys() == set(typing.get_args(Bars))
