"""A part of a comparison: a table for a terminal, with all its numbers for scripts."""

import dataclasses
import itertools
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from lth.report.rows import Row

LONGEST = 80  # characters of a text on a terminal


@dataclasses.dataclass(frozen=True)
class Spread:
    """A mean, and two numbers around it.

    `low` and `high` are the lowest and the highest value, or the ends of an interval of the mean.
    `values` are those of the networks or trials.
    """

    mean: float
    low: float
    high: float
    values: tuple[float, ...]


class Column(NamedTuple):
    """How a terminal shows a column.

    `form` is the format of its numbers, "" for texts. `ranged` says whether `low` and `high` are
    shown beside a mean.
    """

    title: str
    form: str = ""
    ranged: bool = False


@dataclasses.dataclass(frozen=True)
class Section:
    """A title and rows, which may lack cells.

    A terminal shows the title and `columns`, a file has all of the rows.
    """

    name: str
    title: str
    columns: Mapping[str, Column] = dataclasses.field(default_factory=dict)
    rows: Sequence[Row] = ()


def spread(values: np.ndarray) -> Spread:
    """The mean of values, the lowest and the highest."""
    low, high = float(values.min()), float(values.max())
    # The mean of equal values may differ from them in the last bit.
    mean = float(np.clip(values.mean(), low, high))
    return Spread(mean, low, high, tuple(values.tolist()))


def lines(section: Section) -> Iterator[str]:
    """The title, and below it the columns side by side."""
    yield section.title
    columns = section.columns
    if not columns or not section.rows:
        return
    header = [column.title for column in columns.values()]
    rows = [[_cell(row, name, column) for name, column in columns.items()] for row in section.rows]
    widths = [max(map(len, cells)) for cells in zip(header, *rows, strict=True)]
    for cells in itertools.chain([header], rows):
        yield "  ".join(["", *map(_aligned, cells, widths, columns.values())]).rstrip()


def plain(section: Section) -> list[dict[str, Any]]:
    """The rows as JSON has them. Numbers that are not finite are null."""
    return [{name: _plain(cell) for name, cell in row.items()} for row in section.rows]


def _aligned(text: str, width: int, column: Column) -> str:
    return text.rjust(width) if column.form else text.ljust(width)


def _cell(row: Row, name: str, column: Column) -> str:
    if name not in row:
        return "-"
    cell = row[name]
    if not column.form:
        return _cut(cell if isinstance(cell, str) else json.dumps(cell, ensure_ascii=False))
    if not isinstance(cell, Spread):
        return _number(cell, column)
    mean, low, high = (_number(value, column) for value in (cell.mean, cell.low, cell.high))
    if not column.ranged or math.isnan(cell.low) or mean == low == high:
        return mean
    return f"{mean} [{low}, {high}]"


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 3]}..."


def _number(value: float, column: Column) -> str:
    return "-" if math.isnan(value) else format(value, column.form)


def _plain(cell: Any) -> Any:
    if isinstance(cell, Spread):
        return _plain(dataclasses.asdict(cell))
    if isinstance(cell, Mapping):
        return {name: _plain(item) for name, item in cell.items()}
    if isinstance(cell, (list, tuple)):
        return [_plain(item) for item in cell]
    return None if isinstance(cell, float) and not math.isfinite(cell) else cell
