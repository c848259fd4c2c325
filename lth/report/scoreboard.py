"""Scores of claims as CSV, as lines to print, and as a page."""

import csv
import io
import math
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from lth.report.claims import SECTIONS, Number, Score, Stated, totals
from lth.report.values import DIGITS

COLUMNS = (
    *("claim", "section", "figure", "says", "paper", "ours", "low", "high"),
    *("trials", "verdict", "scale", "why"),
)
SCALES = {"paper": "At the paper's scale", "changed": "Of other experiments", "mini": "Miniatures"}
MARKS = {"paper": "", "changed": " (other experiments)", "mini": " (miniature)"}

NOT_RUN = Score("not run")
Scored = tuple[Stated, Score]


def to_csv(scored: Iterable[Scored]) -> str:
    """A row for each claim. Numbers of a list are joined by `; `, and truths are yes and no."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for claim, score in scored:
        numbers = (_paper(claim), score.ours, score.low, score.high)
        cells = ["; ".join(map(_exact, each)) for each in numbers]
        about = (claim.name, claim.section, claim.figure, claim.says)
        trials = "" if score.trials is None else score.trials
        writer.writerow([*about, *cells, trials, score.verdict, claim.scale, score.why])
    return text.getvalue()


def lines(scored: Sequence[Scored]) -> Iterator[str]:
    """The scoreboard, section by section, and how many claims have each verdict."""
    for section, items in _sections(scored):
        yield f"Section {section}: {SECTIONS[section]}"
        for claim, score in items:
            yield f"  {claim.name:27} {claim.figure:10} {_said(claim, score)}"
    yield from _sums(scored)


def page(scored: Sequence[Scored]) -> str:
    """The scoreboard as Markdown, with a table for each section."""
    parts = ["# What the paper states, and what came out", *_sums(scored)]
    for section, items in _sections(scored):
        parts.append(f"## Section {section}: {SECTIONS[section]}")
        rows = [
            "| statement | paper | ours, 95 % interval | n | verdict |",
            "|---|---|---|---|---|",
        ]
        rows += [_row(claim, score) for claim, score in items]
        parts.append("\n".join(rows))
    return "\n\n".join(parts) + "\n"


def _row(claim: Stated, score: Score) -> str:
    trials = "" if score.trials is None else str(score.trials)
    cells = (claim.says, _joined(_paper(claim)), _ours(score), trials, _verdict(claim, score))
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"


def _said(claim: Stated, score: Score) -> str:
    if not score.ours:
        return f"{score.verdict} ({score.why})"
    trials = "" if score.trials is None else f", n = {score.trials}"
    numbers = f"paper {_joined(_paper(claim))}, ours {_ours(score)}{trials}"
    return f"{_verdict(claim, score)}: {numbers}"


def _verdict(claim: Stated, score: Score) -> str:
    return f"{score.verdict}{MARKS[claim.scale]}"


def _ours(score: Score) -> str:
    if not score.low:
        return _joined(score.ours)
    ends = zip(score.ours, score.low, score.high, strict=True)
    return "; ".join(f"{_shown(our)} [{_shown(low)}, {_shown(high)}]" for our, low, high in ends)


def _sums(scored: Sequence[Scored]) -> Iterator[str]:
    """A line for each scale that has claims. What is judged by miniatures was not run itself."""
    for scale, words in SCALES.items():
        found = [score for claim, score in scored if claim.scale == scale]
        if scale == "paper":
            found += [NOT_RUN for claim, _ in scored if claim.scale == "mini"]
        counts = [f"{count} {verdict}" for verdict, count in totals(found).items() if count]
        if found:
            yield f"{words}: {', '.join(counts)}."


def _sections(scored: Sequence[Scored]) -> Iterator[tuple[str, list[Scored]]]:
    """The claims of each section, in the order of the paper."""
    order = list(SECTIONS)
    ranked = sorted(scored, key=lambda item: order.index(item[0].section))
    for section, items in groupby(ranked, key=lambda item: item[0].section):
        yield section, list(items)


def _paper(claim: Stated) -> tuple[Number, ...]:
    return claim.paper if isinstance(claim.paper, tuple) else (claim.paper,)


def _joined(numbers: Iterable[Number]) -> str:
    return "; ".join(map(_shown, numbers))


def _shown(number: Number) -> str:
    """A number for a reader."""
    return _written(number, ",", 4)


def _exact(number: Number) -> str:
    """A number for a program. Digits that sums leave to chance are left out."""
    return _written(number, "", 6)


def _written(number: Number, thousands: str, digits: int) -> str:
    if isinstance(number, bool):
        return "yes" if number else "no"
    rounded = round(number, DIGITS)
    whole = math.isfinite(rounded) and rounded == int(rounded)
    return f"{int(rounded):{thousands}}" if whole else f"{rounded:.{digits}g}"
