"""Numbers over draws of trials, and what formulas do with them."""

import dataclasses
import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from lth.report.evidence import MissingError

DIGITS = 9  # after the point: what is equal in tables is equal here, whatever the order of sums
SAME = 1e-6  # relative: sizes that are nearer are the same, as tables have them in full precision


@dataclasses.dataclass(frozen=True)
class Values:
    """Numbers or truths [draws, places]. The first draw has all trials as they are.

    Places are rounds, with their percents of weights remaining as `sizes`, or the items of a list,
    or there is one. What does not depend on trials has one draw.
    """

    numbers: np.ndarray
    sizes: tuple[float, ...] = ()


def constant(number: float | bool) -> Values:
    """A number that is the same in all draws."""
    return Values(np.array([[number]]))


def joined(items: Sequence[Values]) -> Values:
    """The places of all items, as those of one list."""
    draws = max(len(item.numbers) for item in items)
    parts = [np.broadcast_to(item.numbers, (draws, item.numbers.shape[1])) for item in items]
    return Values(np.concatenate(parts, axis=1))


def single(values: Values) -> Values:
    """The same. Raises ValueError where it is more than one number."""
    if (count := values.numbers.shape[1]) > 1:
        raise ValueError(f"expected one number, got {count}")
    return values


def together(function: Callable[..., Any], one: Values, other: Values) -> Values:
    """A function of two numbers at each place.

    Of two lines it takes the rounds that both have, from the first on. Raises MissingError where
    these have other sizes, and ValueError where lists have other lengths.
    """
    one, other = _aligned(one, other)
    return Values(function(one.numbers, other.numbers), one.sizes or other.sizes)


def compared(function: Callable[..., Any], one: Values, other: Values) -> Values:
    """A comparison at each place."""
    return together(lambda a, b: function(_rounded(a), _rounded(b)), one, other)


def each(function: Callable[[np.ndarray], np.ndarray]) -> Callable[[Values], Values]:
    """A function of the number at each place."""
    return lambda values: Values(function(values.numbers), values.sizes)


def over(function: Callable[..., np.ndarray]) -> Callable[[Values], Values]:
    """A function of all places, which gives one number."""
    return lambda values: Values(function(values.numbers, axis=1, keepdims=True))


def largest(values: Values) -> Values:
    """The largest number. Rounds without one are left out; a list with such an item has none."""
    function = np.fmax if values.sizes else np.maximum
    return Values(function.reduce(values.numbers, axis=1, keepdims=True))


def smallest(values: Values) -> Values:
    """The smallest number. Rounds without one are left out; a list with such an item has none."""
    function = np.fmin if values.sizes else np.minimum
    return Values(function.reduce(values.numbers, axis=1, keepdims=True))


def at_largest(values: Values) -> Values:
    """The percent of weights remaining in the round in which a line is largest."""
    known = np.where(np.isnan(values.numbers), -np.inf, values.numbers)
    return Values(_sizes(values)[known.argmax(axis=1)][:, None])


def at_smallest(values: Values) -> Values:
    """The percent of weights remaining in the round in which a line is smallest."""
    return at_largest(Values(-values.numbers.astype(float), values.sizes))


def down_to(condition: Values) -> Values:
    """The percent down to which a condition holds in each round; 100 where not in the first."""
    count = np.logical_and.accumulate(condition.numbers, axis=1).sum(axis=1)
    return Values(np.append(100.0, _sizes(condition))[count][:, None])


def from_on(condition: Values) -> Values:
    """The percent from which on a condition holds in each round; 0 where not in the last."""
    count = np.logical_and.accumulate(condition.numbers[:, ::-1], axis=1).sum(axis=1)
    return Values(np.append(0.0, _sizes(condition)[::-1])[count][:, None])


def where(values: Values, condition: Values) -> Values:
    """Numbers where a condition holds, and none elsewhere."""
    return together(lambda number, holds: np.where(holds, number, np.nan), values, condition)


def correlation(one: Values, other: Values) -> Values:
    """Spearman's rank correlation over places, NaN where a side is constant.

    Places at which one of both is no number are left out. Sides have the places that `together`
    takes.
    """
    sides = (_rounded(side.numbers.astype(float)) for side in _aligned(one, other))
    pair = np.broadcast_arrays(*sides)
    known = ~np.isnan(pair[0]) & ~np.isnan(pair[1])
    apart = [_from_mean(_ranks(side, known), known) for side in pair]
    scale = np.sqrt((apart[0] ** 2).sum(axis=1) * (apart[1] ** 2).sum(axis=1))
    product = (apart[0] * apart[1]).sum(axis=1)
    found = np.divide(product, scale, out=np.full_like(scale, np.nan), where=scale > 0)
    return Values(found[:, None])


def _aligned(one: Values, other: Values) -> tuple[Values, Values]:
    if one.sizes and other.sizes:
        sizes = _in_common(one.sizes, other.sizes)
        one, other = (Values(item.numbers[:, : len(sizes)], sizes) for item in (one, other))
    lengths = {item.numbers.shape[1] for item in (one, other)} - {1}
    if len(lengths) > 1:
        found = " and ".join(map(str, sorted(lengths)))
        raise ValueError(f"expected as many numbers on both sides, got {found}")
    return one, other


def _in_common(one: tuple[float, ...], other: tuple[float, ...]) -> tuple[float, ...]:
    """The rounds that two lines have. Raises MissingError where they have other sizes."""
    for pair in zip(one, other, strict=False):
        if not math.isclose(*pair, rel_tol=SAME):
            found = " and ".join(f"{size:.4g} %" for size in pair)
            raise MissingError(f"two lines have other rounds, of {found} of the weights")
    return min(one, other, key=len)


def _ranks(numbers: np.ndarray, known: np.ndarray) -> np.ndarray:
    """The rank of each number among the known ones. Equal ones share the mean of theirs."""
    one, other = numbers[:, :, None], numbers[:, None, :]
    below = (one > other) & known[:, None, :]
    equal = (one == other) & known[:, None, :]
    return below.sum(axis=2) + (equal.sum(axis=2) - 1) / 2


def _from_mean(numbers: np.ndarray, known: np.ndarray) -> np.ndarray:
    """How far known numbers are from their mean; 0 for others."""
    count = np.maximum(known.sum(axis=1, keepdims=True), 1)
    mean = np.where(known, numbers, 0).sum(axis=1, keepdims=True) / count
    return np.where(known, numbers - mean, 0)


def _rounded(numbers: np.ndarray) -> np.ndarray:
    return numbers if numbers.dtype == bool else np.round(numbers, DIGITS)


def _sizes(values: Values) -> np.ndarray:
    """Raises ValueError where places are no rounds."""
    if not values.sizes:
        raise ValueError("expected a line over rounds, got a number or a list")
    return np.array(values.sizes)
