"""Figures of kind `histogram`: how weights, or connections of units, are distributed."""

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Literal, Self

import msgspec
import numpy as np
from msgspec import UNSET, UnsetType

from lth.files.hdf5 import File
from lth.lottery.names import DENSE
from lth.report import distributions
from lth.report.charts import Axis, Chart, Panel, numbers
from lth.report.charts import Line as Drawing
from lth.report.distributions import ByTrial, Limits, kept_by_trial, pooled
from lth.report.figures.figure import Drawn, Figure, MaskOf, Over, check_over, numbered
from lth.report.lines import Line, nearest_round
from lth.report.looks import COLORS, hexadecimal, palette
from lth.report.rows import Row
from lth.report.subject import Subject
from lth.settings import Meta, Natural, expected

if TYPE_CHECKING:
    from lth.report.style import Style

Values = Literal["initial", "magnitude", "direction", "incoming", "outgoing"]
LABELS: Mapping[str, str] = {
    "initial": "Initial weight",
    "magnitude": "|final weight - initial weight|",
    "direction": "|final weight| - |initial weight|",
    "incoming": "Share of incoming connections",
    "outgoing": "Share of outgoing connections",
}
CHANGES = ("magnitude", "direction")  # of the dense network in training
INSIDE, OUTSIDE = "in the winning ticket", "not in the winning ticket"
WEIGHT = ".weight"  # ends the names of weights
BINS = 50
OUTSIDE_OF_PANELS = 0.001  # of all changes

Lines = dict[str, ByTrial]  # by the name of a line
Heights = tuple[list[float], list[float]]  # the edges of bins, and the density in each
Level = Annotated[float, Meta(gt=0, le=100)]


class Histogram(Figure, tag="histogram"):
    """Distributions over all trials, as densities: the area under each line is 1.

    `initial` are the weights of θ0 that survive in each layer. `incoming` and `outgoing` are the
    shares of their connections that the units of each layer keep. These have a panel for each of
    `rounds` of a strategy, or for each of `levels` (percents of weights remaining). `magnitude` and
    `direction` are changes of the dense network's weights in training, in the mask of one round and
    outside of it, and have a panel for each layer. The outermost thousandth of changes lies beside
    a panel, since a few weights move very far. `layers` are filled in where the figure is resolved.
    """

    values: Values
    over: Over
    strategy: str
    levels: Annotated[tuple[Level, ...], Meta(min_length=1)] | UnsetType = UNSET
    rounds: Annotated[tuple[Natural, ...], Meta(min_length=1)] | UnsetType = UNSET
    layers: tuple[str, ...] | UnsetType = UNSET
    bins: Annotated[int, Meta(ge=1, le=10_000)] = BINS

    def resolved(self, subjects: Mapping[str, Subject], where: str) -> Self:
        over = numbered(self.over, "label")
        check_over(over, subjects, f"{where}.over")
        if len(over) > 1:
            raise expected(f"{where}.over", "one experiment", list(over))
        subject = subjects[next(iter(over))]
        if self.strategy not in subject.strategies:
            have = ", ".join(subject.strategies)
            raise expected(f"{where}.strategy", f"a strategy of it ({have})", self.strategy)
        rounds = self._rounds(subject, where)
        if self.values in CHANGES and len(rounds) != 1:
            raise expected(where, f"one level or round for {self.values}", list(rounds))
        layers = subject.layers
        return msgspec.structs.replace(self, over=over, levels=UNSET, rounds=rounds, layers=layers)

    def runs(self) -> tuple[Line, ...]:
        return (Line(self._experiment, DENSE, 0, "ticket"),) if self.values in CHANGES else ()

    def starts(self) -> tuple[str, ...]:
        return () if self.values in ("incoming", "outgoing") else (self._experiment,)

    def masks(self) -> tuple[MaskOf, ...]:
        return tuple(
            (self._experiment, self.strategy if round else DENSE, round) for round in self._fixed
        )

    def numbers(self, style: "Style", drawn: Drawn) -> list[Row]:
        return [
            {"experiment": self._experiment, "panel": panel, "line": line, **row}
            for panel, (ends, lines) in self._panels(drawn).items()
            for line, trials in lines.items()
            for row in distributions.rows(trials, self.bins, ends)
        ]

    def chart(self, style: "Style", drawn: Drawn) -> Chart:
        heights = {
            panel: {
                name: distributions.histogram(pooled(trials), self.bins, ends)
                for name, trials in lines.items()
            }
            for panel, (ends, lines) in self._panels(drawn).items()
        }
        names = list(dict.fromkeys(name for lines in heights.values() for name in lines))
        colors = dict(zip(names, palette(len(names), COLORS), strict=True))
        panels = tuple(
            Panel(
                place=(0, column),
                title=panel,
                x=Axis(label=LABELS[self.values]),
                y=_y(lines.values(), "" if column else "Density"),
                lines=tuple(_line(name, *line, colors[name]) for name, line in lines.items()),
            )
            for column, (panel, lines) in enumerate(heights.items())
        )
        label = next(iter(numbered(self.over, "label").values())).name
        return Chart(heading=label, names=tuple(names), panels=panels)

    @property
    def _experiment(self) -> str:
        return next(iter(self.over))

    @property
    def _fixed(self) -> tuple[int, ...]:
        """The rounds of a resolved figure."""
        assert not isinstance(self.rounds, UnsetType), "the figure is resolved"
        return self.rounds

    def _rounds(self, subject: Subject, where: str) -> tuple[int, ...]:
        if isinstance(self.levels, UnsetType) == isinstance(self.rounds, UnsetType):
            raise ValueError(f"{where}: expected either levels or rounds")
        if not isinstance(self.levels, UnsetType):
            levels = subject.levels[self.strategy]
            return tuple(dict.fromkeys(nearest_round(levels, level) for level in self.levels))
        last = subject.strategies[self.strategy][0]
        for round in self._fixed:
            if round > last:
                raise expected(f"{where}.rounds", f"rounds up to {last}", round)
        return tuple(dict.fromkeys(self._fixed))

    def _panels(self, drawn: Drawn) -> dict[str, tuple[Limits, Lines]]:
        """By panel: the ends of its x-axis, and its lines."""
        found = self._found(drawn)
        every = [pooled(trials) for lines in found.values() for trials in lines.values()]
        shared = (
            (0.0, 1.0) if self.values in ("incoming", "outgoing") else distributions.limits(every)
        )
        # Panels of layers may differ by orders of magnitude, those of rounds are compared.
        own = self.values in CHANGES
        return {
            panel: (self._limits_of_changes(lines) if own else shared, lines)
            for panel, lines in found.items()
        }

    def _limits_of_changes(self, lines: Lines) -> Limits:
        low, high = distributions.limits(
            [pooled(trials) for trials in lines.values()], OUTSIDE_OF_PANELS
        )
        return (0.0 if self.values == "magnitude" else low, high)

    def _found(self, drawn: Drawn) -> dict[str, Lines]:
        """The values of each line, by panel."""
        by_round: dict[int, list[File]] = {}
        for mask in drawn.masks:
            by_round.setdefault(int(mask.origin.settings["round"]), []).append(mask)
        if missing := set(self._fixed) - by_round.keys():
            raise ValueError(f"no mask of round {min(missing)} is among those that were given")
        if self.values in CHANGES:
            return self._changes(drawn, by_round[self._fixed[0]])
        titles = {round: self._percent(by_round[round]) for round in self._fixed}
        alike = len(set(titles.values())) < len(titles)
        return {
            f"{titles[round]} (round {round})" if alike else titles[round]: self._of_round(
                by_round[round], drawn
            )
            for round in self._fixed
        }

    def _percent(self, masks: Sequence[File]) -> str:
        """How many of the weights are left, as the title of a panel."""
        kept = self._layers(masks, "mask").values()
        left = sum(int(mask.sum()) for mask in kept) / sum(mask.size for mask in kept)
        return f"{100 * left:.3g} % of weights remaining"

    def _layers(self, files: Sequence[File], group: str) -> dict[str, np.ndarray]:
        """The arrays [networks, ...] of layers over all files, input layer first."""
        assert not isinstance(self.layers, UnsetType), "the figure is resolved"
        return {
            name.removesuffix(WEIGHT): np.concatenate([file.group(group)[name] for file in files])
            for name in self.layers
        }

    def _of_round(self, masks: Sequence[File], drawn: Drawn) -> Lines:
        kept, trials = self._layers(masks, "mask"), _trials(masks)
        if self.values == "initial":
            weights = self._layers(_matching(masks, drawn.starts), "weights")
            return {name: kept_by_trial(weights[name], mask, trials) for name, mask in kept.items()}
        side = "units of" if self.values == "incoming" else "inputs of"
        shares = {name: _shares(mask, self.values) for name, mask in kept.items()}
        return {
            f"{side} {name}": kept_by_trial(share, np.ones(share.shape, bool), trials)
            for name, share in shares.items()
        }

    def _changes(self, drawn: Drawn, masks: Sequence[File]) -> dict[str, Lines]:
        kept, trials = self._layers(masks, "mask"), _trials(masks)
        initial = self._layers(_matching(masks, drawn.starts), "weights")
        final = self._layers(_matching(masks, drawn.runs), "weights")
        change = _magnitude if self.values == "magnitude" else _direction
        return {
            name: {
                OUTSIDE: kept_by_trial(change(initial[name], final[name]), ~mask, trials),
                INSIDE: kept_by_trial(change(initial[name], final[name]), mask, trials),
            }
            for name, mask in kept.items()
        }


