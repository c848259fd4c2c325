"""Starting weights: θ0 drawn from D_θ, and what each branch makes of a mask and θ0. A new branch is one function in BRANCHES."""

import dataclasses
import hashlib
import math
import re
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from lth import seeds
from lth.networks import Architecture
from lth.settings import unknown

Weights = dict[str, np.ndarray]
NAMED = re.compile(r"([a-z]+(?:-[a-z]+)*)(?:-(.*))?")
NUMBER = re.compile(r"(?:0|[1-9]\d{0,5})(?:\.\d{0,5}[1-9])?")


def split_name(text: str) -> tuple[str, float | None]:
    """A name and the number after it, or None: `noise-0.5` is noise of 0.5. What follows a name and is no plain decimal is NaN."""
    match = NAMED.fullmatch(text)
    if match is None or match[2] is None:
        return text, None
    return match[1], float(match[2]) if NUMBER.fullmatch(match[2]) else math.nan


def check_number(text: str, where: str, numbered: bool) -> None:
    """Raises ValueError where a name has a number and takes none, or the other way round, or another one than it takes."""
    name, number = split_name(text)
    if (number is not None and number > 0) if numbered else number is None:
        return
    legal = f"{name}-NUMBER, above 0 and a plain decimal such as {name}-0.5" if numbered else name
    raise ValueError(f"{where}: expected {legal}, got {text!r}")


def glorot_normal(fan_in: int, fan_out: int, number: float) -> float:
    """Standard deviation of Glorot's normal initialisation, not truncated (Glorot & Bengio, 2010)."""
    return math.sqrt(2 / (fan_in + fan_out))


def normal(fan_in: int, fan_out: int, number: float) -> float:
    """The same standard deviation for every layer: `normal-0.1`."""
    return number


@dataclasses.dataclass(frozen=True)
class Initialization:
    """D_θ of weights: their standard deviation from (fan in, fan out, the number in the name), and whether the name has a number."""

    deviation: Callable[[int, int, float], float]
    numbered: bool = False


INITIALIZATIONS: Mapping[str, Initialization] = {"glorot-normal": Initialization(glorot_normal), "normal": Initialization(normal, numbered=True)}


def check_initialization(text: str, where: str) -> None:
    """Raises ValueError for a name that means no initialisation."""
    name, _ = split_name(text)
    if name not in INITIALIZATIONS:
        raise unknown(where, "initialization", text, INITIALIZATIONS)
    check_number(text, where, INITIALIZATIONS[name].numbered)


@dataclasses.dataclass(frozen=True)
class Distribution:
    """D_θ: where the weights of a network come from."""

    architecture: Architecture
    initialization: str

    def deviations(self) -> dict[str, float]:
        """The standard deviation of each weight."""
        name, number = split_name(self.initialization)
        deviation = INITIALIZATIONS[name].deviation
        return {weight.name: deviation(*weight.fans, number or 0.0) for weight in self.architecture.weights}

    def draw(self, seed: int, purpose: str, **coordinates: int | str) -> Weights:
        """One network: each weight from its own stream, everything else as it always starts; float32 arrays by parameter name."""
        deviations = self.deviations()
        drawn: Weights = {}
        for parameter in self.architecture.parameters:
            if parameter.weight:
                normal = seeds.stream(seed, purpose, parameter=parameter.name, **coordinates).standard_normal(parameter.shape)
                drawn[parameter.name] = (normal * deviations[parameter.name]).astype(np.float32)
            else:
                drawn[parameter.name] = np.full(parameter.shape, parameter.initial, np.float32)
        return drawn


@dataclasses.dataclass(frozen=True)
class Ticket:
    """What a branch starts from, for one network: its mask and θ0, D_θ, and named streams of randomness of its own."""

    mask: Mapping[str, np.ndarray]
    theta0: Weights
    distribution: Distribution
    seed: int
    address: Mapping[str, int | str]

    def stream(self, purpose: str, parameter: str) -> np.random.Generator:
        return seeds.stream(self.seed, purpose, parameter=parameter, **self.address)


def ticket(start: Ticket, number: float) -> Weights:
    """The winning ticket: θ0 itself."""
    return start.theta0


