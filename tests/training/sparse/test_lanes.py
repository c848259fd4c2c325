"""Lanes against NumPy: arithmetic, comparisons with NaN, and the order of sums."""

from fractions import Fraction

import numpy as np
import pytest

from lth.training.sparse.compiling import compiled
from lth.training.sparse.lanes import (
    dot,
    fma,
    is_nan,
    lane_count,
    select,
    spread,
    sqrt,
    total,
    totals,
)
from lth.training.sparse.memory import add_to, load, load_strip, store, store_strip

KINDS = pytest.mark.parametrize("kind", [np.float32, np.float64])


def numbers(kind: type, *shape: int) -> np.ndarray:
    draw = np.random.default_rng(0)
    return (draw.standard_normal(shape) * 2.0 ** draw.integers(-20, 20, shape)).astype(kind)


def strips(kind: type, count: int) -> np.ndarray:
    return numbers(kind, count, 256 // np.dtype(kind).itemsize)


@compiled
def _arithmetic(x, y, out):
    for k in range(0, x.size, lane_count(x)):
        store(out[0], k, load(x, k) + load(y, k))
        store(out[1], k, load(x, k) - load(y, k))
        store(out[2], k, load(x, k) * load(y, k))
        store(out[3], k, load(x, k) / load(y, k))
        store(out[4], k, sqrt(load(x, k) * load(x, k)))


@KINDS
def test_arithmetic_is_that_of_numpy(kind: type) -> None:
    x, y = numbers(kind, 2, 64)
    out = np.empty((5, 64), kind)
    _arithmetic(x, y, out)
    assert np.array_equal(out, [x + y, x - y, x * y, x / y, np.sqrt(x * x)])


@compiled
def _fused(x, y, z, out):
    for k in range(0, x.size, lane_count(x)):
        store(out, k, fma(load(x, k), load(y, k), load(z, k)))


@KINDS
def test_fma_rounds_once(kind: type) -> None:
    x, y, _ = numbers(kind, 3, 64)
    out = np.empty_like(x)
    _fused(x, y, -x * y, out)  # what a product loses by rounding
    exact = [
        Fraction(float(a)) * Fraction(float(b)) - Fraction(float(a * b))
        for a, b in zip(x, y, strict=True)
    ]
    assert out.any()
    assert [Fraction(float(value)) for value in out] == exact


@compiled
def _beside(x, out):
    store(out, 0, fma(load(x, 0), 0.1, 2) / 3.0)


@KINDS
def test_numbers_beside_lanes_are_rounded_to_their_precision(kind: type) -> None:
    x = np.zeros(16, kind)
    out = np.zeros(16, kind)
    _beside(x, out)
    lanes = 64 // np.dtype(kind).itemsize
    assert (out[:lanes] == kind(2) / kind(3)).all()


@compiled
def _compared(x, y, out):
    a, b = load(x, 0), load(y, 0)
    store(out[0], 0, select(a < b, 1.0, a * 0.0))
    store(out[1], 0, select(a <= b, 1.0, select(a > b, 2.0, b * 0.0 + 3.0)))
    store(out[2], 0, select(is_nan(a) | is_nan(b), 1.0, a - a))
    store(out[3], 0, select((a < b) & (a <= b), a, b))


@KINDS
def test_comparisons_with_nan_are_false(kind: type) -> None:
    values = np.array([1, 2, np.nan, np.inf, -np.inf, 0.0, -0.0, 3], kind)
    x, y = np.tile(values, 2), np.roll(np.tile(values, 2), 1)
    x[-1] = y[-1] = np.nan
    out = np.full((4, 16), np.nan, kind)
    _compared(x, y, out)
    lanes = 64 // np.dtype(kind).itemsize
    x, y, out = x[:lanes], y[:lanes], out[:, :lanes]
    three = np.where(x > y, 2, 3)
    assert np.array_equal(out[1] == 1, x <= y)
    assert np.array_equal(out[1][~(x <= y)], np.where(np.isnan(y), np.nan, three)[~(x <= y)], True)
    assert np.array_equal(out[2] == 1, np.isnan(x) | np.isnan(y))
    assert np.array_equal(out[3], np.where(x < y, x, y), equal_nan=True)


@compiled
def _sums(x, y, out):
    a, b = load_strip(x, 0), load_strip(x, 1)
    c, d = load_strip(x, 2), load_strip(x, 3)
    store(out, 0, totals(dot(a, b), dot(b, c), dot(c, d), dot(d, a)))
    out[4], out[5] = total(dot(a, b)), total(dot(b, c))
    out[6], out[7] = total(dot(c, d)), total(dot(d, a))
    out[8] = total(a)
    store_strip(y, 0, spread(out[8], y))


def halved(values: np.ndarray) -> np.ndarray:
    """The sum of the last axis: its second half is added to its first until one is left."""
    while values.shape[-1] > 1:
        first, second = np.split(values, 2, axis=-1)
        values = first + second
    return values[..., 0]


@KINDS
def test_sums_are_added_in_the_order_that_is_written(kind: type) -> None:
    x = np.round(strips(kind, 4) * 64).astype(kind)
    y, out = np.empty_like(x), np.zeros(16, kind)
    _sums(x, y, out)
    assert np.array_equal(out[:4], out[4:8])
    assert out[8] == halved(x[0])
    assert (y[0] == out[8]).all()


@KINDS
def test_a_dot_adds_vectors_from_first_to_last(kind: type) -> None:
    draw = np.random.default_rng(0)
    x = draw.integers(-1000, 1000, (4, 256 // np.dtype(kind).itemsize)).astype(kind)
    x *= kind(1.0) + np.finfo(kind).eps * 4  # products are rounded no more than sums are
    y, out = np.empty_like(x), np.zeros(16, kind)
    _sums(x, y, out)
    wide = np.longdouble if kind is np.float64 else np.float64
    vectors = (x[0].astype(wide) * x[1]).reshape(4, -1)
    added = np.zeros_like(vectors[0], dtype=kind)
    for vector in vectors:
        added = (vector + added).astype(kind)
    assert out[4] == halved(added)


@compiled
def _add(array, position, x):
    add_to(array, position, load(x, 0))


@KINDS
def test_add_to_changes_the_lanes_and_no_others(kind: type) -> None:
    array, x = numbers(kind, 40), numbers(kind, 16)
    before, lanes = array.copy(), 64 // np.dtype(kind).itemsize
    _add(array, 3, x)
    before[3 : 3 + lanes] += x[:lanes]
    assert np.array_equal(array, before)