def _y(lines: Iterable[Heights], label: str) -> Axis:
    """The axis of densities, from 0."""
    highest = max((max(heights) for _, heights in lines), default=0.0)
    return Axis(label=label, limits=(0.0, 1.05 * highest or 1.0))


def _line(name: str, edges: list[float], heights: list[float], color: str) -> Drawing:
    return Drawing(
        name=name,
        color=hexadecimal(color),
        dash="solid",
        x=numbers(edges),
        y=numbers(heights),
        steps=True,
    )


def _trials(files: Sequence[File]) -> list[int]:
    """The trial of each network of some files."""
    return [trial for file in files for trial, _ in file.pairs]


def _magnitude(initial: np.ndarray, final: np.ndarray) -> np.ndarray:
    return np.abs(final - initial)


def _direction(initial: np.ndarray, final: np.ndarray) -> np.ndarray:
    return np.abs(final) - np.abs(initial)


def _matching(masks: Sequence[File], files: Sequence[File]) -> list[File]:
    """The files of the blocks of masks, in their order, with the networks of these."""
    by_block = {file.origin.settings["block"]: file for file in files}
    matching: list[File] = []
    for mask in masks:
        file = by_block.get(block := mask.origin.settings["block"])
        if file is None:
            raise ValueError(f"a file of {block}, which the figure draws, is missing")
        indices = file.indices(mask.pairs)
        arrays = {name: array[indices] for name, array in file.arrays.items()}
        matching.append(dataclasses.replace(file, arrays=arrays))
    return matching


def _shares(mask: np.ndarray, values: str) -> np.ndarray:
    """The share of its connections that each unit keeps [networks, units]."""
    unit = 1 if values == "incoming" else 2  # masks are [networks, outputs, inputs, ...]
    return mask.mean(axis=tuple(axis for axis in range(1, mask.ndim) if axis != unit))
