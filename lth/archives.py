"""Archives of data sets as others published them, downloaded where they are not there.

They are checked before anything is unpacked.
"""

import dataclasses
import hashlib
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path


@dataclasses.dataclass(frozen=True)
class Archive:
    """A file that others published: where it lies in the folder of data, its bytes and SHA-256."""

    file: str
    size: int
    sha256: str


# SHA-256 of all: torchvision/prototype/datasets/_builtin/mnist.py and cifar.py (pytorch/vision).
# The same stand for Fashion-MNIST, with the sizes, in TensorFlow Datasets
# (tensorflow_datasets/url_checksums/fashion_mnist.txt), and for CIFAR in Keras
# (keras/src/datasets/cifar10.py and cifar100.py). MNIST's sizes and sums are those of the files
# themselves. CIFAR's sizes are what www.cs.toronto.edu/~kriz says that it sends.
ARCHIVES: Mapping[str, tuple[Archive, ...]] = {
    "mnist": (
        Archive("MNIST/raw/train-images-idx3-ubyte.gz", 9_912_422, "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609"),
        Archive("MNIST/raw/train-labels-idx1-ubyte.gz", 28_881, "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c"),
        Archive("MNIST/raw/t10k-images-idx3-ubyte.gz", 1_648_877, "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6"),
        Archive("MNIST/raw/t10k-labels-idx1-ubyte.gz", 4_542, "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6"),
    ),
    "fashion-mnist": (
        Archive("FashionMNIST/raw/train-images-idx3-ubyte.gz", 26_421_880, "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84"),
        Archive("FashionMNIST/raw/train-labels-idx1-ubyte.gz", 29_515, "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845"),
        Archive("FashionMNIST/raw/t10k-images-idx3-ubyte.gz", 4_422_102, "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073"),
        Archive("FashionMNIST/raw/t10k-labels-idx1-ubyte.gz", 5_148, "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5"),
    ),
    "cifar-10": (Archive("cifar-10-python.tar.gz", 170_498_071, "6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce"),),
    "cifar-100": (Archive("cifar-100-python.tar.gz", 169_001_437, "85cd44d02ba6437773c5bbd22e183051d648de2e7d6b014e1ef29b855ba677a7"),),
}


def contents(folder: Path, name: str) -> Iterator[bytes]:
    """The bytes of a data set's archives, each with the right size and SHA-256.

    Raises ValueError where one is damaged, or is not there and cannot be downloaded. What is unpacked
    is just what was checked, whatever happens to the files meanwhile.
    """
    for archive in ARCHIVES[name]:
        path = folder / archive.file
        if not path.exists():
            _download(path, name, archive)
        content, fault = _checked(path, archive)
        if fault:
            raise ValueError(f"{path}: damaged: {fault}; delete it, and it is downloaded again")
        yield content


def _checked(path: Path, archive: Archive) -> tuple[bytes, str]:
    """The bytes in a file, and what is wrong with them. A file of another size is not read."""
    found = path.stat()
    if not stat.S_ISREG(found.st_mode):
        return b"", "expected a file, got a folder, a pipe or a device"
    if found.st_size != archive.size:
        return b"", f"expected {archive.size:,} bytes, got {found.st_size:,}"
    content = path.read_bytes()
    sha256 = hashlib.sha256(content).hexdigest()
    return content, "" if sha256 == archive.sha256 else f"expected SHA-256 {archive.sha256}, got {sha256}"


def _download(path: Path, name: str, archive: Archive) -> None:
    """Tries torchvision's mirrors one after the other, until one sends the right bytes.

    Raises ValueError with the last one's reason.
    """
    from torchvision import datasets
    from torchvision.datasets.utils import download_url

    cifar = [datasets.CIFAR10.url.removesuffix(datasets.CIFAR10.filename)]
    mirrors = {"mnist": datasets.MNIST.mirrors, "fashion-mnist": datasets.FashionMNIST.mirrors}.get(name, cifar)
    reason, part = "no mirror is known", path.with_name(f".{path.name}.part")
    for mirror in mirrors:
        try:
            part.unlink(missing_ok=True)  # or torchvision would keep it
            download_url(mirror + path.name, str(part.parent), part.name)
            _, reason = _checked(part, archive)
            if not reason:
                part.replace(path)
                return
        except (RuntimeError, OSError) as error:
            reason = " ".join(str(error).split())
    part.unlink(missing_ok=True)
    mend = "connect to the network, or put the data set's archives there"
    raise ValueError(f"{path.parent}: {path.name} is not there and could not be downloaded ({reason}); {mend}")
