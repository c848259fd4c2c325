"""Many runs as one tidy table: a row for each trial, strategy, round, branch and repeat; and the headline numbers of a table."""

import csv
import io
import itertools
import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from statistics import fmean
from typing import Any

import numpy as np

from lth import contents, origins
from lth.appearance import moment_of
from lth.store import File, Stored

PLACE = ("experiment", "trial", "strategy", "round", "branch", "repeat")
MEASURES = (
    "density",
    "weights_left",
    "early_stop_iteration",
    "early_stop_validation_loss",
    "early_stop_validation_accuracy",
    "early_stop_test_accuracy",
    "early_stop_train_accuracy",
    "final_validation_loss",
    "final_validation_accuracy",
    "final_test_accuracy",
    "final_train_accuracy",
    "diverged",
    "ancestor_diverged",
)
AT = ("test_accuracy", "validation_accuracy")  # at the moments of an experiment, as in `test_accuracy_at_10000`
MARGIN = 0.001  # a tenth of a point of accuracy
Row = Mapping[str, Any]


def columns(moments: Sequence[int]) -> tuple[str, ...]:
    """The columns of the table of an experiment with these moments."""
    return (*PLACE, *MEASURES, *(f"{name}_at_{moment}" for moment in moments for name in AT))


def rows(run: File, moments: Sequence[int]) -> Iterator[Row]:
    """The rows of a run file: one a network of its stack. Accuracies and densities are in [0, 1], losses in nats. At a moment before a rewound
    training begins, accuracies are NaN.
    """
    measures, iterations = run.group("measures"), run.arrays["iterations"].tolist()
    for index, (trial, repeat) in enumerate(run.pairs):
        place = {**run.origin.coordinates, "trial": trial, "repeat": repeat}
        row = {name: place[name] for name in PLACE} | {name: measures[name][index].item() for name in MEASURES}
        for moment, name in itertools.product(moments, AT):
            curve = run.arrays[f"curves/{name}"][index]
            row[f"{name}_at_{moment}"] = curve[iterations.index(moment)].item() if moment in iterations else math.nan
        yield row


def assemble(found: Iterable[Row], strategies: Mapping[str, Sequence[str]]) -> list[Row]:
    """The rows of runs as a table. The dense network is round 0 of every strategy with its branch, and its rows stand once for each of them."""
    result: list[Row] = []
    for row in found:
        if row["strategy"] == "dense":
            result += [{**row, "strategy": name} for name, branches in strategies.items() if row["branch"] in branches]
        else:
            result.append(row)
    return ordered(result)


def ordered(table: Iterable[Row]) -> list[Row]:
    """Rows in the order of a table: by strategy, branch, round, trial and repeat."""
    return sorted(table, key=lambda row: [row[name] for name in ("experiment", "strategy", "branch", "round", "trial", "repeat")])


def to_csv(table: Iterable[Row], moments: Sequence[int]) -> str:
    """A table as CSV text with a header, numbers in full precision, booleans as True and False."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns(moments))
    writer.writerows([row[name] for name in columns(moments)] for row in table)
    return text.getvalue()


def text(runs: Iterable[Stored], strategies: Mapping[str, Sequence[str]], moments: Sequence[int]) -> str:
    """The table of an experiment's run files as CSV text."""
    found = [row for run in runs for row in rows(run.load(contents.measured(run.origin)), moments)]
    return to_csv(assemble(found, strategies), moments)


def moments_of(names: Sequence[str]) -> list[int]:
    """The moments that a table with columns of these names has."""
    return [moment for name in names if name.startswith(f"{AT[0]}_at_") and (moment := moment_of(name))]


def read_csv(path: Path) -> list[dict[str, Any]]:
    """A table that `to_csv` wrote. Raises ValueError where it is missing, the columns are others, or a value is not of its kind."""
    try:
        lines = list(csv.reader(path.read_text(encoding="utf-8").splitlines()))
    except (UnicodeDecodeError, csv.Error) as error:
        raise ValueError(f"{path}: not a table ({error}); {origins.MEND}") from None
    except OSError as error:
        reason = "missing" if isinstance(error, FileNotFoundError) else f"cannot be read: {error.strerror}"
        raise ValueError(f"{path}: {reason}") from None
    names = columns(moments_of(lines[0]) if lines else ())
    if not lines or tuple(lines[0]) != names:
        raise ValueError(f"{path}: expected the columns {', '.join(names)}, got {', '.join(lines[0]) if lines else 'nothing'}; {origins.MEND}")
    table: list[dict[str, Any]] = []
    for number, line in enumerate(lines[1:], start=2):
        try:
            table.append({name: _parsed(name, value) for name, value in zip(names, line, strict=True)})
        except ValueError as error:
            raise ValueError(f"{path}: line {number}: {error}; {origins.MEND}") from None
    return table


