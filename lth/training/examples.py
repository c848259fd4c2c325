"""The examples of a training run, from the arrays of a data set."""

import dataclasses

import numpy as np

from lth.data.arrays import Data, channel_statistics, split
from lth.data.source import Manifest


@dataclasses.dataclass(frozen=True)
class Examples:
    """Images uint8 [examples, ...] and labels int64 [examples].

    A pixel is used as (value - `mean`) / `deviation`. These are float32 and broadcast with an
    image.
    """

    images: np.ndarray
    labels: np.ndarray
    mean: np.ndarray
    deviation: np.ndarray

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def bytes(self) -> int:
        """The memory that they take."""
        return self.images.nbytes + self.labels.nbytes


@dataclasses.dataclass(frozen=True)
class Sets:
    """The three sets of examples of an experiment."""

    training: Examples
    validation: Examples
    test: Examples

    @property
    def bytes(self) -> int:
        """The memory that they take."""
        return self.training.bytes + self.validation.bytes + self.test.bytes


def examples(
    data: Data, manifest: Manifest, *, validation: int, seed: int, normalization: str
) -> Sets:
    """The three sets of an experiment, normalized by statistics of its training set only.

    `validation` examples are drawn from the training images of the data set. `seed` says which.
    """
    inner, outer = split(len(data.train_labels), validation, seed)
    images = data.train_images[inner]
    mean, deviation = _statistics(images, manifest.brightest, normalization)
    return Sets(
        Examples(images, data.train_labels[inner], mean, deviation),
        Examples(data.train_images[outer], data.train_labels[outer], mean, deviation),
        Examples(data.test_images, data.test_labels, mean, deviation),
    )


def _statistics(
    images: np.ndarray, brightest: int, normalization: str
) -> tuple[np.ndarray, np.ndarray]:
    """Mean and deviation, float32, which broadcast with an image."""
    if normalization == "scale":
        return np.zeros((), np.float32), np.full((), brightest, np.float32)
    mean, deviation = channel_statistics(images)
    positive = np.where(deviation > 0, deviation, 1.0)
    return mean.astype(np.float32), positive.astype(np.float32)
