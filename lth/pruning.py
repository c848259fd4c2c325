"""How the mask of a round is made. A new method is one function in METHODS; all count exactly.

Of n survivors exactly round(rate * n) are removed, smallest magnitude first and ties by lower index, so that the result is the same
everywhere. (Thresholds with a comparison prune one weight too many or too few, and more on ties.)
"""

import dataclasses
from collections.abc import Callable, Mapping

import numpy as np

Masks = Mapping[str, np.ndarray]


@dataclasses.dataclass(frozen=True)
class Layers:
    """What a method works on: the masks of one network, the weights whose magnitudes count (none for methods that need none), the rate of
    each layer (as well), and a generator for each layer.
    """

    masks: Masks
    weights: Masks
    rates: Mapping[str, float]
    stream: Callable[[str], np.random.Generator]


def count(survivors: int, rate: float) -> int:
    """How many of the survivors a rate prunes: round(rate * survivors), halves to even. The rate is in [0, 1)."""
    return round(rate * survivors)


def smallest(weights: np.ndarray, mask: np.ndarray, number: int) -> np.ndarray:
    """The mask without the `number` survivors of smallest magnitude, ties by lower flat index.

    `weights` (float) and `mask` (bool) have one shape, and so has the result. A NaN counts as the largest magnitude.
    """
    survivors = np.flatnonzero(mask)
    order = np.argsort(np.abs(weights.ravel()[survivors]), kind="stable")
    pruned = mask.copy()
    pruned.ravel()[survivors[order[:number]]] = False
    return pruned


def by_layer(layers: Layers) -> dict[str, np.ndarray]:
    """Prunes each layer by its own rate; 0 leaves it as it is."""
    left = {name: count(int(mask.sum()), layers.rates[name]) for name, mask in layers.masks.items()}
    return {name: smallest(layers.weights[name], mask, left[name]) for name, mask in layers.masks.items()}


def globally(layers: Layers) -> dict[str, np.ndarray]:
    """Ranks the survivors of all layers with a rate above 0 together, and prunes that rate of them, which is the same for all. Ties go by
    the name of the layer, then by lower flat index.
    """
    chosen = {name: mask for name, mask in sorted(layers.masks.items()) if layers.rates[name] > 0}
    if not chosen:
        raise ValueError("rates: expected one above 0, to prune the layers with a rate together")
    rate = max(layers.rates[name] for name in chosen)
    mask = np.concatenate([mask.ravel() for mask in chosen.values()])
    weights = np.concatenate([layers.weights[name].ravel() for name in chosen])
    pruned = smallest(weights, mask, count(int(mask.sum()), rate))
    parts = np.split(pruned, np.cumsum([mask.size for mask in chosen.values()])[:-1])
    return {**layers.masks, **{name: part.reshape(chosen[name].shape) for name, part in zip(chosen, parts, strict=True)}}


def randomly(layers: Layers) -> dict[str, np.ndarray]:
    """As many survivors in each layer, at places drawn uniformly."""
    result: dict[str, np.ndarray] = {}
    for name, mask in layers.masks.items():
        places = layers.stream(name).choice(mask.size, int(mask.sum()), replace=False)
        result[name] = np.zeros(mask.shape, bool)
        result[name].ravel()[places] = True
    return result


@dataclasses.dataclass(frozen=True)
class Method:
    """A method of making a mask; whether it ranks all layers with a rate `together`, and whether it draws masks, from no weights or rates."""

    make: Callable[[Layers], dict[str, np.ndarray]]
    together: bool = False
    draws: bool = False


METHODS: Mapping[str, Method] = {
    "layer": Method(by_layer),
    "global": Method(globally, together=True),
    "random": Method(randomly, draws=True),
}


def density(masks: Masks) -> np.ndarray:
    """P_m of each network [networks]: the share of the weights that is left, in [0, 1]."""
    return survivors(masks) / sum(mask[0].size for mask in masks.values())


def survivors(masks: Masks) -> np.ndarray:
    """The number of weights left in each network [networks]."""
    return np.asarray(sum(mask.reshape(len(mask), -1).sum(axis=1) for mask in masks.values()))
