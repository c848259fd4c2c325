"""The examples of a training run: their split, and their normalization."""

import numpy as np
import pytest

from lth.data.arrays import Data, source_of, split
from lth.data.source import Manifest, manifest_of
from lth.training.examples import Examples, Sets, examples

VALIDATION, SEED = 10, 4


def data_of(*, constant: bool = False) -> Data:
    generator = np.random.default_rng(0)
    images = [generator.integers(0, 251, (count, 3, 4, 4), np.uint8) for count in (40, 8)]
    images[0][0, 0, 0, 0] = 250
    if constant:
        images[0][:, 1] = 7
    labels = [np.arange(count) % 2 for count in (40, 8)]
    return Data(images[0], labels[0], images[1], labels[1])


def sets_of(data: Data, normalization: str) -> Sets:
    manifest: Manifest = manifest_of("toy", source_of(data))
    return examples(data, manifest, validation=VALIDATION, seed=SEED, normalization=normalization)


def pixels(some: Examples) -> np.ndarray:
    return (some.images - some.mean) / some.deviation


def test_training_and_validation_split_the_training_images() -> None:
    data = data_of()
    sets = sets_of(data, "scale")
    inner, outer = split(40, VALIDATION, SEED)
    assert np.array_equal(sets.training.images, data.train_images[inner])
    assert np.array_equal(sets.validation.images, data.train_images[outer])
    assert np.array_equal(sets.validation.labels, data.train_labels[outer])
    assert np.array_equal(sets.test.images, data.test_images)
    assert [len(some) for some in (sets.training, sets.validation, sets.test)] == [30, 10, 8]


def test_scale_divides_by_the_brightest_pixel() -> None:
    sets = sets_of(data_of(), "scale")
    found = pixels(sets.training)
    assert found.dtype == np.float32
    assert np.array_equal(found, sets.training.images / np.float32(250))


def test_standard_uses_statistics_of_the_training_set_only() -> None:
    sets = sets_of(data_of(), "standard")
    found = pixels(sets.training).swapaxes(0, 1).reshape(3, -1)
    assert found.mean(1).tolist() == pytest.approx([0, 0, 0], abs=1e-6)
    assert found.std(1).tolist() == pytest.approx([1, 1, 1], abs=1e-6)
    assert np.array_equal(sets.test.mean, sets.training.mean)
    assert np.array_equal(sets.validation.deviation, sets.training.deviation)


def test_a_constant_channel_is_not_divided_by_zero() -> None:
    found = pixels(sets_of(data_of(constant=True), "standard").training)
    assert not found[:, 1].any()
