"""Claims whose verdict another table changes."""

from collections.abc import Iterator, Sequence

import msgspec

from lth.report.claims import PREFIXES, SMALL, Scale, Stated, scored
from lth.report.comparison.section import Column, Section
from lth.report.evidence import Evidence
from lth.report.rows import Row
from lth.study import catalog
from lth.study.claim_names import read_claims

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
    for claim in _alone(name):
        left, right = (scored(claim, Evidence({name: rows}), {}) for rows in (one, other))
        if left.ours and right.ours:
            yield {
                "claim": claim.name,
                "a": left.verdict,
                "b": right.verdict,
                "a_ours": left.ours[0],
                "b_ours": right.ours[0],
            }


def _alone(name: str) -> Iterator[Stated]:
    """The claims about one experiment that read nothing else."""
    scale: Scale = "mini" if name.startswith(SMALL) else "paper"
    entries = catalog.entries_of(catalog.CATALOG)
    groups = dict.fromkeys([*entries["sweeps"], *entries["paper"]], ())
    for key, claim in read_claims(entries["claims"], entries["paper"]).items():
        names = claim.names(groups, PREFIXES[scale])
        if names.experiments == (name,) and not (names.figures or names.facts or names.groups):
            yield Stated(name=key, scale=scale, **msgspec.structs.asdict(claim))
