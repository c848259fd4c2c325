"""Two tables line by line and round by round."""

import itertools
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from lth.report.comparison import networks
from lth.report.comparison.networks import Pair
from lth.report.comparison.paired import paired
from lth.report.comparison.section import Column, spread
from lth.report.quantities import DRAWN, moment_of, of_table
from lth.report.rows import Row, rounds_of

Address = tuple[str, str, int]  # strategy, branch and round
Rows = Mapping[Address, Sequence[Mapping[str, Any]]]
STOP, TEST = "early_stop_iteration", "early_stop_test_accuracy"
COLUMNS = {
    "line": Column(""),
    "round": Column("round", "d"),
    "a_density": Column("left in A %", ".2f"),
    "b_density": Column("in B %", ".2f"),
    f"a_{STOP}": Column("early stop A", ",.0f"),
    f"b_{STOP}": Column("B", ",.0f"),
    f"change_{STOP}": Column("B - A", "+,.0f", ranged=True),
    f"a_{TEST}": Column("test % A", ".2f"),
    f"b_{TEST}": Column("B", ".2f"),
    f"change_{TEST}": Column("B - A", "+.2f", ranged=True),
}


def lines(one: Sequence[Row], other: Sequence[Row]) -> Iterator[Row]:
    """A row for each round of a line (STRATEGY/BRANCH) in which two tables differ.

    The tables have the same trials. Accuracies and densities are in percent. A row has all
    quantities of both tables. A round that one of them lacks has cells of the other only.
    """
    left, right = _by_round(one), _by_round(other)
    for address in sorted(left.keys() | right.keys()):
        strategy, branch, round = address
        cells = dict(_cells(left.get(address, ()), right.get(address, ())))
        if cells:
            yield {"line": f"{strategy}/{branch}", "round": round, **cells}


def rounds(table: Iterable[Row]) -> set[Address]:
    """The rounds of all lines of a table."""
    return {_address(row) for row in table}


def of_trials(table: Iterable[Row], trials: Container[int]) -> list[Row]:
    """The rows of some trials."""
    return [row for row in table if row["trial"] in trials]


def _pairs(table: Iterable[Row]) -> list[Pair]:
    return [(row["trial"], row["repeat"]) for row in table]


def _address(row: Row) -> Address:
    return row["strategy"], row["branch"], row["round"]


def _by_round(table: Iterable[Row]) -> Rows:
    lines = rounds_of(table).values()
    return {_address(rows[0]): rows for rows in itertools.chain.from_iterable(lines)}


def _cells(one: Sequence[Row], other: Sequence[Row]) -> Iterator[tuple[str, Any]]:
    """The cells of a round, nothing where the rows of both are the same."""
    if one and other:
        yield from _of_both(one, other)
        return
    side, rows = ("a", one) if one else ("b", other)
    for name in _quantities(rows[0]):
        yield f"{side}_{name}", spread(_values(rows, name))


def _of_both(one: Sequence[Row], other: Sequence[Row]) -> Iterator[tuple[str, Any]]:
    places = networks.in_common(_pairs(one), _pairs(other))
    left = [one[place] for place, _ in places]
    right = [other[place] for _, place in places]
    names = [name for name in _quantities(one[0]) if name in other[0]]
    values = {name: (_values(left, name), _values(right, name)) for name in names}
    if all(np.array_equal(*sides, equal_nan=True) for sides in values.values()):
        return
    for name, sides in values.items():
        for side, cell in paired(*sides, [row["trial"] for row in left]).items():
            yield f"{side}_{name}", cell


def _quantities(row: Row) -> list[str]:
    """The numbers of a row that are compared."""
    return [name for name in row if name in ("density", *DRAWN) or moment_of(name)]


def _values(rows: Sequence[Row], name: str) -> np.ndarray:
    scale = of_table(name).scale
    return scale * np.array([float(row[name]) for row in rows])
