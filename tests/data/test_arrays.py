"""Images and labels in memory: their form, digest, split and statistics."""

import dataclasses
import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from lth.data import arrays
from lth.data.arrays import Data
from lth.data.source import manifest_of
from lth.data.sources.digits import Digits


def small(*shape: int, dtype: type = np.uint8) -> Data:
    """4 training and 2 test images of zeros and their labels."""
    images = np.zeros((6, *shape), dtype)
    return Data(images[:4], np.arange(4), images[4:], np.arange(2))


def test_the_digits_are_1400_and_397_images_of_8x8_bytes(digits: Path) -> None:
    manifest, data = arrays.read(digits / "digits.json", "digits")
    assert manifest == manifest_of("digits", Digits.SOURCE)
    assert (manifest.shape, manifest.brightest, manifest.classes) == ((8, 8), 16, 10)
    assert (manifest.training, manifest.test) == (1400, 397)
    assert (data.train_images.shape, data.test_images.shape) == ((1400, 8, 8), (397, 8, 8))
    assert (data.train_images.dtype, data.train_labels.dtype) == (np.uint8, np.int64)
    assert (data.train_images.max(), set(data.test_labels.tolist())) == (16, set(range(10)))


def test_the_digest_depends_on_every_byte_and_on_shapes() -> None:
    data = small(2, 3)
    flipped = dataclasses.replace(data, test_labels=np.array([0, 0]))
    reshaped = small(3, 2)
    assert data.digest() == small(2, 3).digest()
    assert len({data.digest(), flipped.digest(), reshaped.digest()}) == 3


@pytest.mark.parametrize(
    ("shape", "dtype"),
    [((), np.uint8), ((4, 8, 8), np.uint8), ((8, 8), np.float32), ((3, 8, 8, 8), np.uint8)],
)
def test_images_of_another_kind_are_refused(shape: tuple[int, ...], dtype: type) -> None:
    layouts = r"\[examples, height, width\] or \[examples, 3, height, width\]"
    message = rf"images: expected uint8 {layouts}.*, got {np.dtype(dtype)} \[4"
    with pytest.raises(ValueError, match=message):
        small(*shape, dtype=dtype)


def test_training_and_test_images_have_one_shape() -> None:
    with pytest.raises(ValueError, match=r"images: .*, of one size, got uint8 \[2, 9, 8\]"):
        dataclasses.replace(small(8, 8), test_images=np.zeros((2, 9, 8), np.uint8))


@pytest.mark.parametrize(
    "labels",
    [
        np.zeros(2, np.int64),
        np.zeros(4, np.int32),
        np.array([0, 1, 2, -1]),
        np.zeros((4, 1), np.int64),
    ],
    ids=["count", "type", "negative", "shape"],
)
def test_labels_of_another_kind_are_refused(labels: np.ndarray) -> None:
    message = rf"labels: expected int64 \[4\] from 0, got {labels.dtype} \["
    with pytest.raises(ValueError, match=message):
        dataclasses.replace(small(8, 8), train_labels=labels)


def test_the_brightest_value_is_that_of_the_training_images() -> None:
    data = small(8, 8)
    data.test_images[:] = 9
    data.train_images[1, 2, 3] = 7
    source = arrays.source_of(data)
    assert (source.brightest, source.classes, source.shape) == (7, 4, (8, 8))
    assert (source.training, source.test, source.digest) == (4, 2, data.digest())


# The split


@pytest.mark.parametrize(
    ("training", "validation"), [(60_000, 5_000), (50_000, 5_000), (1_400, 200)]
)
def test_the_split_takes_random_examples_and_leaves_the_rest(
    training: int, validation: int
) -> None:
    inner, outer = arrays.split(training, validation, 1)
    assert (len(inner), len(outer)) == (training - validation, validation)
    assert np.array_equal(np.sort(np.concatenate([inner, outer])), np.arange(training))
    assert abs(outer.mean() / training - 0.5) < 0.1


def test_the_split_is_fixed_by_the_seed_of_the_experiment() -> None:
    first, again, other = (arrays.split(60_000, 5_000, seed)[1] for seed in (0, 0, 1))
    assert np.array_equal(first, again)
    assert len(np.intersect1d(first, other)) < 1_000


# Statistics


@pytest.mark.parametrize("shape", [(5, 6), (3, 5, 6)])
def test_channel_statistics_are_those_of_the_pixels(shape: tuple[int, ...]) -> None:
    images = np.random.default_rng(0).integers(0, 256, (70, *shape), np.uint8)
    mean, deviation = arrays.channel_statistics(images)
    axes = (0, -2, -1)
    assert mean == pytest.approx(images.mean(axes, keepdims=True)[0], rel=1e-12)
    assert deviation == pytest.approx(images.std(axes, keepdims=True)[0], rel=1e-12)
    assert (mean + images).shape == images.shape


def test_images_of_one_colour_have_no_deviation() -> None:
    _, deviation = arrays.channel_statistics(np.full((4, 3, 5, 6), 7, np.uint8))
    assert deviation.max() < 1e-12


def test_the_statistics_of_many_images_make_few_floats() -> None:
    images = np.zeros((60_000, 32, 32), np.uint8)
    tracemalloc.start()
    arrays.channel_statistics(images)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 3 * images.nbytes
