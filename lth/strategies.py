"""How masks are found: a strategy says from what each round's mask is made, and what its tickets start from. A new one is a class in STRATEGIES.

Strategies are data for planning; the arithmetic is in `lth.pruning`. Round 0 of every strategy is the dense network, which is trained once.
"""

import dataclasses
from collections.abc import Mapping
from typing import Annotated

from lth.settings import Range, Rate, Repeats, Rounds

SEARCH = "search"  # the branch of a strategy that trains only in order to find the next mask
Rates = Mapping[str, Rate]  # by class of layer: of the survivors, each round


@dataclasses.dataclass(frozen=True)
class Making:
    """How the mask of a round is made: the method (of `pruning.METHODS`), the mask that it begins with, and the weights that decide.

    `strategy` and `round` are those of the mask before (`dense`, 0 is the dense network); `weights` is the branch of its run that is pruned
    by magnitude, `theta0` for the initial weights themselves, or "" where the method needs none.
    """

    method: str
    strategy: str
    round: int
    weights: str


class Reset:
    """What the tickets of a strategy are reset to: θ0, unless it says otherwise."""

    @property
    def rewound(self) -> int:
        """The iteration of the dense training whose weights networks start from; 0 is θ0."""
        return 0


@dataclasses.dataclass(frozen=True)
class Iterative(Reset):
    """Train, prune, reset to θ0; `rounds` times (the paper's way; strategy 1 of appendix B)."""

    rounds: Rounds
    scope: str
    rates: dict[str, Rate]
    branches: dict[str, Repeats]

    def making(self, name: str, round: int) -> Making:
        """How the mask of round `round` (from 1) is made; `name` is that of the strategy."""
        return Making(self.scope, *_before(name, round), "ticket")

    def rates_of(self, round: int) -> Rates:
        """The rates that make round `round` (from 1); none where the method needs none."""
        return self.rates


@dataclasses.dataclass(frozen=True)
class Continued(Iterative):
    """Train, prune, train on; each round's tickets are measured after a reset to θ0 (strategy 2 of appendix B)."""

    def making(self, name: str, round: int) -> Making:
        return Making(self.scope, *_before(name, round), SEARCH if round > 1 else "ticket")


@dataclasses.dataclass(frozen=True)
class Rewind(Iterative):
    """Train, prune, reset to the weights of an iteration k of the dense training (Frankle et al., 2019, arXiv 1903.01611); 0 is θ0."""

    iteration: Annotated[int, Range(0)]

    @property
    def rewound(self) -> int:
        return self.iteration


@dataclasses.dataclass(frozen=True)
class Early(Iterative):
    """Prune θ0 by magnitude, before any training (paper, appendix F)."""

    def making(self, name: str, round: int) -> Making:
        return Making(self.scope, *_before(name, round), "theta0")


@dataclasses.dataclass(frozen=True)
class Oneshot(Reset):
    """The dense network, trained once, is pruned by each of `rates`; round n uses the n-th."""

    scope: str
    rates: tuple[dict[str, Rate], ...]
    branches: dict[str, Repeats]

    @property
    def rounds(self) -> int:
        return len(self.rates)

    def making(self, name: str, round: int) -> Making:
        return Making(self.scope, "dense", 0, "ticket")

    def rates_of(self, round: int) -> Rates:
        return self.rates[round - 1]


@dataclasses.dataclass(frozen=True)
class Random(Reset):
    """Networks that are as dense, layer by layer, as those of another strategy of the same round, at places drawn at random (paper, appendix
    E). Their branch `reinit` has fresh weights; every repeat has a mask of its own.
    """

    like: str
    rounds: Rounds
    branches: dict[str, Repeats]

    def making(self, name: str, round: int) -> Making:
        return Making("random", self.like, round, "")

    def rates_of(self, round: int) -> Rates:
        return {}


def _before(name: str, round: int) -> tuple[str, int]:
    return (name, round - 1) if round > 1 else ("dense", 0)


Strategy = Iterative | Oneshot | Random
STRATEGIES: Mapping[str, type[Strategy]] = {
    "iterative": Iterative,
    "continued": Continued,
    "oneshot": Oneshot,
    "early": Early,
    "random": Random,
    "rewind": Rewind,
}
