"""The format of CIFAR: pickled batches in one tar.gz (https://www.cs.toronto.edu/~kriz/cifar.html)."""

import io
import pickle
import tarfile
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np

from lth.data.arrays import Data


def read(archive: bytes, training: Sequence[str], test: str, labels: str) -> Data:
    """Members of an archive as data. `labels` is the name of the labels in each.

    They are Python pickles, which may run anything when they are opened. So they come out of the
    very bytes whose SHA-256 was right, and never lie on the disk, where somebody could change them.
    """
    batches = _batches(archive, (*training, test))
    train_images, train_labels = _joined([batches[name] for name in training], labels)
    return Data(train_images, train_labels, *_joined([batches[test]], labels))


def _batches(archive: bytes, names: Collection[str]) -> dict[str, Mapping[str, Any]]:
    """The unpickled members of these names."""
    batches: dict[str, Mapping[str, Any]] = {}
    with tarfile.open(fileobj=io.BytesIO(archive), mode="r:gz") as tar:
        for member in tar:  # in their order: going back in gzip means to start again
            file = tar.extractfile(member) if member.name in names else None
            if file is not None:
                batches[member.name] = pickle.load(file, encoding="latin1")
    return batches


def _joined(batches: Sequence[Mapping[str, Any]], labels: str) -> tuple[np.ndarray, np.ndarray]:
    """Images [examples, 3, 32, 32] and labels of batches, one after the other."""
    images = np.concatenate([batch["data"] for batch in batches]).reshape(-1, 3, 32, 32)
    return images, np.concatenate([np.array(batch[labels], np.int64) for batch in batches])
