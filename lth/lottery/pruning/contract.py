"""What every method of pruning must keep to, since plans count weights without it."""

from collections.abc import Mapping

import numpy as np

from lth.lottery.pruning.magnitude import count
from lth.lottery.pruning.method import Layers, Method


def check(name: str, method: type[Method], layers: Layers, after: Mapping[str, np.ndarray]) -> None:
    """Raises ValueError where `after` are no masks of the layers, or leave another number.

    A method that looks at weights only removes survivors.
    """
    what = f"pruning method {name!r}"
    if after.keys() != layers.masks.keys():
        names = ", ".join(map(str, after)) or "none"
        raise ValueError(f"{what}: expected masks of {', '.join(layers.masks)}, got {names}")
    for layer, before in layers.masks.items():
        mask = after[layer]
        if (mask.dtype, mask.shape) != (np.dtype(bool), before.shape):
            got = f"{mask.dtype} {list(mask.shape)}"
            raise ValueError(f"{what}: {layer}: expected bool {list(before.shape)}, got {got}")
        if not method.at_random and (mask & ~before).any():
            raise ValueError(f"{what}: {layer}: keeps weights that were pruned before")
    for names, rate in _parts(method, layers):
        number = sum(int(layers.masks[layer].sum()) for layer in names)
        expected = number - count(number, rate)
        left = sum(int(after[layer].sum()) for layer in names)
        if left != expected:
            where = ", ".join(names)
            raise ValueError(f"{what}: {where}: expected {expected} weights left, got {left}")


def _parts(method: type[Method], layers: Layers) -> list[tuple[list[str], float]]:
    """The layers that are counted together, and the rate of these."""
    rates = {layer: layers.rates.get(layer, 0.0) for layer in layers.masks}
    if not method.together:
        return [([layer], rate) for layer, rate in rates.items()]
    ranked = [layer for layer, rate in rates.items() if rate]
    others: list[tuple[list[str], float]] = [([layer], 0.0) for layer in rates if not rates[layer]]
    return [(ranked, max(rates.values())), *others]
