"""The smallest winning tickets: the sparsest rounds that are as good as the dense network.

In the paper a winning ticket reaches at least the accuracy of the dense network in at most as many
iterations. Here both are tested over trials. A trial has one θ0, so a ticket is compared with the
dense network of its own trial.
"""

import math
from collections.abc import Sequence

import numpy as np

from lth.report import student
from lth.report.rows import LEAST, Rounds, Row, by_trial, column, trials

NAMES = tuple(
    f"{kind}_density{end}" for kind in ("winning", "accurate") for end in ("", "_low", "_high")
)
MARGIN = 0.001  # a tenth of a point of accuracy
ROUNDING = 1e-9  # of differences: far below an example or an iteration


def densities(rounds: Rounds, dense: Sequence[Row]) -> dict[str, float]:
    """The densities of the smallest tickets of a line, by NAMES. They are NaN where there are none.

    `rounds` are all rounds of the line, and `dense` the dense network. A round is `accurate` where
    the lower 95 % bound of its mean accuracy, less that of the dense network, is not below -MARGIN.
    It is `winning` where it also stops no later: the bound of how much sooner is not below 0.
    `..._low` and `..._high` are the sparsest and the densest of those that trials have by
    themselves, without bounds. A trial without any has 1.
    """
    if len(set(trials(dense))) < LEAST:
        return dict.fromkeys(NAMES, math.nan)
    sizes = np.array([rows[0]["density"] for rows in rounds])
    accurate = _passed(_gains(rounds, dense, "early_stop_test_accuracy"), MARGIN)
    winning = accurate & _passed(-_gains(rounds, dense, "early_stop_iteration"), 0)
    return dict(zip(NAMES, [*_ends(sizes, winning), *_ends(sizes, accurate)], strict=True))


def _gains(rounds: Rounds, dense: Sequence[Row], quantity: str) -> np.ndarray:
    """By how much rounds are above the dense network of the same trial [rounds, trials]."""
    means = [by_trial(column(rows, quantity), trials(rows)) for rows in (dense, *rounds)]
    return np.array(means[1:]) - means[0]


def _passed(gains: np.ndarray, margin: float) -> np.ndarray:
    """Whether rounds are not below by more than a margin [rounds, 1 + trials].

    The first column is of the lower bound, and the others are of single trials.
    """
    return np.column_stack([student.lower_bound(gains), gains]) >= -margin - ROUNDING


def _ends(sizes: np.ndarray, passed: np.ndarray) -> tuple[float, float, float]:
    """The sparsest pruned round by the bound, and the ends of those of single trials."""
    whole, single = _smallest(sizes[1:], passed[1:, :1]), _smallest(sizes, passed[:, 1:])
    return float(whole[0]), float(single.min()), float(single.max())


def _smallest(sizes: np.ndarray, passed: np.ndarray) -> np.ndarray:
    """The least of the sizes [rounds] that passed [rounds, columns], by column; NaN for none."""
    found = np.where(passed, sizes[:, None], math.inf).min(axis=0, initial=math.inf)
    return np.where(np.isfinite(found), found, math.nan)
