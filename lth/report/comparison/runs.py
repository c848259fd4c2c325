"""Two training runs: where their curves part, and what was measured of them side by side."""

from collections.abc import Iterator

import numpy as np

from lth.files.hdf5 import File
from lth.report.comparison.networks import Places
from lth.report.comparison.paired import paired
from lth.report.comparison.section import Column, Section, spread
from lth.report.quantities import DRAWN, OF_CURVES, OF_TABLES
from lth.report.rows import Row
from lth.training.measures import iterations_of

CURVES = {
    "curve": Column(""),
    "evaluations": Column("evaluations", ",d"),
    "networks": Column("networks that differ", "d"),
    "first": Column("first at iteration", ",d"),
    "largest": Column("largest difference", ".4g", ranged=True),
    "at": Column("largest at iteration", ",d"),
}
MEASURES = {
    "measure": Column(""),
    "a": Column("A", ",.6g", ranged=True),
    "b": Column("B", ",.6g", ranged=True),
    "change": Column("B - A", "+,.6g", ranged=True),
}


def starts(one: File, other: File, places: Places) -> Section:
    """How many networks start from the same weights, in words."""
    digests = [file.arrays["start_digest"] for file in (one, other)]
    same = sum(bool(digests[0][left] == digests[1][right]) for left, right in places)
    words = f"starts: {same} of {len(places)} networks start from the same weights"
    return Section("starts", words, rows=[{"same": same, "networks": len(places)}])


def curves(one: File, other: File, places: Places) -> Section:
    """Where curves part."""
    title = "curves: accuracies in percent, mean [lowest, highest]"
    return Section("curves", title, CURVES, list(_curves(one, other, places)))


def measures(one: File, other: File, places: Places) -> Section:
    """Numbers side by side, where they differ."""
    title = "measures that differ: mean [lowest, highest], and B - A with a 95 % interval"
    return Section("measures", title, MEASURES, list(_measures(one, other, places)))


def _curves(one: File, other: File, places: Places) -> Iterator[Row]:
    """A row for each curve, over the iterations at which both were evaluated.

    Accuracies are in percent. `first` is the first iteration at which two networks differ. Spreads
    of the `largest` difference are over networks.
    """
    first, second = (list(side) for side in zip(*places, strict=True))
    for name, quantity in OF_CURVES.items():
        own, others = (file.arrays[iterations_of(name)] for file in (one, other))
        iterations, left, right = np.intersect1d(own, others, return_indices=True)
        curve = one.arrays[f"curves/{name}"][first][:, left]
        second_curve = other.arrays[f"curves/{name}"][second][:, right]
        scaled = (quantity.scale * values for values in (curve, second_curve))
        yield {"curve": name, **_parted(iterations, *scaled)}


def _parted(iterations: np.ndarray, one: np.ndarray, other: np.ndarray) -> Row:
    """Where curves [networks, iterations] differ, and by how much."""
    equal = (one == other) | (np.isnan(one) & np.isnan(other))
    row: dict[str, object] = {
        "evaluations": len(iterations),
        "networks": int((~equal).any(1).sum()),
    }
    if not equal.all():
        apart = np.abs(np.where(equal, 0, other) - np.where(equal, 0, one))
        row["first"] = int(iterations[(~equal).any(axis=0).argmax()])
        row["largest"] = spread(apart.max(axis=1))
        row["at"] = int(iterations[apart.max(axis=0).argmax()])
    return row


def _measures(one: File, other: File, places: Places) -> Iterator[Row]:
    """A row for each number that tables have, where it differs. Accuracies are in percent."""
    first, second = (list(side) for side in zip(*places, strict=True))
    trials = one.arrays["trial"][first].tolist()
    for name in DRAWN:
        scale = OF_TABLES[name].scale
        left = scale * one.group("measures")[name][first].astype(float)
        right = scale * other.group("measures")[name][second].astype(float)
        if not np.array_equal(left, right, equal_nan=True):
            yield {"measure": name, **paired(left, right, trials)}
