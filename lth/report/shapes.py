"""Lines of figures by their numbers: histograms over draws of trials, and curves."""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from lth.report.distributions import ALL
from lth.report.evidence import Evidence, MissingError
from lth.report.levels import NEAR, NUMBER
from lth.report.lines import NAME
from lth.report.rows import Row
from lth.report.values import Values

SHAPE = re.compile(
    rf"(?P<figure>{NAME})/(?:(?P<panel>[^/@]+)/)?(?P<line>[^/@]+)(?:@(?P<level>{NUMBER}))?"
)
CURVE = re.compile(rf"(?P<figure>{NAME})/(?P<line>.+)")
PERCENT = re.compile(rf"({NUMBER}(?:e-\d+)?) %")  # how titles of panels begin
Places = Mapping[tuple[str, str], Mapping[str, Sequence[Row]]]  # by panel and line, and by trial


class Shape(NamedTuple):
    """A histogram over draws: its edges [bins + 1], and densities [draws, bins].

    Mean, standard deviation and the share above 0 are of all values.
    """

    edges: np.ndarray
    densities: np.ndarray
    mean: Values
    deviation: Values
    positive: Values


def shape_of(text: str) -> re.Match[str]:
    """The parts of a line of a histogram. Raises ValueError for another text."""
    match = SHAPE.fullmatch(text)
    if match is None or bool(match["panel"]) == bool(match["level"]):
        examples = "figure-15/fc1@16.9 or figure-19/fc1/in the winning ticket"
        raise ValueError(f"expected a line of a histogram such as {examples}, got {text!r}")
    if match["level"] and not float(match["level"]):
        raise ValueError(f"expected a level above 0, got {text!r}")
    return match


def shape(evidence: Evidence, text: str) -> Shape:
    """A line of a histogram. Raises MissingError where there is none."""
    match = shape_of(text)
    trials = _found(_places(evidence.numbers(match["figure"])), match)
    experiment = trials[0][0]["experiment"]

    def drawn(column: str) -> np.ndarray:
        values = np.array([[float(row[column]) for row in rows] for rows in trials])
        return evidence.drawn(values, experiment)

    edges = [*(row["from"] for row in trials[0]), trials[0][-1]["to"]]
    sums = (Values(drawn(name)[:, :1]) for name in ("mean", "deviation", "positive"))
    return Shape(np.array(edges, float), drawn("density"), *sums)


def within(found: Shape, limit: Values) -> Values:
    """The share of values that are nearer to 0 than a limit, as if a bin were evenly filled."""
    shares = np.cumsum(found.densities * np.diff(found.edges), axis=1)
    below = np.pad(shares, ((0, 0), (1, 0)))
    limits = np.broadcast_to(limit.numbers, (len(below), 1))
    rows = zip(limits[:, 0], below, strict=True)
    ends = [np.interp([-end, end], found.edges, row) for end, row in rows]
    return Values(np.diff(np.array(ends), axis=1))


def magnitude(found: Shape) -> Values:
    """The mean distance from 0, as if all values of a bin were in its middle."""
    middles = (found.edges[1:] + found.edges[:-1]) / 2
    shares = found.densities * np.diff(found.edges)
    return Values((shares * np.abs(middles)).sum(axis=1)[:, None])


def dip(found: Shape) -> Values:
    """The density at 0, as a share of that of the lower of the peaks on either side."""
    at = int(np.clip(np.searchsorted(found.edges, 0, side="right") - 1, 1, len(found.edges) - 3))
    left, right = found.densities[:, :at].max(axis=1), found.densities[:, at + 1 :].max(axis=1)
    peak = np.minimum(left, right)
    depth = np.full_like(peak, np.inf)
    return Values(np.divide(found.densities[:, at], peak, out=depth, where=peak > 0)[:, None])


def lower_peak(found: Shape) -> Values:
    """How high the highest peak left of the highest one is, as a share of it; 0 without one.

    A peak is a bin that is higher than those beside it.
    """
    padded = np.pad(found.densities, ((0, 0), (1, 1)), constant_values=-1)
    inner = padded[:, 1:-1]
    peaks = (inner > padded[:, :-2]) & (inner > padded[:, 2:])
    left = np.arange(inner.shape[1]) < inner.argmax(axis=1)[:, None]
    heights = np.where(peaks & left, inner, 0).max(axis=1)
    return Values((heights / inner.max(axis=1))[:, None])


def reaches(evidence: Evidence, text: str, level: float) -> float:
    """The first iteration at which the mean of a curve is at least at a level; or infinity.

    Raises MissingError where there is no such curve.
    """
    match = curve_of(text)
    rows = [row for row in evidence.numbers(match["figure"]) if row["line"] == match["line"]]
    if not rows:
        raise MissingError(f"{match['figure']} has no curve {match['line']}")
    reached = [int(row["iteration"]) for row in rows if float(row["mean"]) >= level]
    return float(min(reached, default=np.inf))


def curve_of(text: str) -> re.Match[str]:
    """The parts of a curve. Raises ValueError for another text."""
    match = CURVE.fullmatch(text)
    if match is None:
        raise ValueError(
            f"expected a curve such as figure-3/lenet/dense/round-0/ticket, got {text!r}"
        )
    return match


def _places(rows: Sequence[Row]) -> Places:
    found: dict[tuple[str, str], dict[str, list[Row]]] = {}
    for row in rows:
        found.setdefault((row["panel"], row["line"]), {}).setdefault(row["trial"], []).append(row)
    return found


def _found(places: Places, match: re.Match[str]) -> list[Sequence[Row]]:
    """The bins of a line by trial."""
    if match["level"]:
        panels = {_percent(panel): panel for panel, line in places if line == match["line"]}
        near = [size for size in panels if 1 / NEAR <= size / float(match["level"]) <= NEAR]
        nearest = min(near, key=lambda size: abs(np.log(size / float(match["level"]))), default=0.0)
        at = (panels.get(nearest, ""), match["line"])
    else:
        at = (match["panel"], match["line"])
    if at not in places:
        raise MissingError(f"{match['figure']} has no line {match[0].partition('/')[2]}")
    return [rows for trial, rows in places[at].items() if trial != ALL]


def _percent(panel: str) -> float:
    """The percent of weights remaining that the title of a panel of a round begins with."""
    match = PERCENT.match(panel)
    return float(match[1]) if match else 0.0
