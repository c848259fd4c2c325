"""What a figure draws, as plain values. Pictures and the report are both drawn from these."""

from collections.abc import Iterable
from typing import Literal

import numpy as np

from lth.settings import Settings

Place = tuple[int, int]  # row and column of a panel
Numbers = tuple[float | None, ...]  # None is no number, as a diverged network has


class Axis(Settings):
    """An axis: its label, and which numbers stand on it.

    A `falling` axis goes from the largest number to the smallest. `limits` are its ends, and
    `ticks` are the only numbers that it names. Both are free where they are None. Numbers in
    `percent` end at 100, and `short` ones are written as 266K.
    """

    label: str
    scale: Literal["linear", "log"] = "linear"
    numbers: Literal["plain", "percent", "short"] = "plain"
    falling: bool = False
    limits: tuple[float, float] | None = None
    ticks: tuple[float, ...] | None = None


class Line(Settings):
    """A line of a panel, in the units of its axes.

    `low` and `high` are the ends of bars. Points have none where there is None. In pictures only
    those from `bars[0]` on, in steps of `bars[1]`, have their bars. `count` is of how many networks
    a point is the mean. A point is drawn `aside` by this share of its x, so that bars of several
    lines can be told apart. A line of `steps` has the edges of bins for x, one more than y.
    """

    name: str
    color: str  # #rrggbb
    dash: str  # of looks.DASHES
    x: Numbers
    y: Numbers
    marker: str = ""  # of looks.MARKERS, or none
    low: Numbers | None = None
    high: Numbers | None = None
    count: tuple[int, ...] | None = None
    bars: tuple[int, int] = (0, 1)
    aside: float = 0.0
    steps: bool = False


class Panel(Settings):
    """A panel of a chart. `place` is its row and column."""

    place: Place
    title: str
    x: Axis
    y: Axis
    lines: tuple[Line, ...]


class Chart(Settings, tag_field="kind", tag="panels"):
    """A grid of panels with one legend, which has `names` in its order under a `heading`."""

    heading: str
    names: tuple[str, ...]
    panels: tuple[Panel, ...]


class Sheet(Settings, tag_field="kind", tag="sheet"):
    """A table of texts. The first row and the first column are names."""

    rows: tuple[tuple[str, ...], ...]


def numbers(values: Iterable[float]) -> Numbers:
    """Values with None for those that are no finite number."""
    return tuple(float(value) if np.isfinite(value) else None for value in values)


def array(values: Iterable[float | None]) -> np.ndarray:
    """Numbers with NaN for None."""
    return np.array([np.nan if value is None else value for value in values])


def names_of(panels: Iterable[Panel]) -> tuple[str, ...]:
    """The names of the lines of panels, each once."""
    return tuple(dict.fromkeys(line.name for panel in panels for line in panel.lines))
