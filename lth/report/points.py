"""Rows of a table as points of lines: means over trials and repeats, and how far bars go."""

from collections.abc import Iterable, Sequence
from statistics import fmean
from typing import NamedTuple

import numpy as np

from lth.report.bars import Bars, ends
from lth.report.rows import Row, column, rounds_of, trials


class Point(NamedTuple):
    """A round on a line: how large its networks are, and what was measured of them.

    `low` and `high` are the ends of its bar, and `networks` is how many there are.
    """

    size: float
    mean: float
    low: float
    high: float
    networks: int


def points(
    table: Iterable[Row], quantity: str, size: str = "density", bars: Bars = "range"
) -> dict[tuple[str, str], list[Point]]:
    """For each (strategy, branch) its rounds in order. A point is NaN where a number of it is."""
    return {
        line: [_point(rows, quantity, size, bars) for rows in rounds]
        for line, rounds in rounds_of(table).items()
    }


def _point(rows: Sequence[Row], quantity: str, size: str, bars: Bars) -> Point:
    values = column(rows, quantity)
    # The mean of equal values may differ from them in the last bit.
    mean = float(np.clip(values.mean(), values.min(), values.max()))
    low, high = ends(bars, values[:, None], trials(rows), rows[0]["experiment"])
    return Point(fmean(row[size] for row in rows), mean, low.item(), high.item(), len(rows))
