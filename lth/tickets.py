"""Starting weights: θ0 drawn from D_θ, and what each branch makes of a mask and θ0. A branch is a function in BRANCHES."""

import functools
import hashlib
import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from lth import seeds
from lth.networks import Architecture
from lth.settings import unknown

Weights = dict[str, np.ndarray]


def draw(architecture: Architecture, initialization: str, seed: int, purpose: str, **coordinates: int | str) -> Weights:
    """One network's weights from D_θ: each weight from its own stream, biases 0; float32 arrays by parameter name."""
    deviation = INITIALIZATIONS[initialization]
    weights: Weights = {}
    for parameter in architecture.parameters:
        if parameter.prunable:
            normal = seeds.stream(seed, purpose, parameter=parameter.name, **coordinates).standard_normal(parameter.shape)
            weights[parameter.name] = (normal * deviation(*parameter.fans)).astype(np.float32)
        else:
            weights[parameter.name] = np.zeros(parameter.shape, np.float32)
    return weights


def glorot_normal(fan_in: int, fan_out: int) -> float:
    """Standard deviation of Glorot's normal initialisation, not truncated (Glorot & Bengio, 2010)."""
    return math.sqrt(2 / (fan_in + fan_out))


INITIALIZATIONS: Mapping[str, Callable[[int, int], float]] = {"glorot-normal": glorot_normal}


def stack(networks: Sequence[Weights]) -> Weights:
    """Networks of one shape as one stack: every array gets a first axis [networks]."""
    return {name: np.stack([weights[name] for weights in networks]) for name in networks[0]}


def masked(weights: Weights, mask: Mapping[str, np.ndarray]) -> Weights:
    """M ⊙ θ: the weights with exact zeros (of positive sign) where the mask is False; parameters without a mask stay as they are."""
    return {name: np.where(mask[name], value, np.float32(0)) if name in mask else value for name, value in weights.items()}


def ticket(theta0: Weights, fresh: Callable[[], Weights]) -> Weights:
    """The winning ticket: θ0 itself."""
    return theta0


def reinit(theta0: Weights, fresh: Callable[[], Weights]) -> Weights:
    """Random reinitialisation: a fresh draw θ0' from D_θ under the same mask."""
    return fresh()


Branch = Callable[[Weights, Callable[[], Weights]], Weights]
BRANCHES: Mapping[str, Branch] = {"ticket": ticket, "reinit": reinit}


def start(plan: Mapping[str, Any], trials: Sequence[int], theta0: Weights, architecture: Architecture) -> Weights:
    """What the trainings of a node start from, before masking: arrays [trials x repeats, ...], trial by trial.

    The plan is that of a run: seed, network, strategy, round, branch, repeats. θ0 is the block's, arrays [trials, ...].
    """
    if plan["branch"] not in BRANCHES:
        raise unknown("branch", "value", plan["branch"], BRANCHES)
    branch, initialization = BRANCHES[plan["branch"]], plan["network"]["initialization"]
    if initialization not in INITIALIZATIONS:
        raise unknown("network.initialization", "initialization", initialization, INITIALIZATIONS)
    started: list[Weights] = []
    for (index, trial), repeat in itertools.product(enumerate(trials), range(plan["repeats"])):
        address = {"trial": trial, "strategy": plan["strategy"], "round": plan["round"], "repeat": repeat}
        fresh = functools.partial(draw, architecture, initialization, plan["seed"], "reinitialization", **address)
        started.append(branch({name: value[index] for name, value in theta0.items()}, fresh))
    return stack(started)


def digest(weights: Weights) -> str:
    """SHA-256 over names and bytes of one network's weights, to prove later what a training started from."""
    sha = hashlib.sha256()
    for name in sorted(weights):
        sha.update(name.encode() + b"\0" + np.ascontiguousarray(weights[name]).tobytes())
    return sha.hexdigest()
