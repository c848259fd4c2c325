"""Figures of kind `density`: what was measured in each round against how many weights were left."""

import dataclasses
import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Literal, Self, TypeVar

import msgspec
from msgspec import UNSET, UnsetType

from lth.report import ticks
from lth.report.bars import NOTES, Bars
from lth.report.charts import Axis, Chart, Line, Panel, Place, names_of, numbers
from lth.report.figures.figure import (
    Drawn,
    Figure,
    LegendEntry,
    Over,
    cells,
    check_grid,
    check_over,
    compares,
    heading,
    numbered,
    own_or_shared,
    title,
)
from lth.report.lines import check_series, series_of
from lth.report.looks import COLORS, DASHES, MARKERS, Look, hexadecimal, look_of, palette
from lth.report.points import Point, points
from lth.report.quantities import DRAWN, EXAMPLE, moment_of, of_table
from lth.report.rows import Row
from lth.report.subject import Subject
from lth.settings import Settings, expected, unknown

if TYPE_CHECKING:
    from lth.report.style import Style

WORDS = {"ticket": "winning ticket", "reinit": "random reinit"}  # of the paper, by branch
UNTRAINED = "original init"  # the paper's words for a ticket that no training run has found
SPREAD = 0.02  # of a size: the most that a point stands aside from it

Size = Literal["density", "weights_left"]
Scale = Literal["log", "linear"]
Lines = dict[str, str | LegendEntry]  # by strategy/branch; a text is its look
Owner = TypeVar("Owner", "Density", "DensityPanel")


class DensityPanel(Settings):
    """A panel: a quantity `y` of the tables, and what differs from the rest of the figure.

    `limits` are the ends of the y-axis, in its units.
    """

    y: str
    x: Size | UnsetType = UNSET
    scale: Scale | UnsetType = UNSET
    over: Over | UnsetType = UNSET
    lines: Lines | UnsetType = UNSET
    title: str | UnsetType = UNSET
    limits: tuple[float, float] | UnsetType = UNSET


class Density(Figure, tag="density"):
    """Quantities of the tables against how many weights are left, from many to few.

    `x` is `density` (in percent) where it is not set, and `scale` is that of x. The lines, such as
    `iterative/ticket`, are drawn of each experiment of `over`, with bars as `style` has them.
    """

    scale: Scale
    panels: tuple[tuple[DensityPanel | None, ...], ...]
    x: Size | UnsetType = UNSET
    over: Over | UnsetType = UNSET
    lines: Lines | UnsetType = UNSET

    def resolved(self, subjects: Mapping[str, Subject], where: str) -> Self:
        shown = list(self._shown(where))
        for panel in shown:
            panel.check(subjects)
        lines = {panel.place: _named(panel, shown, subjects) for panel in shown}
        rows: list[tuple[DensityPanel | None, ...]] = []
        for row, items in enumerate(self.panels):
            columns = enumerate(items)
            rows.append(tuple(panel and _fixed(panel, lines[row, at]) for at, panel in columns))
        return _fixed(msgspec.structs.replace(self, panels=tuple(rows)), UNSET)

    def tables(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(name for panel in self._shown() for name in panel.over))

    def numbers(self, style: "Style", drawn: Drawn) -> list[Row]:
        return [
            {
                **{"row": panel.place[0], "column": panel.place[1], "y": panel.y},
                **{"experiment": series.experiment, "strategy": series.strategy},
                **{"branch": series.branch, "x": panel.x, "size": point.size},
                **{"mean": point.mean, "low": point.low, "high": point.high},
                **{"networks": point.networks, "bars": style.bars},
            }
            for panel in self._shown()
            for series in panel.series()
            for point in _points(series, panel, drawn.tables, style.bars)
        ]

    def note(self, style: "Style") -> str:
        return NOTES[style.bars]

    def chart(self, style: "Style", drawn: Drawn) -> Chart:
        shown = list(self._shown())
        overs = [panel.over for panel in shown]
        legend = Legend.of(shown, style)
        panels: list[Panel] = []
        for panel in shown:
            lines = _lines(panel, drawn.tables, style.bars)
            panels.append(
                Panel(
                    place=panel.place,
                    title=title(panel.title, panel.over, overs),
                    x=_x(panel, lines, style),
                    y=_y(panel),
                    lines=_drawn(lines, legend),
                )
            )
        return Chart(heading=heading(overs), names=names_of(panels), panels=tuple(panels))

    def _shown(self, where: str = "figure") -> "Iterator[Shown]":
        check_grid(self.panels, f"{where}.panels")
        for (row, column), panel in cells(self.panels):
            key = f"{where}.panels[{row}][{column}]"
            shared_x = "density" if isinstance(self.x, UnsetType) else self.x
            over, over_key = own_or_shared("over", panel.over, self.over, where, key)
            lines, lines_key = own_or_shared("lines", panel.lines, self.lines, where, key)
            yield Shown(
                place=(row, column),
                y=panel.y,
                x=own_or_shared("x", panel.x, shared_x, where, key)[0],
                scale=self.scale if isinstance(panel.scale, UnsetType) else panel.scale,
                title=panel.title,
                over=numbered(over, "label"),
                lines=numbered(lines, "look"),
                limits=panel.limits,
                keys={
                    "y": f"{key}.y",
                    "over": over_key,
                    "lines": lines_key,
                    "limits": f"{key}.limits",
                },
            )


