"""The examples of a training run, from the arrays of a data set."""

import numpy as np
import torch

from lth.data.arrays import Data, channel_statistics, split
from lth.data.source import Manifest
from lth.training.batches import Examples, Sets


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
        _examples(images, data.train_labels[inner], mean, deviation),
        _examples(data.train_images[outer], data.train_labels[outer], mean, deviation),
        _examples(data.test_images, data.test_labels, mean, deviation),
    )


def _statistics(
    images: np.ndarray, brightest: int, normalization: str
) -> tuple[np.ndarray, np.ndarray]:
    """Mean and deviation, which broadcast with an image."""
    if normalization == "scale":
        return np.zeros(()), np.full((), brightest)
    mean, deviation = channel_statistics(images)
    return mean, np.where(deviation > 0, deviation, 1.0)


def _examples(
    images: np.ndarray, labels: np.ndarray, mean: np.ndarray, deviation: np.ndarray
) -> Examples:
    statistics = [torch.from_numpy(value.astype(np.float32)) for value in (mean, deviation)]
    return Examples(torch.from_numpy(images), torch.from_numpy(labels), *statistics)
