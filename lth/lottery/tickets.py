"""Tickets: the starting weights that a branch makes of masks and θ0, for a stack of networks."""

import hashlib
from collections.abc import Mapping, Sequence

import numpy as np

from lth.files import hdf5
from lth.lottery.branches.choices import BRANCHES
from lth.lottery.branches.parents import Parents
from lth.lottery.initializations.distribution import Distribution
from lth.lottery.masks import Masks, Weights, apply, stacked
from lth.lottery.names import check_number, split_name
from lth.networks.architecture import Architecture
from lth.settings import unknown


def check_branch(text: str, where: str) -> None:
    """Raises ValueError for a name that means no branch. `where` is its dotted key."""
    name, _ = split_name(text)
    if name not in BRANCHES:
        raise unknown(where, "branch", text, BRANCHES)
    check_number(text, where, BRANCHES[name].numbered)


def starting_weights(
    branch: str,
    seed: int,
    address: Mapping[str, int | str],
    pairs: Sequence[tuple[int, int]],
    masks: Masks,
    weights: Mapping[str, np.ndarray],
    distribution: Distribution,
) -> Weights:
    """The masked weights that the networks of a stack start from: arrays [networks, ...].

    So are `masks` and `weights`, which are θ0 or what stands for it. `pairs` are (trial, repeat) of
    each network. Randomness comes from these, `address` and the seed. Raises ValueError for an
    unknown branch.
    """
    check_branch(branch, "branch")
    name, number = split_name(branch)
    made: list[Weights] = []
    for network, (trial, repeat) in enumerate(pairs):
        parents = Parents(
            mask=_network(masks, network),
            theta0=_network(weights, network),
            distribution=distribution,
            seed=seed,
            address={**address, "trial": trial, "repeat": repeat},
        )
        made.append(BRANCHES[name].make(parents, number or 0.0))
    return apply(stacked(made), masks)


def digest(weights: Weights) -> str:
    """SHA-256 of one network's weights, which proves later what a training run started from."""
    sha = hashlib.sha256()
    for name in sorted(weights):
        sha.update(name.encode() + b"\0" + np.ascontiguousarray(weights[name]).tobytes())
    return sha.hexdigest()


def template(count: int, architecture: Architecture) -> hdf5.Template:
    """The arrays of a file with all parameters of so many networks, such as θ0."""
    parameters = {
        f"weights/{parameter.name}": ((count, *parameter.shape), hdf5.SINGLE)
        for parameter in architecture.parameters
    }
    return {**hdf5.index_template(count), **parameters}


def _network(arrays: Mapping[str, np.ndarray], network: int) -> Weights:
    """The arrays of one network of a stack."""
    return {name: array[network] for name, array in arrays.items()}