@dataclasses.dataclass(frozen=True)
class Series:
    """A line of a panel: whose it is, how it is called, and what is said of its look."""

    experiment: str
    strategy: str
    branch: str
    label: str  # of the experiment
    name: str  # "" where the label says enough
    look: Look


@dataclasses.dataclass(frozen=True)
class Shown:
    """A panel with all that it takes from its figure. `keys` are dotted keys, for messages."""

    place: Place
    y: str
    x: str
    scale: Scale
    title: str | UnsetType
    over: Mapping[str, LegendEntry]
    lines: Mapping[str, LegendEntry]
    limits: tuple[float, float] | UnsetType
    keys: Mapping[str, str]

    def check(self, subjects: Mapping[str, Subject]) -> None:
        """Raises ValueError where experiments of the study do not have what the panel draws."""
        check_over(self.over, subjects, self.keys["over"])
        key = self.keys["lines"]
        if not self.lines:
            raise ValueError(
                f"{key}: expected at least one line such as iterative/ticket, got none"
            )
        for line, item in self.lines.items():
            look_of(item.appearance, f"{key}.{line}")
            for name in self.over:
                check_series(line, name, subjects[name], key)
        self._check_y({name: subjects[name].moments for name in self.over})
        if not isinstance(self.limits, UnsetType) and self.limits[0] >= self.limits[1]:
            raise expected(self.keys["limits"], "a lower and a higher number", list(self.limits))

    def _check_y(self, moments: Mapping[str, Sequence[int]]) -> None:
        moment = moment_of(self.y)
        if moment is None and self.y not in DRAWN:
            raise unknown(self.keys["y"], "quantity", self.y, (*DRAWN, EXAMPLE))
        for name, known in moments.items():
            if moment is not None and moment not in known:
                what = f"a moment of {name}, which has {', '.join(map(str, known)) or 'none'}"
                raise expected(self.keys["y"], what, self.y)

    def series(self) -> list[Series]:
        """Each line of each experiment. What a line says of its look wins."""
        found: list[Series] = []
        for experiment, its in self.over.items():
            look = look_of(its.appearance, "")
            for line, item in self.lines.items():
                own = look_of(item.appearance, "")
                both = Look(own.color or look.color, own.dash or look.dash)
                found.append(Series(experiment, *series_of(line, ""), its.name, item.name, both))
        return found

    def word(self, line: str, subjects: Mapping[str, Subject]) -> str:
        """The paper's name of a branch.

        Raises ValueError where it is another one in each experiment.
        """
        strategy, branch = series_of(line, "")
        found = {strategy in subjects[name].untrained for name in self.over}
        if branch != "ticket" or found == {False}:
            return WORDS.get(branch, branch)
        if found == {True}:
            return UNTRAINED
        what = "a label of its own (masks are found by training in some experiments only)"
        raise ValueError(f"{self.keys['lines']}.{line}: expected {what}, got none")


@dataclasses.dataclass(frozen=True)
class Legend:
    """How the lines of a whole figure are called and told apart.

    Where a panel compares experiments, a colour is an experiment's and a dash is a line's. Else a
    colour is a branch's and a dash is a strategy's. A look that is stated wins. Points are
    by colour, for readers who do not see colours.
    """

    compares: bool
    lines: tuple[tuple[str, str], ...]  # all (strategy, branch)
    strategies: tuple[str, ...]
    colors: Mapping[str, str]  # by what `_owner` says
    markers: Mapping[str, str]  # by colour

    @classmethod
    def of(cls, shown: Sequence[Shown], style: "Style") -> Self:
        """The legend of a figure with these panels."""
        series = [item for panel in shown for item in panel.series()]
        compared = compares([panel.over for panel in shown])
        given = {} if compared else style.colors
        stated = [item.look.color for item in series if item.look.color]
        owners = dict.fromkeys(_owner(item, compared) for item in series if not item.look.color)
        wanted = [owner for owner in owners if owner not in given]
        free = [color for color in COLORS if color not in {*stated, *given.values()}]
        colors = {**given, **dict(zip(wanted, palette(len(wanted), free), strict=True))}
        used = dict.fromkeys(item.look.color or colors[_owner(item, compared)] for item in series)
        return cls(
            compares=compared,
            lines=tuple(dict.fromkeys((item.strategy, item.branch) for item in series)),
            strategies=tuple(dict.fromkeys(item.strategy for item in series)),
            colors=colors,
            markers=dict(zip(used, itertools.cycle(MARKERS))),
        )

    def name(self, series: Series) -> str:
        """What the legend calls a line."""
        parts = [series.label, series.name] if self.compares else [series.name]
        return ", ".join(part for part in parts if part)

    def look(self, series: Series) -> tuple[str, str, str]:
        """Colour, dash and marker of a line."""
        color = series.look.color or self.colors[_owner(series, self.compares)]
        by_line = self.lines.index((series.strategy, series.branch))
        at = by_line if self.compares else self.strategies.index(series.strategy)
        dash = series.look.dash or list(DASHES)[at % len(DASHES)]
        return hexadecimal(color), dash, self.markers[color]


