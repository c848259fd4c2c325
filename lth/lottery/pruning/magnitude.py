"""Pruning by magnitude: how many weights go, and which.

Of n survivors exactly round(rate * n) are removed, the smallest magnitudes first. Ties go by lower
index, so that the result is the same everywhere. (A threshold with a comparison prunes one weight
too many or too few, and more on ties.)
"""

import numpy as np


def count(survivors: int, rate: float) -> int:
    """How many of the survivors a rate in [0, 1) prunes. Halves are rounded to even."""
    return round(rate * survivors)


def smallest(weights: np.ndarray, mask: np.ndarray, number: int) -> np.ndarray:
    """The mask without the `number` survivors of smallest magnitude, ties by lower flat index.

    `weights` (float), `mask` (bool) and the result have one shape. A NaN counts as the largest.
    """
    survivors = np.flatnonzero(mask)
    order = np.argsort(np.abs(weights.ravel()[survivors]), kind="stable")
    pruned = mask.copy()
    pruned.ravel()[survivors[order[:number]]] = False
    return pruned
