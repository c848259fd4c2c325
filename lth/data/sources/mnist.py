"""MNIST, handwritten digits (LeCun et al., 1998)."""

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from lth.data import idx
from lth.data.archives import Archive, contents
from lth.data.arrays import Data
from lth.data.source import Source


class Mnist:
    """MNIST, handwritten digits (LeCun et al., 1998)."""

    SOURCE: ClassVar[Source] = Source(
        shape=(28, 28),
        brightest=255,
        classes=10,
        training=60000,
        test=10000,
        digest="fcada437588ede7ee5019961f7811115d5c58f9a00b9f8d039435f8e90b68451",
    )
    # SHA-256: torchvision/prototype/datasets/_builtin/mnist.py (pytorch/vision). Sizes and sums
    # are those of the files themselves.
    ARCHIVES: ClassVar[tuple[Archive, ...]] = (
        Archive(
            "MNIST/raw/train-images-idx3-ubyte.gz",
            9_912_422,
            "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
        ),
        Archive(
            "MNIST/raw/train-labels-idx1-ubyte.gz",
            28_881,
            "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
        ),
        Archive(
            "MNIST/raw/t10k-images-idx3-ubyte.gz",
            1_648_877,
            "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
        ),
        Archive(
            "MNIST/raw/t10k-labels-idx1-ubyte.gz",
            4_542,
            "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
        ),
    )

    @staticmethod
    def obtain(folder: Path) -> Data:
        """The data from the four archives in `MNIST/raw` below the folder."""
        return idx.read(contents(folder, Mnist.ARCHIVES, Mnist.mirrors))

    @staticmethod
    def mirrors() -> Sequence[str]:
        """URLs to which the name of an archive is added."""
        from torchvision.datasets import MNIST

        return MNIST.mirrors
