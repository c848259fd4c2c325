"""`lth claims`: what the paper states, and what the tables that are there say of it."""

import csv
import io
from collections.abc import Mapping
from pathlib import Path

from lth.files import atomic, origins
from lth.files.terminal import printable
from lth.report import tables
from lth.report.claims import Claim, Score, scored, totals
from lth.report.formulas import Tables, experiments_of
from lth.report.points import Row
from lth.study import catalog
from lth.study.paper import SMALL
from lth.study.plans.table import Table

COLUMNS = ("claim", "figure", "says", "paper", "ours", "low", "high", "trials", "verdict", "scale")


def claims(folder: Path, out: Path | None) -> None:
    """Prints a line for each claim of the catalog, and how many there are of each verdict.

    A claim whose experiments were not run is scored by their miniatures, if these were. It is
    marked, and no number of the paper's. `out` gets the same as CSV. Raises ValueError where a
    table is not the one that was written.
    """
    known = catalog.claims(folder.absolute().parent / catalog.CATALOG)
    found = Tables(_tables(folder, known))
    scores = {name: scored(claim, found) for name, claim in known.items()}
    small = {
        name: scored(claim, found, SMALL)
        for name, claim in known.items()
        if scores[name].verdict == "not run"
    }
    small = {name: score for name, score in small.items() if score.verdict != "not run"}
    for name, claim in known.items():
        score = small.get(name, scores[name])
        print(printable(_line(name, claim, score, "mini" if name in small else "paper")))
    print(f"at the paper's scale: {_sums(scores)}")
    print(f"miniatures: {_sums(small)}")
    if out is not None:
        atomic.write_bytes(out, _text(known, scores, small).encode())


def _tables(folder: Path, known: Mapping[str, Claim]) -> dict[str, list[Row]]:
    """The tables that claims are about, as far as they are there."""
    names = {name for claim in known.values() for name in experiments_of(claim.value)}
    found: dict[str, list[Row]] = {}
    for name in sorted([*names, *(f"{SMALL}{name}" for name in names)]):
        path = folder.joinpath(*Path(Table.PATH.format(experiment=name)).parts)
        if path.exists():
            found[name] = tables.of_origin(origins.read(path))
    return found


def _line(name: str, claim: Claim, score: Score, scale: str) -> str:
    about = f"{name:30} {claim.figure:10}"
    if score.ours is None:
        return f"{about} not run ({score.why})"
    interval = "" if isinstance(score.ours, bool) else f" [{score.low:.3g}, {score.high:.3g}]"
    numbers = (
        f"paper {_shown(claim.paper)}, ours {_shown(score.ours)}{interval}, n = {score.trials}"
    )
    return f"{about} {score.verdict}: {numbers}{' (miniature)' if scale == 'mini' else ''}"


def _shown(value: float | bool) -> str:
    return ("yes" if value else "no") if isinstance(value, bool) else f"{value:.4g}"


def _sums(scores: Mapping[str, Score]) -> str:
    return ", ".join(f"{count} {verdict}" for verdict, count in totals(scores))


def _text(
    known: Mapping[str, Claim], scores: Mapping[str, Score], small: Mapping[str, Score]
) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for name, claim in known.items():
        score, scale = small.get(name, scores[name]), "mini" if name in small else "paper"
        own = (score.ours, score.low, score.high, score.trials, score.verdict, scale)
        writer.writerow([name, claim.figure, claim.says, claim.paper, *own])
    return text.getvalue()
