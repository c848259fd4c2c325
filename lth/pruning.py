"""Which weights go: magnitude pruning by exact count. A strategy is a function from weights and masks to masks.

Of n survivors exactly round(rate * n) are removed, smallest magnitude first and ties by lower flat index, so that the result is the same
everywhere. (Thresholds with a comparison prune one weight too many or too few, and more on ties.)
"""

from collections.abc import Mapping

import numpy as np

Masks = Mapping[str, np.ndarray]


def count(survivors: int, rate: float) -> int:
    """How many of the survivors a rate prunes: round(rate * survivors), halves to even. The rate is in [0, 1)."""
    return round(rate * survivors)


def smallest(weights: np.ndarray, mask: np.ndarray, rate: float) -> np.ndarray:
    """The mask of one layer of one network, without the `count(mask.sum(), rate)` survivors of smallest magnitude.

    `weights` (float) and `mask` (bool) have one shape, and so has the result. A NaN counts as the largest magnitude.
    """
    survivors = np.flatnonzero(mask)
    order = np.argsort(np.abs(weights.ravel()[survivors]), kind="stable")
    pruned = mask.copy()
    pruned.ravel()[survivors[order[: count(survivors.size, rate)]]] = False
    return pruned


def by_layer(weights: Masks, masks: Masks, rates: Mapping[str, float]) -> dict[str, np.ndarray]:
    """Prunes each layer of each network of a stack by its own rate. Arrays are [networks, ...]; `rates` is by parameter name."""
    return {name: np.stack([smallest(w, m, rates[name]) for w, m in zip(weights[name], masks[name], strict=True)]) for name in masks}


def density(masks: Masks) -> np.ndarray:
    """P_m of each network [networks]: the share of the prunable weights that is left, in [0, 1]."""
    kept = sum(mask.reshape(len(mask), -1).sum(axis=1) for mask in masks.values())
    return np.asarray(kept) / sum(mask[0].size for mask in masks.values())


def survivors(masks: Masks) -> np.ndarray:
    """The number of weights left in each network [networks]."""
    return np.asarray(sum(mask.reshape(len(mask), -1).sum(axis=1) for mask in masks.values()))
