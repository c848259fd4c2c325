"""Rows of a table as points of lines: means over trials and repeats, minimum and maximum."""

from collections.abc import Iterable, Mapping, Sequence
from statistics import fmean
from typing import Any, NamedTuple

import numpy as np

Row = Mapping[str, Any]  # of a table: a value for each column


class Point(NamedTuple):
    """A round on a line: how large its networks are, and what was measured of them."""

    size: float
    mean: float
    low: float
    high: float


def points(
    table: Iterable[Row], quantity: str, size: str = "density"
) -> dict[tuple[str, str], list[Point]]:
    """For each (strategy, branch) its rounds in order. A point is NaN where a number of it is."""
    lines: dict[tuple[str, str], dict[int, list[Row]]] = {}
    for row in table:
        rounds = lines.setdefault((row["strategy"], row["branch"]), {})
        rounds.setdefault(row["round"], []).append(row)
    return {
        line: [_point(rounds[number], quantity, size) for number in sorted(rounds)]
        for line, rounds in lines.items()
    }


def _point(rows: Sequence[Row], quantity: str, size: str) -> Point:
    values = np.array([float(row[quantity]) for row in rows])
    low, high = float(values.min()), float(values.max())
    # The mean of equal values may differ from them in the last bit.
    mean = float(np.clip(values.mean(), low, high))
    return Point(fmean(row[size] for row in rows), mean, low, high)
