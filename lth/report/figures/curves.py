"""Figures of kind `curves`: a quantity over the iterations of training runs."""

import dataclasses
import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Self

import msgspec
import numpy as np
from msgspec import UNSET, UnsetType

from lth.lottery.names import DENSE
from lth.report.bars import NOTES, Bars, ends
from lth.report.charts import Axis, Chart, Panel, Place, numbers
from lth.report.charts import Line as Drawing
from lth.report.figures.figure import (
    Drawn,
    Figure,
    LegendEntry,
    Over,
    cells,
    check_grid,
    check_labels,
    check_over,
    compares,
    heading,
    numbered,
    own_or_shared,
    title,
)
from lth.report.lines import Line, line_of, runs_of
from lth.report.looks import DASHES, LEVELS, hexadecimal, palette
from lth.report.quantities import OF_CURVES, OF_TABLES, of_curve
from lth.report.rows import Row
from lth.report.subject import Subject
from lth.settings import Count, Settings, expected, unknown
from lth.training.measures import iterations_of

if TYPE_CHECKING:
    from lth.files.hdf5 import File
    from lth.report.style import Style

BARS = 6  # on a curve
APART = 20  # bars of two lines are apart by one part in so many of a curve
REMAINING = OF_TABLES["density"].label


class CurvesPanel(Settings):
    """A panel: its lines, and what differs from the rest of the figure."""

    lines: tuple[str, ...]
    y: str | UnsetType = UNSET
    until: Count | UnsetType = UNSET
    over: Over | UnsetType = UNSET
    title: str | UnsetType = UNSET


class Curves(Figure, tag="curves"):
    """A quantity `y` over training, until an iteration, of lines such as `iterative/ticket@21.1`.

    The lines are drawn of each experiment of `over`. They are means over trials and repeats, with
    bars as `style` has them.
    """

    y: str
    until: Count
    panels: tuple[tuple[CurvesPanel | None, ...], ...]
    over: Over | UnsetType = UNSET

    def resolved(self, subjects: Mapping[str, Subject], where: str) -> Self:
        shown = list(self._shown(where))
        lines = {panel.place: panel.found(subjects) for panel in shown}
        check_labels([panel.over for panel in shown], [panel.keys["over"] for panel in shown])
        rows: list[tuple[CurvesPanel | None, ...]] = []
        for row, items in enumerate(self.panels):
            columns = enumerate(items)
            rows.append(tuple(panel and _fixed(panel, lines[row, at]) for at, panel in columns))
        over = UNSET if isinstance(self.over, UnsetType) else numbered(self.over, "label")
        return msgspec.structs.replace(self, panels=tuple(rows), over=over)

    def runs(self) -> tuple[Line, ...]:
        lines = [line_of(text) for panel in self._shown() for text in panel.lines]
        return tuple(dict.fromkeys(lines))

    def numbers(self, style: "Style", drawn: Drawn) -> list[Row]:
        return [
            {
                **{"row": panel.place[0], "column": panel.place[1], "y": panel.y},
                **{"line": str(curve.line), "iteration": iteration},
                **{"mean": mean, "low": low, "high": high, "bars": style.bars},
            }
            for panel in self._shown()
            for curve in panel.curves(drawn.runs, style.bars)
            for iteration, mean, low, high in curve.points()
        ]

    def note(self, style: "Style") -> str:
        return NOTES[style.bars]

    def chart(self, style: "Style", drawn: Drawn) -> Chart:
        shown = list(self._shown())
        curves = {panel.place: panel.curves(drawn.runs, style.bars) for panel in shown}
        overs = [panel.over for panel in shown]
        legend = Legend.of(self.runs(), overs)
        panels: list[Panel] = []
        for panel in shown:
            alike = [curves[other.place] for other in shown if other.y == panel.y]
            panels.append(
                Panel(
                    place=panel.place,
                    title=title(panel.title, panel.over, overs),
                    x=Axis(label="Training iteration"),
                    y=_y(panel.y, list(itertools.chain(*alike))),
                    lines=tuple(legend.drawn(curve) for curve in curves[panel.place]),
                )
            )
        names = legend.names(list(itertools.chain(*curves.values())))
        return Chart(heading=legend.heading, names=tuple(names), panels=tuple(panels))

    def _shown(self, where: str = "figure") -> "Iterator[Shown]":
        check_grid(self.panels, f"{where}.panels")
        for (row, column), panel in cells(self.panels):
            key = f"{where}.panels[{row}][{column}]"
            y, y_key = own_or_shared("y", panel.y, self.y, where, key)
            until, until_key = own_or_shared("until", panel.until, self.until, where, key)
            over, over_key = own_or_shared("over", panel.over, self.over, where, key)
            yield Shown(
                place=(row, column),
                y=y,
                until=until,
                title=panel.title,
                over=numbered(over, "label"),
                lines=panel.lines,
                keys={"y": y_key, "until": until_key, "over": over_key, "lines": f"{key}.lines"},
            )


