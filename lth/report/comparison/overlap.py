"""How much of two masks is in common, beside what masks of these sizes have by chance.

If the survivors of each layer lay at random, those in both would follow the hypergeometric
distribution.
"""

from collections.abc import Iterator

import numpy as np

from lth.lottery.masks import Masks
from lth.report.comparison.networks import Places
from lth.report.comparison.section import Column, spread
from lth.report.rows import Row

COLUMNS = {
    "layer": Column(""),
    "weights": Column("weights", ",d"),
    "left_in_a": Column("left in A", ",.0f"),
    "left_in_b": Column("left in B", ",.0f"),
    "in_both": Column("in both", ",.0f"),
    "by_chance": Column("by chance", ",.0f"),
    "z": Column("z", ".1f", ranged=True),
    "percent_of_a": Column("% of A", ".1f", ranged=True),
    "percent_of_b": Column("% of B", ".1f", ranged=True),
    "jaccard": Column("Jaccard", ".3f"),
}
ALL = "all"  # the row of all layers together


def overlap(one: Masks, other: Masks, places: Places) -> Iterator[Row]:
    """A row for each layer, and one for all together. Spreads are over the pairs in `places`.

    Masks are stacks of the same layers. Chance leaves the size of each layer as it is.
    """
    first, second = (list(side) for side in zip(*places, strict=True))
    counts = {name: _counts(one[name][first], other[name][second]) for name in one}
    for name, found in counts.items():
        yield _row(name, found)
    yield _row(ALL, np.sum(list(counts.values()), axis=0))


def _counts(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Of the masks of a layer [pairs, ...] what adds up over layers [6, pairs].

    That is the number of weights, of those left in each and in both, and the mean and variance of
    the last by chance.
    """
    left, right = (mask.reshape(len(mask), -1) for mask in (one, other))
    size = np.full(len(left), left.shape[1], float)
    a, b, both = (mask.sum(axis=1) for mask in (left, right, left & right))
    chance = a * b / size
    variance = chance * (size - a) * (size - b) / (size * np.maximum(size - 1, 1))
    return np.stack([size, a, b, both, chance, variance])


def _row(layer: str, counts: np.ndarray) -> Row:
    weights, one, other, both, chance, variance = counts
    deviation = np.sqrt(variance)
    numbers = {
        "left_in_a": one,
        "left_in_b": other,
        "in_both": both,
        "by_chance": chance,
        "deviation": deviation,
        "times_chance": ratio(both, chance),
        "z": ratio(both - chance, deviation),
        "percent_of_a": 100 * ratio(both, one),
        "percent_of_b": 100 * ratio(both, other),
        "jaccard": ratio(both, one + other - both),
    }
    spreads = {name: spread(values) for name, values in numbers.items()}
    return {"layer": layer, "weights": int(weights[0]), **spreads}


def ratio(above: np.ndarray, below: np.ndarray) -> np.ndarray:
    """Quotients, NaN where the divisor is 0."""
    nothing = np.full_like(above, np.nan)
    return np.divide(above, below, out=nothing, where=below != 0)
