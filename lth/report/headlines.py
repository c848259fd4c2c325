"""The headline numbers of tables: the best network, the smallest as good as the dense one, ..."""

import json
import math
from collections.abc import Iterable, Sequence
from itertools import chain, takewhile
from typing import Any

from lth.files.origins import Document
from lth.report import tables, winning
from lth.report.points import Point, points
from lth.report.rows import Row, rounds_of
from lth.report.winning import MARGIN


def headlines(table: Sequence[Row]) -> dict[str, dict[str, dict[str, Any]]]:
    """By strategy and branch, from means over trials and repeats at early stopping.

    These are the dense network, the best pruned round, the smallest density down to which every
    round matches the dense network, and how much earlier than that the fastest of the matching
    rounds stops. The dense network is that of branch `ticket`. A round matches where its mean test
    accuracy is at most MARGIN below. Branch `ticket` also has the smallest winning tickets, by
    tests over trials (`winning`). Accuracies and densities are in [0, 1], and `networks` counts
    those of each round. Raises ValueError where there are no dense tickets.
    """
    accuracy = points(table, "early_stop_test_accuracy")
    stop = points(table, "early_stop_iteration")
    dense = next((line for line, rounds in accuracy.items() if _has_dense(line, rounds)), None)
    if dense is None:
        raise ValueError("the table has no dense network of branch 'ticket' to compare with")
    first = (accuracy[dense][0].mean, stop[dense][0].mean)
    lines = rounds_of(table)
    result: dict[str, dict[str, dict[str, Any]]] = {}
    for line, rounds in lines.items():
        numbers = _of_line(accuracy[line], stop[line], *first)
        if line[1] == "ticket":
            found = winning.densities(rounds, lines[dense][0])
            numbers |= {name: _number(density) for name, density in found.items()}
        result.setdefault(line[0], {})[line[1]] = numbers | _counts(list(chain(*rounds)))
    return result


def metrics(found: Iterable[Document]) -> str:
    """The headline numbers of tables (their origins), by experiment, as JSON text."""
    numbers = {
        document.origin.settings["experiment"]: headlines(tables.of_origin(document))
        for document in found
    }
    return json.dumps(numbers, indent=1, sort_keys=True, allow_nan=False) + "\n"


def _has_dense(line: tuple[str, str], rounds: Sequence[Point]) -> bool:
    return line[1] == "ticket" and rounds[0].size == 1


def _of_line(
    accuracy: Sequence[Point], stop: Sequence[Point], dense: float, dense_stop: float
) -> dict[str, float | None]:
    """The numbers of a line, whose rounds begin with the dense network's."""
    nothing = Point(math.nan, math.nan, math.nan, math.nan, 0)
    best = max(accuracy[1:], key=_accuracy_or_least, default=nothing)
    matching = list(takewhile(lambda point: point.mean >= dense - MARGIN, accuracy[1:]))
    stops = [point for point in stop[1 : len(matching) + 1] if point.mean]
    fastest = min(stops, key=lambda point: point.mean, default=None)
    return {
        "dense_test_accuracy": _number(dense),
        "best_test_accuracy": _number(best.mean),
        "best_test_accuracy_density": _number(best.size),
        "smallest_density_matching_dense": _number(matching[-1].size) if matching else None,
        "best_early_stop_speedup": _number(dense_stop / fastest.mean) if fastest else None,
        "best_early_stop_speedup_density": _number(fastest.size) if fastest else None,
    }


def _counts(rows: Sequence[Row]) -> dict[str, int]:
    return {
        "diverged": sum(row["diverged"] or row["ancestor_diverged"] for row in rows),
        "networks": len({(row["trial"], row["repeat"]) for row in rows}),
        "trials": len({row["trial"] for row in rows}),
    }


def _accuracy_or_least(point: Point) -> float:
    return point.mean if math.isfinite(point.mean) else -math.inf


def _number(value: float) -> float | None:
    """For JSON, which has no NaN: six decimals, or None."""
    return round(value, 6) if math.isfinite(value) else None