@dataclasses.dataclass(frozen=True)
class Shown:
    """A panel with all that it takes from its figure. `keys` are dotted keys, for messages."""

    place: Place
    y: str
    until: int
    title: str | UnsetType
    over: Mapping[str, LegendEntry]
    lines: tuple[str, ...]
    keys: Mapping[str, str]

    def found(self, subjects: Mapping[str, Subject]) -> tuple[Line, ...]:
        """The runs of the lines, each once. Raises ValueError where there are none."""
        check_over(self.over, subjects, self.keys["over"])
        if self.y not in OF_CURVES:
            raise unknown(self.keys["y"], "quantity", self.y, OF_CURVES)
        first = max(subjects[name].second(self.y) for name in self.over)
        if self.until < first:
            what = f"at least {first}, the first evaluation after the start"
            raise expected(self.keys["until"], what, self.until)
        key = self.keys["lines"]
        if not self.lines:
            raise ValueError(f"{key}: expected at least one line such as dense/ticket, got none")
        lines = [runs_of(text, list(self.over), subjects, key) for text in self.lines]
        return tuple(dict.fromkeys(itertools.chain(*lines)))

    def curves(self, runs: "Sequence[File]", bars: Bars) -> "list[Curve]":
        """The curves of the lines, where the figure is resolved."""
        lines = enumerate(map(line_of, self.lines))
        return [Curve.of(line, runs, self, number, bars) for number, line in lines]


