"""The format of MNIST."""

import archives
import numpy as np
import pytest

from lth.data import idx


@pytest.mark.parametrize("shape", [(5,), (3, 28, 28), (2, 4, 6), (2, 3, 4, 5)])
def test_an_array_is_unpacked_as_it_was_packed(shape: tuple[int, ...]) -> None:
    array = np.random.default_rng(0).integers(0, 256, shape, np.uint8)
    unpacked = idx.unpacked(archives.idx(array))
    assert unpacked.dtype == np.uint8
    assert np.array_equal(unpacked, array)


def test_four_archives_are_a_data_set() -> None:
    random = np.random.default_rng(0)
    images = random.integers(0, 256, (5, 4, 6), np.uint8)
    labels = random.integers(0, 10, 5)
    parts = (images[:3], labels[:3], images[3:], labels[3:])
    data = idx.read(map(archives.idx, parts))
    assert data.train_labels.dtype == np.int64
    for array, part in zip(data.arrays().values(), parts, strict=True):
        assert np.array_equal(array, part)
