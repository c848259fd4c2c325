"""Nested masks of all rounds as one array a layer: the last round that keeps each weight.

Such lives are uint8 arrays [networks, ...] by layer. An experiment has at most 100 rounds.
"""

import numpy as np

from lth.lottery import masks
from lth.lottery.masks import Masks


def dense(kept: Masks) -> dict[str, np.ndarray]:
    """Round 0, in which every weight is kept: zeros [networks, ...], uint8.

    Raises ValueError where one is not.
    """
    for name, mask in kept.items():
        if not mask.all():
            raise ValueError(f"{name}: the dense network's mask does not keep every weight")
    return {name: np.zeros(mask.shape, np.uint8) for name, mask in kept.items()}


def extended(lives: Masks, kept: Masks, round: int) -> dict[str, np.ndarray]:
    """Lives up to a round, from those up to the round before and the masks of the round.

    Raises ValueError where it keeps a weight that the round before has pruned.
    """
    result: dict[str, np.ndarray] = {}
    for name, mask in kept.items():
        before = lives[name]
        if (mask & (before < round - 1)).any():
            fault = f"round {round} keeps weights that round {round - 1} has pruned"
            raise ValueError(f"{name}: {fault}, so the masks are not nested")
        result[name] = np.where(mask, np.uint8(round), before)
    return result


def density(lives: Masks, round: int) -> np.ndarray:
    """The share of weights that a round keeps [networks], in [0, 1]."""
    return masks.density({name: rounds >= round for name, rounds in lives.items()})
