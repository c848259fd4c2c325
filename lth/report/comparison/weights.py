"""How alike the weights of two networks are, on the connections that both have."""

from collections.abc import Iterator, Mapping

import numpy as np

from lth.report.comparison.networks import Places
from lth.report.comparison.overlap import ALL, ratio
from lth.report.comparison.section import Column, spread
from lth.report.rows import Row

COLUMNS = {
    "layer": Column(""),
    "in_both": Column("in both", ",.0f"),
    "equal_signs_percent": Column("equal signs %", ".1f", ranged=True),
    "correlation": Column("correlation", ".3f", ranged=True),
    "size_in_a": Column("size in A", ".3g"),
    "size_in_b": Column("size in B", ".3g"),
    "distance": Column("distance", ".3g", ranged=True),
}


def likeness(
    one: Mapping[str, np.ndarray], other: Mapping[str, np.ndarray], places: Places
) -> Iterator[Row]:
    """A row for each layer of weights, and one for all. Spreads are over the pairs in `places`.

    Weights are stacks. A connection is there where its weight is not 0. `size` and `distance` are
    root mean squares of weights and of their differences.
    """
    first, second = (list(side) for side in zip(*places, strict=True))
    sums = {
        name: _sums(one[name][first], other[name][second])
        for name in one
        if name.endswith(".weight")  # others have no mask
    }
    for name, found in sums.items():
        yield _row(name, found)
    yield _row(ALL, np.sum(list(sums.values()), axis=0))


def _sums(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Sums over the shared connections of a layer [7, pairs], which add up over layers."""
    shared = (one != 0) & (other != 0)
    x, y = (np.where(shared, values, 0).astype(float) for values in (one, other))
    terms = (shared, shared & ((x > 0) == (y > 0)), x, y, x * x, y * y, x * y)
    return np.stack([term.reshape(len(term), -1).sum(axis=1).astype(float) for term in terms])


def _row(layer: str, sums: np.ndarray) -> Row:
    count, signs, x, y, xx, yy, xy = sums
    spreads = np.sqrt(np.maximum(count * xx - x * x, 0) * np.maximum(count * yy - y * y, 0))
    numbers = {
        "in_both": count,
        "equal_signs_percent": 100 * ratio(signs, count),
        "correlation": ratio(count * xy - x * y, spreads),
        "size_in_a": np.sqrt(ratio(xx, count)),
        "size_in_b": np.sqrt(ratio(yy, count)),
        "distance": np.sqrt(ratio(np.maximum(xx + yy - 2 * xy, 0), count)),
    }
    return {"layer": layer, **{name: spread(values) for name, values in numbers.items()}}