def _owner(series: Series, compares: bool) -> str:
    """What has a colour of its own: an experiment by its label, or else a branch."""
    return series.label if compares else series.branch


def _fixed(owner: Owner, lines: Lines | UnsetType) -> Owner:
    """A figure or a panel with these lines, whose experiments have numbers.

    Settings are kept as JSON with sorted keys, so the order in which they were written is lost.
    """
    over = UNSET if isinstance(owner.over, UnsetType) else numbered(owner.over, "label")
    return msgspec.structs.replace(owner, over=over, lines=lines)


def _named(panel: Shown, shown: Sequence[Shown], subjects: Mapping[str, Subject]) -> Lines:
    """The lines of a panel of a figure, each with its number and with a label."""
    lines: Lines = {}
    for line, item in panel.lines.items():
        unset = isinstance(item.label, UnsetType)
        label = _label(line, panel, shown, subjects) if unset else item.label
        lines[line] = msgspec.structs.replace(item, label=label)
    return lines


def _label(line: str, panel: Shown, shown: Sequence[Shown], subjects: Mapping[str, Subject]) -> str:
    """The paper's name of a branch, and its strategy, where experiments' labels say too little."""
    compared = compares([item.over for item in shown])
    lines = {other for item in shown for other in item.lines}
    strategies = {series_of(other, "")[0] for other in lines}
    if compared and len(lines) == 1:
        return ""
    word = panel.word(line, subjects)
    short = compared and len(strategies) == 1
    return word if short else f"{word} ({series_of(line, '')[0]})"


def _lines(
    panel: Shown, tables: Mapping[str, Sequence[Row]], bars: Bars
) -> list[tuple[Series, list[Point]]]:
    """The points of a panel's lines in the units of its axes."""
    x, y = of_table(panel.x).scale, of_table(panel.y).scale
    lines: list[tuple[Series, list[Point]]] = []
    for series in panel.series():
        line = _points(series, panel, tables, bars)
        scaled = [
            Point(x * size, y * mean, y * low, y * high, n) for size, mean, low, high, n in line
        ]
        lines.append((series, scaled))
    return lines


def _points(
    series: Series, panel: Shown, tables: Mapping[str, Sequence[Row]], bars: Bars
) -> list[Point]:
    """The points of a line as they are in its table. Raises ValueError where it has none."""
    table = tables.get(series.experiment, [])
    if not table:
        raise ValueError(f"the table of {series.experiment}, which the figure draws, is missing")
    if panel.y not in table[0]:
        raise ValueError(f"the table of {series.experiment} has no column {panel.y}")
    line = points(table, panel.y, panel.x, bars).get((series.strategy, series.branch))
    if line is None:
        name = f"{series.strategy}/{series.branch}"
        raise ValueError(f"the table of {series.experiment} has no rows of {name}")
    return line


def _x(panel: Shown, lines: Sequence[tuple[Series, Sequence[Point]]], style: "Style") -> Axis:
    """The axis of how much is left, falling to the right. On a log axis, ticks are of rounds."""
    size = of_table(panel.x)
    rounds = [[point.size for point in line] for _, line in lines]
    return Axis(
        label=size.label,
        scale=panel.scale,
        numbers="percent" if size.percent else "short",
        falling=True,
        ticks=ticks.of_sizes(rounds, style) if panel.scale == "log" else None,
    )


def _y(panel: Shown) -> Axis:
    quantity = of_table(panel.y)
    return Axis(
        label=quantity.label,
        numbers="percent" if quantity.percent else "plain",
        limits=None if isinstance(panel.limits, UnsetType) else panel.limits,
    )


def _drawn(lines: Sequence[tuple[Series, Sequence[Point]]], legend: Legend) -> tuple[Line, ...]:
    """Lines a little aside from each other, so that their bars can be told apart.

    Each stands within SPREAD of where it belongs.
    """
    found: list[Line] = []
    for number, (series, line) in enumerate(lines):
        *values, networks = zip(*line, strict=True)
        size, mean, low, high = map(numbers, values)
        color, dash, marker = legend.look(series)
        found.append(
            Line(
                name=legend.name(series),
                color=color,
                dash=dash,
                marker=marker,
                x=size,
                y=mean,
                low=low,
                high=high,
                count=networks,
                aside=SPREAD * (2 * number - len(lines) + 1) / max(len(lines) - 1, 3),
            )
        )
    return tuple(found)
