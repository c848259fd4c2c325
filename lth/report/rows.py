"""Rows of a table by line, round and trial."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

Row = Mapping[str, Any]  # of a table: a value for each column
LEAST = 3  # trials, below which nothing is said of all
Rounds = Sequence[Sequence[Row]]  # of a line, in order: the rows of each


def rounds_of(table: Iterable[Row]) -> dict[tuple[str, str], Rounds]:
    """For each (strategy, branch) its rounds in order, each as its rows."""
    lines: dict[tuple[str, str], dict[int, list[Row]]] = {}
    for row in table:
        rounds = lines.setdefault((row["strategy"], row["branch"]), {})
        rounds.setdefault(row["round"], []).append(row)
    return {line: [rounds[number] for number in sorted(rounds)] for line, rounds in lines.items()}


def column(rows: Sequence[Row], quantity: str) -> np.ndarray:
    """A quantity of networks [networks]."""
    return np.array([float(row[quantity]) for row in rows])


def trials(rows: Sequence[Row]) -> list[int]:
    """The trials of networks."""
    return [row["trial"] for row in rows]


def by_trial(values: np.ndarray, trials: Sequence[int]) -> np.ndarray:
    """Means over repeats [trials, ...] of values [networks, ...], in the order of trials."""
    found = np.array(trials)
    return np.array([values[found == trial].mean(axis=0) for trial in np.unique(found)])
