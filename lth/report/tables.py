"""The training runs of an experiment as one tidy table, a row for each network, and its CSV."""

import csv
import io
import itertools
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from lth.files import origins
from lth.files.hdf5 import File, Stored
from lth.files.origins import MEND
from lth.lottery.names import DENSE
from lth.report.quantities import AT, OF_TABLES, moment_of
from lth.report.rows import Row
from lth.training import measures

NETWORK: Mapping[str, type] = {
    "experiment": str,
    "trial": int,
    "strategy": str,
    "round": int,
    "branch": str,
    "repeat": int,
}  # the columns that say which network a row is of
MEASURES = tuple(OF_TABLES)
OF_RUNS = " of runs"  # ends the names of what is said of the machines of runs
ORDER = ("experiment", "strategy", "branch", "round", "trial", "repeat")  # of rows


def columns(moments: Sequence[int]) -> tuple[str, ...]:
    """The columns of the table of an experiment with these moments."""
    return (*NETWORK, *MEASURES, *_at(moments))


def rows(run: File, moments: Sequence[int]) -> Iterator[Row]:
    """The rows of a run file, one for each network of its stack.

    Accuracies and densities are in [0, 1], losses in nats. Accuracies at a moment before a rewound
    training run begins are NaN.
    """
    measured = run.group("measures")
    iterations = {name: run.arrays[measures.iterations_of(name)].tolist() for name in AT}
    settings = run.origin.settings
    line = {name: settings[name] for name in ("experiment", "strategy", "round", "branch")}
    for index, (trial, repeat) in enumerate(run.pairs):
        network = {**line, "trial": trial, "repeat": repeat}
        row = {name: network[name] for name in NETWORK}
        row |= {name: measured[name][index].item() for name in MEASURES}
        for moment, name in itertools.product(moments, AT):
            curve = run.arrays[f"curves/{name}"][index]
            known = moment in iterations[name]
            row[f"{name}_at_{moment}"] = (
                curve[iterations[name].index(moment)].item() if known else math.nan
            )
        yield row


def assemble(found: Iterable[Row], strategies: Mapping[str, Sequence[str]]) -> list[Row]:
    """The rows of runs as a table. `strategies` have the branches of each strategy.

    The dense network is round 0 of every strategy that has its branch. Its rows stand once for
    each of them.
    """
    result: list[Row] = []
    for row in found:
        if row["strategy"] == DENSE:
            sharing = [name for name, branches in strategies.items() if row["branch"] in branches]
            result += [{**row, "strategy": name} for name in sharing]
        else:
            result.append(row)
    return ordered(result)


def ordered(table: Iterable[Row]) -> list[Row]:
    """Rows in the order of a table: by strategy, branch, round, trial and repeat."""
    return sorted(table, key=lambda row: [row[name] for name in ORDER])


def to_csv(table: Iterable[Row], moments: Sequence[int]) -> str:
    """A table as CSV with a header, numbers in full precision, booleans as True and False."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns(moments))
    writer.writerows([row[name] for name in columns(moments)] for row in table)
    return text.getvalue()


def text(
    runs: Iterable[Stored], strategies: Mapping[str, Sequence[str]], moments: Sequence[int]
) -> str:
    """The table of an experiment's run files as CSV. Raises ValueError where one is not whole."""
    found: list[Row] = []
    for run in runs:
        template = measures.template_of(run.origin.settings, run.origin.networks)
        found += rows(run.load(template), moments)
    return to_csv(assemble(found, strategies), moments)


def made_on(runs: Sequence[Stored]) -> dict[str, str]:
    """Engines, machines and versions that trained some runs, as `engine of runs`."""
    names = dict.fromkeys(name for run in runs for name in run.made_on)
    return {
        f"{name}{OF_RUNS}": " and ".join(
            sorted({str(run.made_on[name]) for run in runs if name in run.made_on})
        )
        for name in names
    }


def moments_of(names: Sequence[str]) -> list[int]:
    """The moments that a table with columns of these names has."""
    found = [moment_of(name) for name in names if name.startswith(f"{AT[0]}_at_")]
    return [moment for moment in found if moment is not None]


def read_csv(path: Path) -> list[Row]:
    """A table that `to_csv` wrote.

    Raises ValueError where it is missing, has other columns, or a value is not of its type.
    """
    lines = _lines(path)
    header = tuple(lines[0]) if lines else ()
    names = columns(moments_of(header))
    if header != names:
        found = ", ".join(header) or "nothing"
        raise ValueError(f"{path}: expected the columns {', '.join(names)}, got {found}; {MEND}")
    table: list[Row] = []
    for number, line in enumerate(lines[1:], start=2):
        try:
            cells = zip(names, line, strict=True)
            table.append({name: _parsed(name, value) for name, value in cells})
        except ValueError as error:
            raise ValueError(f"{path}: line {number}: {error}; {MEND}") from None
    return table


def of_origin(document: origins.Document) -> list[Row]:
    """The table that an origin file names.

    Raises ValueError where it is missing or not the one that was written.
    """
    origins.check_files(document)
    (path,) = document.files
    return read_csv(Path(path))


def _at(moments: Sequence[int]) -> list[str]:
    return [f"{name}_at_{moment}" for moment in moments for name in AT]


def _lines(path: Path) -> list[list[str]]:
    try:
        return list(csv.reader(path.read_text(encoding="utf-8").splitlines()))
    except (UnicodeDecodeError, csv.Error) as error:
        raise ValueError(f"{path}: not a table ({error}); {MEND}") from None
    except FileNotFoundError:
        raise ValueError(f"{path}: missing") from None
    except OSError as error:
        raise ValueError(f"{path}: cannot be read: {error.strerror}") from None


def _parsed(name: str, value: str) -> Any:
    """A cell of a column as a value of its type."""
    wanted = NETWORK[name] if name in NETWORK else _type(name)
    if wanted is not bool:
        return wanted(value)
    if value not in ("True", "False"):
        raise ValueError(f"expected True or False, got {value!r}")
    return value == "True"


def _type(name: str) -> type:
    return OF_TABLES[name].type if name in OF_TABLES else float
