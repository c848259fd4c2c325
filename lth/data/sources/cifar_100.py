"""CIFAR-100, small photographs of 100 fine classes (Krizhevsky, 2009)."""

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from lth.data import cifar
from lth.data.archives import Archive, contents
from lth.data.arrays import Data
from lth.data.source import Source


class Cifar100:
    """CIFAR-100, small photographs of 100 fine classes (Krizhevsky, 2009)."""

    # SHA-256: torchvision/prototype/datasets/_builtin/cifar.py (pytorch/vision), and Keras
    # (keras/src/datasets/cifar100.py). Size: what www.cs.toronto.edu/~kriz says that it sends.
    ARCHIVES: ClassVar[tuple[Archive, ...]] = (
        Archive(
            "cifar-100-python.tar.gz",
            169_001_437,
            "85cd44d02ba6437773c5bbd22e183051d648de2e7d6b014e1ef29b855ba677a7",
        ),
    )
    SOURCE: ClassVar[Source] = Source(
        shape=(3, 32, 32),
        brightest=255,
        classes=100,
        training=50000,
        test=10000,
        digest=f"archive:{ARCHIVES[0].sha256}",
    )

    @staticmethod
    def obtain(folder: Path) -> Data:
        """The data from the archive in the folder."""
        (archive,) = contents(folder, Cifar100.ARCHIVES, Cifar100.mirrors)
        training = ["cifar-100-python/train"]
        return cifar.read(archive, training, "cifar-100-python/test", "fine_labels")

    @staticmethod
    def mirrors() -> Sequence[str]:
        """URLs to which the name of the archive is added."""
        from torchvision.datasets import CIFAR100

        return [CIFAR100.url.removesuffix(CIFAR100.filename)]