def reinit(start: Ticket, number: float) -> Weights:
    """Random reinitialisation: a fresh draw θ0' from D_θ under the same mask."""
    return start.distribution.draw(start.seed, "reinitialization", **start.address)


def resample(start: Ticket, number: float) -> Weights:
    """Each surviving weight drawn from D_m, the initial values that survive in its layer (paper, appendix F)."""
    result = dict(start.theta0)
    for name, mask in start.mask.items():
        values = start.theta0[name][mask]
        result[name] = np.zeros_like(start.theta0[name])
        if values.size:
            result[name][mask] = start.stream("resampling", name).choice(values, values.size)
    return result


def noise(start: Ticket, number: float) -> Weights:
    """Gaussian noise added to θ0; its standard deviation is `number` times that of the layer's initialisation (paper, appendix F)."""
    result = dict(start.theta0)
    for name, deviation in start.distribution.deviations().items():
        drawn = start.stream("noise", name).standard_normal(result[name].shape)
        result[name] = (result[name] + number * deviation * drawn).astype(np.float32)
    return result


def shuffle(start: Ticket, number: float) -> Weights:
    """The ticket's weights permuted within each layer."""
    result = dict(start.theta0)
    for name, mask in start.mask.items():
        result[name] = np.zeros_like(start.theta0[name])
        result[name][mask] = start.stream("shuffling", name).permutation(start.theta0[name][mask])
    return result


@dataclasses.dataclass(frozen=True)
class Branch:
    """What a branch starts from, as a function of the ticket and the number in its name, and whether the name has a number."""

    start: Callable[[Ticket, float], Weights]
    numbered: bool = False


BRANCHES: Mapping[str, Branch] = {
    "ticket": Branch(ticket),
    "reinit": Branch(reinit),
    "resample": Branch(resample),
    "noise": Branch(noise, numbered=True),
    "shuffle": Branch(shuffle),
    "search": Branch(ticket),  # goes on from the weights of the round before; strategies plan it, and no experiment lists it
}


def check_branch(text: str, where: str) -> None:
    """Raises ValueError for a name that means no branch; `noise-0.5` means noise of 0.5."""
    name, _ = split_name(text)
    if name not in BRANCHES:
        raise unknown(where, "branch", text, BRANCHES)
    check_number(text, where, BRANCHES[name].numbered)


def start(
    branch: str,
    seed: int,
    address: Mapping[str, int | str],
    pairs: Sequence[tuple[int, int]],
    masks: Mapping[str, np.ndarray],
    weights: Mapping[str, np.ndarray],
    distribution: Distribution,
) -> Weights:
    """What the trainings of a stack start from, masked: arrays [networks, ...], as `masks` and `weights` (θ0, or what stands for it) are.

    `pairs` are (trial, repeat) of each network; these, `address` and the seed are where its randomness comes from. Raises ValueError for
    an unknown branch.
    """
    check_branch(branch, "branch")
    name, number = split_name(branch)
    made: list[Weights] = []
    for network, (trial, repeat) in enumerate(pairs):
        own = {name: mask[network] for name, mask in masks.items()}, {name: value[network] for name, value in weights.items()}
        made.append(BRANCHES[name].start(Ticket(*own, distribution, seed, {**address, "trial": trial, "repeat": repeat}), number or 0.0))
    return masked(stack(made), masks)


def stack(networks: Sequence[Weights]) -> Weights:
    """Networks of one shape as one stack: every array gets a first axis [networks]."""
    return {name: np.stack([weights[name] for weights in networks]) for name in networks[0]}


def masked(weights: Weights, mask: Mapping[str, np.ndarray]) -> Weights:
    """M ⊙ θ: the weights with exact zeros (of positive sign) where the mask is False; parameters without a mask stay as they are."""
    return {name: np.where(mask[name], value, np.float32(0)) if name in mask else value for name, value in weights.items()}


def digest(weights: Weights) -> str:
    """SHA-256 over names and bytes of one network's weights, to prove later what a training started from."""
    sha = hashlib.sha256()
    for name in sorted(weights):
        sha.update(name.encode() + b"\0" + np.ascontiguousarray(weights[name]).tobytes())
    return sha.hexdigest()
