"""A number of two sets of networks side by side, and by how much it differs in the same trials."""

import math
from collections.abc import Sequence

import numpy as np

from lth.report import bootstrap
from lth.report.comparison.section import Spread, spread
from lth.report.rows import LEAST, by_trial

DECIMALS = 12  # of a mean change, so that changes which cancel are 0


def paired(one: np.ndarray, other: np.ndarray, trials: Sequence[int]) -> dict[str, Spread]:
    """Cells `a` and `b` with the range over networks, and their `change` from `a` to `b`.

    `one`, `other` and `trials` are of the same networks.
    """
    return {"a": spread(one), "b": spread(other), "change": change(one, other, trials)}


def change(one: np.ndarray, other: np.ndarray, trials: Sequence[int]) -> Spread:
    """By how much `other` is above `one` in the mean over trials, repeats being averaged first.

    Its interval has 95 % of a bootstrap over trials, with the same draws each time.
    """
    apart = by_trial(other - one, trials)
    few = len(apart) < LEAST
    low, high = (math.nan, math.nan) if few else _interval(apart)
    mean = round(float(apart.mean()), DECIMALS)
    return Spread(mean, low, high, tuple(apart.tolist()))


def _interval(values: np.ndarray) -> tuple[float, float]:
    low, high = bootstrap.interval(values[:, None], "comparison")
    return low.item(), high.item()
