"""Fashion-MNIST, pictures of clothes (Xiao et al., 2017)."""

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from lth.data import idx
from lth.data.archives import Archive, contents
from lth.data.arrays import Data
from lth.data.source import Source


class FashionMnist:
    """Fashion-MNIST, pictures of clothes (Xiao et al., 2017)."""

    SOURCE: ClassVar[Source] = Source(
        shape=(28, 28),
        brightest=255,
        classes=10,
        training=60000,
        test=10000,
        digest="26e6122881379ebe4945786a0f208a96db9deaadb31cad8decf86249cc31934b",
    )
    # SHA-256: torchvision/prototype/datasets/_builtin/mnist.py (pytorch/vision). The same stand,
    # with the sizes, in TensorFlow Datasets (tensorflow_datasets/url_checksums/fashion_mnist.txt).
    ARCHIVES: ClassVar[tuple[Archive, ...]] = (
        Archive(
            "FashionMNIST/raw/train-images-idx3-ubyte.gz",
            26_421_880,
            "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
        ),
        Archive(
            "FashionMNIST/raw/train-labels-idx1-ubyte.gz",
            29_515,
            "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
        ),
        Archive(
            "FashionMNIST/raw/t10k-images-idx3-ubyte.gz",
            4_422_102,
            "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
        ),
        Archive(
            "FashionMNIST/raw/t10k-labels-idx1-ubyte.gz",
            5_148,
            "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
        ),
    )

    @staticmethod
    def obtain(folder: Path) -> Data:
        """The data from the four archives in `FashionMNIST/raw` below the folder."""
        return idx.read(contents(folder, FashionMnist.ARCHIVES, FashionMnist.mirrors))

    @staticmethod
    def mirrors() -> Sequence[str]:
        """URLs to which the name of an archive is added."""
        from torchvision.datasets import FashionMNIST

        return FashionMNIST.mirrors
