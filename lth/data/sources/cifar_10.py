"""CIFAR-10, small photographs of 10 classes (Krizhevsky, 2009)."""

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from lth.data import cifar
from lth.data.archives import Archive, contents
from lth.data.arrays import Data
from lth.data.source import Source


class Cifar10:
    """CIFAR-10, small photographs of 10 classes (Krizhevsky, 2009)."""

    # SHA-256: torchvision/prototype/datasets/_builtin/cifar.py (pytorch/vision), and Keras
    # (keras/src/datasets/cifar10.py). Size: what www.cs.toronto.edu/~kriz says that it sends.
    ARCHIVES: ClassVar[tuple[Archive, ...]] = (
        Archive(
            "cifar-10-python.tar.gz",
            170_498_071,
            "6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce",
        ),
    )
    SOURCE: ClassVar[Source] = Source(
        shape=(3, 32, 32),
        brightest=255,
        classes=10,
        training=50000,
        test=10000,
        digest=f"archive:{ARCHIVES[0].sha256}",
    )

    @staticmethod
    def obtain(folder: Path) -> Data:
        """The data from the archive in the folder."""
        (archive,) = contents(folder, Cifar10.ARCHIVES, Cifar10.mirrors)
        training = [f"cifar-10-batches-py/data_batch_{number}" for number in range(1, 6)]
        return cifar.read(archive, training, "cifar-10-batches-py/test_batch", "labels")

    @staticmethod
    def mirrors() -> Sequence[str]:
        """URLs to which the name of the archive is added."""
        from torchvision.datasets import CIFAR10

        return [CIFAR10.url.removesuffix(CIFAR10.filename)]
