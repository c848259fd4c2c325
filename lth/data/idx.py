"""The format of MNIST: four gzipped arrays of bytes (http://yann.lecun.com/exdb/mnist)."""

import gzip
from collections.abc import Iterable

import numpy as np

from lth.data.arrays import Data


def read(archives: Iterable[bytes]) -> Data:
    """Data from four archives: training images, training labels, test images, test labels."""
    train_images, train_labels, test_images, test_labels = map(unpacked, archives)
    return Data(
        train_images, train_labels.astype(np.int64), test_images, test_labels.astype(np.int64)
    )


def unpacked(archive: bytes) -> np.ndarray:
    """The array in one archive, uint8.

    The fourth byte is the number of dimensions. Their sizes follow, big-endian of 4 bytes each.
    """
    content = gzip.decompress(archive)
    dimensions = content[3]
    shape = np.frombuffer(content, ">i4", dimensions, offset=4)
    return np.frombuffer(content, np.uint8, offset=4 + 4 * dimensions).reshape(shape)
