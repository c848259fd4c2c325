"""Claims judged by files: by tables and by the numbers of figures, whose origins are given."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from lth.files import origins
from lth.files.origins import MEND, Document
from lth.report import distributions, tables
from lth.report.claims import Score, Stated, scored
from lth.report.evidence import Evidence
from lth.report.rows import Row
from lth.settings import expected

COLUMNS = {  # that are read, by the kind of a figure
    "histogram": ("experiment", "panel", "line", *distributions.COLUMNS),
    "curves": ("line", "iteration", "mean"),
}

Groups = Mapping[str, tuple[str, ...]]
Facts = Mapping[str, Mapping[str, float]]


def scores(
    claims: Sequence[Stated],
    groups: Groups,
    facts: Facts,
    documents: Mapping[str, Iterable[Document]],
) -> list[tuple[Stated, Score]]:
    """The score of each claim by `tables` and `figures`.

    Raises ValueError where a file is missing, is not the one that was written, or has another form.
    """
    found = {document.origin.settings["experiment"]: document for document in documents["tables"]}
    drawn = {document.origin.settings["name"]: document for document in documents["figures"]}
    evidence = Evidence(
        {name: tables.of_origin(document) for name, document in found.items()},
        {name: numbers_of(document) for name, document in drawn.items()},
        facts,
    )
    return [(claim, scored(claim, evidence, groups)) for claim in claims]


def numbers_of(document: Document) -> list[Row]:
    """The numbers of a figure as texts by column. Raises ValueError for those of another form."""
    origins.check_files(document)
    (path,) = (Path(name) for name in document.files if name.endswith(".csv"))
    kind = document.origin.settings["figure"]["kind"]
    if kind not in COLUMNS:
        raise expected(str(document.path), f"a figure of kind {' or '.join(COLUMNS)}", kind)
    needed = COLUMNS[kind]
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        columns = reader.fieldnames or ()
        if not set(needed) <= set(columns):
            what = f"expected the columns {', '.join(needed)}, got {', '.join(columns)}"
            raise ValueError(f"{path}: {what}; {MEND}")
        return list(reader)