def of_origin(document: origins.Document) -> list[dict[str, Any]]:
    """The table that an origin file names. Raises ValueError where it is missing or not the one that was written."""
    origins.check_files(document)
    (path,) = document.files
    return read_csv(Path(path))


def _parsed(name: str, value: str) -> Any:
    if name in ("experiment", "strategy", "branch"):
        return value
    if name in ("trial", "round", "repeat", "weights_left", "early_stop_iteration"):
        return int(value)
    if name in ("diverged", "ancestor_diverged"):
        if value not in ("True", "False"):
            raise ValueError(f"expected True or False, got {value!r}")
        return value == "True"
    return float(value)


def points(table: Iterable[Row], quantity: str) -> dict[tuple[str, str], list[tuple[float, float, float, float]]]:
    """For each (strategy, branch), one (density, mean, minimum, maximum) a round, over trials and repeats. NaN where one diverged to NaN."""
    groups: dict[tuple[str, str], dict[int, list[Row]]] = {}
    for row in table:
        groups.setdefault((row["strategy"], row["branch"]), {}).setdefault(row["round"], []).append(row)
    result: dict[tuple[str, str], list[tuple[float, float, float, float]]] = {}
    for line, rounds in groups.items():
        result[line] = []
        for number in sorted(rounds):
            values = np.array([float(row[quantity]) for row in rounds[number]])
            low, high = float(values.min()), float(values.max())
            mean = float(np.clip(values.mean(), low, high))  # a mean of equal values may differ from them in the last bit
            result[line].append((fmean(row["density"] for row in rounds[number]), mean, low, high))
    return result


def headlines(table: Sequence[Row]) -> dict[str, Any]:
    """Per strategy and branch, from means over trials and repeats at early stopping: the dense network, the best pruned round, the smallest
    density down to which every round matches the dense network, and how much earlier than it the fastest of the matching rounds stops.

    The dense network is that of branch `ticket`. A round matches where its mean test accuracy is at most MARGIN below that. Accuracies and
    densities are in [0, 1]; `networks` counts those of each round. Raises ValueError where there are no dense tickets.
    """
    accuracy, stop = points(table, "early_stop_test_accuracy"), points(table, "early_stop_iteration")
    first = next((place for place, line in accuracy.items() if place[1] == "ticket" and line[0][0] == 1), None)
    if first is None:
        raise ValueError("the table has no dense network of branch 'ticket' to compare with")
    dense, dense_stop = accuracy[first][0][1], stop[first][0][1]
    result: dict[str, Any] = {}
    for (strategy, branch), line in accuracy.items():
        group = [row for row in table if (row["strategy"], row["branch"]) == (strategy, branch)]
        best = max(line[1:], key=lambda point: _finite(point[1], -math.inf), default=(math.nan, math.nan))
        matching = list(itertools.takewhile(lambda point, least=dense - MARGIN: point[1] >= least, line[1:]))
        stops = [point for point in stop[strategy, branch][1 : len(matching) + 1] if point[1]]
        fastest = min(stops, key=lambda point: point[1], default=None)
        result.setdefault(strategy, {})[branch] = {
            "dense_test_accuracy": _number(dense),
            "best_test_accuracy": _number(best[1]),
            "best_test_accuracy_density": _number(best[0]),
            "smallest_density_matching_dense": _number(matching[-1][0]) if matching else None,
            "best_early_stop_speedup": _number(dense_stop / fastest[1]) if fastest else None,
            "best_early_stop_speedup_density": _number(fastest[0]) if fastest else None,
            "diverged": sum(row["diverged"] or row["ancestor_diverged"] for row in group),
            "networks": len({(row["trial"], row["repeat"]) for row in group}),
        }
    return result


def metrics(found: Iterable[origins.Document]) -> str:
    """The headline numbers of tables, by experiment, as JSON text."""
    numbers = {document.origin.settings["experiment"]: headlines(of_origin(document)) for document in found}
    return json.dumps(numbers, indent=1, sort_keys=True, allow_nan=False) + "\n"


def _finite(value: float, otherwise: float) -> float:
    return value if math.isfinite(value) else otherwise


def _number(value: float) -> float | None:
    """For JSON, which has no NaN: six decimals, or None."""
    return round(value, 6) if math.isfinite(value) else None
