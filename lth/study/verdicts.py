"""Claims whose verdict another table changes."""

from collections.abc import Iterator, Sequence

from lth.report.claims import scored
from lth.report.comparison.section import Column, Section
from lth.report.formulas import Tables
from lth.report.points import Row
from lth.study import catalog
from lth.study.paper import SMALL

COLUMNS = {
    "claim": Column(""),
    "a": Column("A"),
    "b": Column("B"),
    "a_ours": Column("ours in A", ".4g"),
    "b_ours": Column("ours in B", ".4g"),
}


def verdicts(name: str, one: Sequence[Row], other: Sequence[Row]) -> Iterator[Section]:
    """The claims of the catalog here about an experiment, by one table of it and by another.

    These are the claims that need no other experiment. There is no section where there are none,
    as in a folder without a catalog.
    """
    found = list(_scored(name, one, other))
    if not found:
        return
    changed = [row for row in found if row["a"] != row["b"]]
    title = f"claims about {name} with another verdict: {len(changed)} of {len(found)}"
    yield Section("claims", title, COLUMNS, changed)


def _scored(name: str, one: Sequence[Row], other: Sequence[Row]) -> Iterator[Row]:
    prefix = SMALL if name.startswith(SMALL) else ""
    for claim, entry in catalog.claims().items():
        left, right = (scored(entry, Tables({name: rows}), prefix) for rows in (one, other))
        if left.ours is not None and right.ours is not None:
            ours = {"a_ours": left.ours, "b_ours": right.ours}
            yield {"claim": claim, "a": left.verdict, "b": right.verdict, **ours}