@dataclasses.dataclass(frozen=True)
class Curve:
    """A line of a panel in the units of its axes: at iterations its mean and the ends of bars.

    `percent` is how many of the weights are left, `barred` is where the curve has bars, and
    `networks` is of how many it is the mean.
    """

    line: Line
    iterations: np.ndarray
    mean: np.ndarray
    low: np.ndarray
    high: np.ndarray
    percent: float
    barred: slice
    networks: int

    @classmethod
    def of(cls, line: Line, runs: "Sequence[File]", panel: Shown, number: int, bars: Bars) -> Self:
        """The curve of a line, from all blocks of its runs. Raises ValueError where it has none.

        Curves of other numbers in the panel have their bars elsewhere.
        """
        scale = of_curve(panel.y).scale
        own = [run for run in runs if _is_of(run, line)]
        if not own:
            given = f"among the {len(runs)} runs that were given"
            raise ValueError(f"{line}: no run of this line is {given}")
        iterations = own[0].arrays[iterations_of(panel.y)]
        iterations = iterations[iterations <= panel.until]
        parts = [run.arrays[f"curves/{panel.y}"][:, : len(iterations)] for run in own]
        values = scale * np.concatenate(parts)
        trials = [trial for run in own for trial, _ in run.pairs]
        low, high = ends(bars, values, trials, line.experiment)
        density = float(np.mean([run.arrays["measures/density"].mean() for run in own]))
        count = len(iterations)
        barred = slice(1 + number * max(count // APART, 1), None, max(count // BARS, 1))
        mean, percent = values.mean(axis=0), 100 * density
        return cls(line, iterations, mean, low, high, percent, barred, len(values))

    def points(self) -> "Iterator[tuple[int, float, float, float]]":
        """The iterations with mean and ends of bars, in the units of the axes."""
        arrays = (self.iterations, self.mean, self.low, self.high)
        return zip(*(array.tolist() for array in arrays), strict=True)


@dataclasses.dataclass(frozen=True)
class Legend:
    """How the lines of a whole figure are called and told apart.

    A colour is a round's. Tickets are solid, and their controls have dashes.
    """

    heading: str
    labels: Mapping[str, str]  # of experiments; "" where no panel compares them
    several: bool  # strategies, beside the dense network
    colors: Mapping[tuple[str, str, int], str]  # by label, strategy and round
    dashes: Mapping[str, str]  # by branch

    @classmethod
    def of(cls, lines: Sequence[Line], overs: Sequence[Mapping[str, LegendEntry]]) -> Self:
        """The legend of a figure with these lines, and these experiments of its panels."""
        compared, experiment = compares(overs), heading(overs)
        labels = {name: item.name for over in overs for name, item in over.items()}
        labels = {name: label if compared else "" for name, label in labels.items()}
        ranked = sorted(lines, key=_rank)
        owners = dict.fromkeys(
            (labels[line.experiment], line.strategy, line.round) for line in ranked
        )
        branches = dict.fromkeys(["ticket", *(line.branch for line in ranked)])
        return cls(
            heading=f"{experiment}: {REMAINING.lower()}" if experiment else REMAINING,
            labels=labels,
            several=len({line.strategy for line in lines} - {DENSE}) > 1,
            colors=dict(zip(owners, palette(len(owners), LEVELS), strict=True)),
            dashes=dict(zip(branches, itertools.cycle(DASHES))),
        )

    def name(self, curve: Curve) -> str:
        """What is left, with all that tells a line from others with as much."""
        line = curve.line
        strategy = line.strategy if self.several and line.strategy != DENSE else ""
        branch = line.branch if line.branch != "ticket" else ""
        parts = [self.labels[line.experiment], f"{curve.percent:.1f}", strategy, branch]
        return " ".join(part for part in parts if part)

    def names(self, curves: Sequence[Curve]) -> list[str]:
        """The names of curves in the order of the legend."""
        ranked = sorted(curves, key=lambda curve: _rank(curve.line))
        return list(dict.fromkeys(self.name(curve) for curve in ranked))

    def drawn(self, curve: Curve) -> Drawing:
        """A curve with its name and its look."""
        line = curve.line
        owner = (self.labels[line.experiment], line.strategy, line.round)
        return Drawing(
            name=self.name(curve),
            color=hexadecimal(self.colors[owner]),
            dash=self.dashes[line.branch],
            x=numbers(curve.iterations),
            y=numbers(curve.mean),
            low=numbers(curve.low),
            high=numbers(curve.high),
            bars=(curve.barred.start, curve.barred.step),
            count=(curve.networks,) * len(curve.mean),
        )


def _fixed(panel: CurvesPanel, lines: Sequence[Line]) -> CurvesPanel:
    """A panel with its lines in full, and a number for each experiment."""
    over = UNSET if isinstance(panel.over, UnsetType) else numbered(panel.over, "label")
    return msgspec.structs.replace(panel, lines=tuple(map(str, lines)), over=over)


def _rank(line: Line) -> tuple[int, str, bool, str]:
    """Where a line stands in the legend: from dense to sparse, tickets before their controls."""
    return line.round, line.strategy, line.branch != "ticket", line.branch


def _is_of(run: "File", line: Line) -> bool:
    """Whether a run file has training runs of a line."""
    fields = {field.name: getattr(line, field.name) for field in dataclasses.fields(line)}
    return {name: run.origin.settings.get(name) for name in fields} == fields


def _y(quantity: str, curves: Sequence[Curve]) -> Axis:
    """The axis of a quantity, of which these are all curves in the figure."""
    found = of_curve(quantity)
    percent = found.percent
    limits = _limits(curves, rising=percent)
    if limits and percent:
        limits = (limits[0], min(limits[1], 100 + 0.02 * (100 - limits[0])))
    return Axis(label=found.label, numbers="percent" if percent else "plain", limits=limits)


def _limits(curves: Sequence[Curve], *, rising: bool) -> tuple[float, float] | None:
    """Where training ends, as the paper shows it, and not where it starts.

    A twentieth of the means, those nearest the start, are cut off.
    """
    means = _finite([curve.mean for curve in curves])
    if not means.size:
        return None
    if rising:
        highs = _finite([curve.high[curve.barred] for curve in curves])
        low, high = np.quantile(means, 0.05), max([*means, *highs])
    else:
        lows = _finite([curve.low[curve.barred] for curve in curves])
        low, high = min([*means, *lows]), np.quantile(means, 0.95)
    margin = 0.05 * (high - low) or 0.5
    return float(low - margin), float(high + margin)


def _finite(parts: Sequence[np.ndarray]) -> np.ndarray:
    values = np.concatenate(parts)
    return values[np.isfinite(values)]
