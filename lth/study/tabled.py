"""An experiment as its files have it: its table, and the files that this was made from."""

import dataclasses
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from lth.files.hdf5 import File, Stored
from lth.files.origins import Document, Input
from lth.files.paths import RESULTS
from lth.report import tables
from lth.report.comparison.networks import listed
from lth.report.rows import Row
from lth.settings import expected, unknown
from lth.study.plans.mask import Mask
from lth.study.plans.plan import placed
from lth.study.plans.run import Run
from lth.study.plans.table import Table
from lth.study.results import Results

(TABLE,) = Table.PRODUCTS
FOLDER = Path(TABLE).parent.name  # of tables, and of their origins
RUN = re.compile(placed(Run.PATH, {name: f"(?P<{name}>[^/]+)" for name in Run.__struct_fields__}))


@dataclasses.dataclass(frozen=True)
class Tabled:
    """The table of an experiment, and the results folder that it lies in.

    `document` says what the table was made from. A table that lies elsewhere has neither.
    """

    path: Path
    rows: Sequence[Row]
    results: Results | None = None
    document: Document | None = None

    @property
    def name(self) -> str:
        """The name of the experiment."""
        return str(self.rows[0]["experiment"])

    @property
    def trials(self) -> set[int]:
        """The trials in the table."""
        return {row["trial"] for row in self.rows}

    @property
    def runs(self) -> dict[str, Input]:
        """The run files that the table was made from, by their paths below the experiment."""
        items = self.document.origin.inputs.get("runs", ()) if self.document else ()
        return {"/".join(Path(item.path).parts[3:]): item for item in items}

    def stored(self) -> dict[str, Stored]:
        """The files of runs and masks of the first block, by their paths below it.

        Those that are not there are left out. Settings are the same in all blocks.
        """
        found: dict[str, Stored] = {}
        for match in self._matches():
            for path in (match[0], _mask_of(match)):
                name = path.partition(f"/{match['block']}/")[2]
                if name not in found and self.results and path in self.results.names:
                    found[name] = self.results.stored(path)
        return found

    def masks(self, strategy: str, round: int) -> list[File]:
        """The mask files of a round, block by block; none where one is not there."""
        matches = [
            match
            for match in self._matches()
            if (match["strategy"], match["round"]) == (strategy, str(round))
        ]
        paths = list(dict.fromkeys(_mask_of(match) for match in matches))
        if self.results is None or not self.results.names.issuperset(paths):
            return []
        return [self.results.file(path) for path in paths]

    def _matches(self) -> Iterator[re.Match[str]]:
        """The paths of the run files by their parts."""
        for item in self.runs.values():
            if match := RUN.fullmatch(item.path):
                yield match


def find(text: str) -> Tabled:
    """An experiment by its name, by its table (CSV) or by the origin of its table (JSON).

    A name is that of an experiment in the results of the current folder. Raises ValueError where
    there is none, or its table is not the one that was written.
    """
    path = _table_of(text)
    folder = path.parent.parent
    name = placed(Table.PATH, {"experiment": path.stem})
    if path.parent.name != FOLDER or not _below(folder, name).exists():
        return Tabled(path, _whole(path, tables.read_csv(path)))
    results = Results(folder, None)
    document = results.document(name)
    if document.origin.kind != Table.KIND:
        raise expected(str(document.path), f"the origin of a {Table.KIND}", document.origin.kind)
    return Tabled(path, _whole(path, tables.of_origin(document)), results, document)


def _table_of(text: str) -> Path:
    """The path of a table."""
    path = Path(text)
    if path.suffix == ".csv":
        return path
    if path.suffix == ".json":
        return _below(path.parent.parent.parent, placed(TABLE, {"experiment": path.stem}))
    table = Path(placed(TABLE, {"experiment": text}))
    if not table.exists():
        known = [found.stem for found in table.parent.glob("*.csv")]
        raise unknown(str(table.parent), "experiment", text, known)
    return table


def _below(folder: Path, name: str) -> Path:
    """Where a file lies whose name begins with that of the results folder."""
    return folder / Path(name).relative_to(RESULTS)


def _whole(path: Path, rows: Sequence[Row]) -> Sequence[Row]:
    """The rows of a table. Raises ValueError where a round lacks a trial that others have."""
    if not rows:
        raise expected(str(path), "a row for each network", "none")
    trials: dict[tuple[str, str, int], set[int]] = {}
    for row in rows:
        address = (row["strategy"], row["branch"], row["round"])
        trials.setdefault(address, set()).add(row["trial"])
    every = set.union(*trials.values())
    for (strategy, branch, round), found in trials.items():
        if found != every:
            what = f"the trials {listed(every)} in round {round} of {strategy}/{branch}"
            raise expected(str(path), what, listed(found))
    return rows


def _mask_of(match: Mapping[str, str] | re.Match[str]) -> str:
    """The path of the mask of a run."""
    names = ("experiment", "block", "strategy", "round")
    return placed(Mask.PATH, {name: match[name] for name in names})
