"""Masks M and weights θ, as arrays by parameter name."""

from collections.abc import Mapping, Sequence

import numpy as np

from lth.files import hdf5

Arrays = Mapping[str, np.ndarray]
Masks = Mapping[str, np.ndarray]  # bool, of weights only
Weights = dict[str, np.ndarray]  # float32, of all parameters


def density(masks: Masks) -> np.ndarray:
    """P_m of each network [networks]: the share of the weights that is left, in [0, 1]."""
    return survivors(masks) / sum(mask[0].size for mask in masks.values())


def survivors(masks: Masks) -> np.ndarray:
    """The number of weights left in each network [networks]."""
    return np.asarray(sum(mask.reshape(len(mask), -1).sum(axis=1) for mask in masks.values()))


def apply(weights: Weights, masks: Masks) -> Weights:
    """M ⊙ θ: exact zeros (of positive sign) where the mask is False.

    Parameters without a mask stay as they are.
    """
    zero = np.float32(0)
    return {
        name: np.where(masks[name], value, zero) if name in masks else value
        for name, value in weights.items()
    }


def stacked(networks: Sequence[Arrays]) -> dict[str, np.ndarray]:
    """Networks of one shape as a stack: arrays [networks, ...]."""
    return {name: np.stack([arrays[name] for arrays in networks]) for name in networks[0]}


def template(count: int, shapes: Mapping[str, Sequence[int]]) -> hdf5.Template:
    """The arrays of a mask file for so many networks. `shapes` are those of the weights by name."""
    masks = {f"mask/{name}": ((count, *shape), hdf5.BOOL) for name, shape in shapes.items()}
    return {**hdf5.index_template(count), "ancestor_diverged": ((count,), hdf5.BOOL), **masks}
