"""Intervals by a bootstrap over trials. They have the same draws each time.

Of a sample of trials one draws as many, with replacement, again and again. The middle 95 % of what
comes out is the interval (Efron & Tibshirani 1993, chapter 13: percentiles).
"""

import math
from collections.abc import Sequence

import numpy as np

from lth.seeds import stream

DRAWS = 1_000
BESIDE = 0.025  # the share of draws on either side of the middle 95 %


def picks(experiment: str, trials: int) -> np.ndarray:
    """Which trials each draw has [draws, trials], as places among the trials of an experiment.

    All lines of an experiment share them, since they share its dense networks. Other experiments
    have others.
    """
    return stream(1, "bootstrap", experiment=experiment).integers(0, trials, (DRAWS, trials))


def interval(values: np.ndarray, experiment: str) -> tuple[np.ndarray, np.ndarray]:
    """The ends [points] of the interval of the mean over trials, of values [trials, points].

    They are NaN where there is one trial, or a value is not finite.
    """
    drawn = picks(experiment, len(values))
    low, high = np.array([_of_mean(point, drawn) for point in values.T]).reshape(-1, 2).T
    return low, high


def _of_mean(values: np.ndarray, drawn: np.ndarray) -> tuple[float, float]:
    """The interval of the mean of values [trials]."""
    if len(values) == 1 or not np.isfinite(values).all():
        return math.nan, math.nan
    return middle(values[drawn].mean(axis=1))


def middle(draws: Sequence[float] | np.ndarray) -> tuple[float, float]:
    """The first and the last of the middle 95 % of draws, which are numbers or truths."""
    ranked = np.sort(draws)
    beside = round(BESIDE * (len(ranked) - 1))
    return ranked[beside].item(), ranked[-1 - beside].item()
