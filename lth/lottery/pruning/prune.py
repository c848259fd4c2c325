"""The masks of a round, made from those of the round before, for a stack of networks."""

from collections.abc import Mapping, Sequence

import numpy as np

from lth import seeds
from lth.lottery.masks import Masks, stacked
from lth.lottery.pruning.choices import METHODS
from lth.lottery.pruning.contract import check
from lth.lottery.pruning.method import Layers


def next_masks(
    method: str,
    rates: Mapping[str, float],
    seed: int,
    address: Mapping[str, int | str],
    pairs: Sequence[tuple[int, int]],
    masks: Masks,
    weights: Mapping[str, np.ndarray],
) -> dict[str, np.ndarray]:
    """What a method leaves of masks: bool arrays [networks, ...] by layer.

    `masks` and `weights` are arrays [networks, ...] too. `weights` and `rates` are empty for a
    method that needs none. `pairs` are (trial, repeat) of each network. Draws come from these,
    `address` and the seed. Raises ValueError where the method breaks its contract.
    """

    def pruned(network: int) -> dict[str, np.ndarray]:
        trial, repeat = pairs[network]

        def stream(layer: str) -> np.random.Generator:
            own = {**address, "trial": trial, "repeat": repeat, "parameter": layer}
            return seeds.stream(seed, "mask", **own)

        layers = Layers(
            masks={name: mask[network] for name, mask in masks.items()},
            weights={name: value[network] for name, value in weights.items()},
            rates=rates,
            stream=stream,
        )
        after = METHODS[method].make(layers)
        check(method, METHODS[method], layers, after)
        return after

    return stacked([pruned(network) for network in range(len(pairs))])
