"""Masks of a block of trials."""

from collections.abc import Mapping
from typing import ClassVar

from lth.files.paths import trials_of
from lth.lottery.names import DENSE
from lth.lottery.pruning.choices import METHODS
from lth.settings import Count, Natural, Rate, Seed, expected, plain, unknown
from lth.study.plans.plan import Address, Plan, Role
from lth.study.plans.weights import weights_at
from lth.study.references import Making, Weights


class Mask(Plan):
    """The mask of a round. `making` is None for the dense network's, which keeps everything.

    `shapes` are those of the weights by name, `rates` the share of each that is pruned (none where
    the method needs none). `seed` fixes what is drawn, and `repeats` how many masks a trial has.
    """

    KIND: ClassVar[str] = "mask"
    PATH: ClassVar[str] = "runs/{experiment}/{block}/{strategy}/round-{round}/mask.h5"
    ROLES: ClassVar[Mapping[str, Role]] = {
        "mask": Role("mask that the new one begins with", ("mask",)),
        "weights": Role(
            "run that was trained under that mask, or θ0 to prune before training; none for random",
            ("run", "theta0"),
            optional=True,
        ),
    }

    experiment: str
    block: str
    strategy: str
    round: Natural
    making: Making | None
    shapes: dict[str, tuple[Count, ...]]
    rates: dict[str, Rate]
    seed: Seed
    repeats: Count

    def __post_init__(self) -> None:
        trials_of(self.block)
        if self.making is not None:
            self._check(self.making.method, self.making.weights)

    def _check(self, method: str, weights: Weights | None) -> None:
        """Raises ValueError for a method that is none, or that needs other settings."""
        if method not in METHODS:
            raise unknown("making.method", "method", method, METHODS)
        if METHODS[method].at_random:
            if weights is not None:
                raise expected("making.weights", f"null for method {method!r}", plain(weights))
            if self.rates:
                raise expected("rates", f"none for method {method!r}", self.rates)
        elif weights is None:
            raise expected("making.weights", f"weights for method {method!r}", None)
        elif self.rates.keys() != self.shapes.keys():
            what = f"a rate for each of {', '.join(self.shapes)}"
            raise ValueError(f"rates: expected {what}, got {', '.join(self.rates) or 'none'}")

    @property
    def verb(self) -> str:
        return "prune" if self.making else "init"

    def inputs(self) -> Mapping[str, Address]:
        if self.making is None:
            return {}
        block = {"experiment": self.experiment, "block": self.block}
        before = {"strategy": self.making.strategy, "round": self.making.round}
        inputs = {"mask": Address("mask", block | before)}
        if self.making.weights is not None:
            inputs["weights"] = weights_at(self.making.weights, block)
        return inputs

    def entries(self) -> tuple[object, ...]:
        return (METHODS[self.making.method],) if self.making else ()


def dense_mask(
    experiment: str, block: str, shapes: Mapping[str, tuple[int, ...]], seed: int
) -> Mask:
    """The plan of the mask of the dense network."""
    return Mask(
        experiment=experiment,
        block=block,
        strategy=DENSE,
        round=0,
        making=None,
        shapes=dict(shapes),
        rates={},
        seed=seed,
        repeats=1,
    )
