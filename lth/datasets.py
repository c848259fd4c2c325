"""Data sets: decoded once into one array file each, checked by digest whenever it is read. Images stay bytes until a batch is used.

What is known of a data set before it is there is its `Source`, so planning needs no data. A new one is a folder of images in ImageFolder's layout
(`data/NAME/train/CLASS/*`, `data/NAME/test/CLASS/*`) with the entry of the catalog that `python -m lth describe data/NAME` writes; or, where
its files are of another kind, an entry in SOURCES and a function in OBTAIN.
"""

import dataclasses
import gzip
import hashlib
import json
import re
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import numpy as np

from lth import keys, seeds
from lth.atomic import replacing
from lth.images import folder_of_images
from lth.places import NAME, path_of
from lth.settings import Count, Range, build, to_plain

SHA256 = re.compile(r"[0-9a-f]{64}")
MD5 = re.compile(r"md5:[0-9a-f]{32}")


@dataclasses.dataclass(frozen=True)
class Data:
    """Images uint8 [examples, height, width] (grey) or [examples, 3, height, width] (RGB), and labels int64 [examples] from 0, of the training and
    the test set. Raises ValueError for arrays of another kind.
    """

    train_images: np.ndarray
    train_labels: np.ndarray
    test_images: np.ndarray
    test_labels: np.ndarray

    def __post_init__(self):
        shape = self.train_images.shape[1:]
        for images, labels in ((self.train_images, self.train_labels), (self.test_images, self.test_labels)):
            if images.dtype != np.uint8 or images.ndim not in (3, 4) or images.shape[1:] != shape or (images.ndim == 4 and shape[0] != 3):
                expected = "expected uint8 [examples, height, width] or [examples, 3, height, width], of one size"
                raise ValueError(f"images: {expected}, got {images.dtype} {list(images.shape)}")
            if labels.dtype != np.int64 or labels.shape != images.shape[:1] or not labels.size or labels.min() < 0:
                raise ValueError(f"labels: expected int64 [{len(images)}] from 0, got {labels.dtype} {list(labels.shape)}")

    def digest(self) -> str:
        """SHA-256 over names, types, shapes and bytes of the four arrays."""
        sha = hashlib.sha256()
        for field in dataclasses.fields(self):
            array = np.ascontiguousarray(getattr(self, field.name))
            sha.update(f"{field.name} {array.dtype} {array.shape}\n".encode())
            sha.update(array.data)
        return sha.hexdigest()


@dataclasses.dataclass(frozen=True)
class Source:
    """What is known of a data set before it is there: image shape ([height, width] or [3, height, width]), the brightest value in its training
    images, classes, number of training and test images, and the digest of its arrays (SHA-256), or `md5:` and the checksum of its archive.
    """

    shape: tuple[Count, ...]
    brightest: Annotated[int, Range(1, 255)]
    classes: Annotated[int, Range(2)]
    training: Count
    test: Count
    digest: str

    def __post_init__(self):
        if len(self.shape) not in (2, 3) or (len(self.shape) == 3 and self.shape[0] != 3):
            raise ValueError(f"shape: expected [height, width] or [3, height, width], got {list(self.shape)}")
        if not SHA256.fullmatch(self.digest) and not MD5.fullmatch(self.digest):
            raise ValueError(f"digest: expected 64 hexadecimal digits as `lth describe` writes them, got {self.digest!r}")


@dataclasses.dataclass(frozen=True)
class Manifest(Source):
    """What the pipeline passes on for a data set: its Source, but always with the digest of the arrays; its name; the digest that the Source
    states (`source`); and its key.
    """

    dataset: str
    source: str
    key: str

    def __post_init__(self):
        super().__post_init__()
        if not SHA256.fullmatch(self.digest) or (self.digest != self.source and not MD5.fullmatch(self.source)):
            raise ValueError(f"digest: expected the SHA-256 that `source` states ({self.source}), got {self.digest!r}")
        if self.key != _key(self.dataset, self.source):
            raise ValueError(f"key: expected {_key(self.dataset, self.source)}, which follows from `dataset` and `source`, got {self.key!r}")


def key_of(name: str, source: Source) -> str:
    """The key of a data set. The digest says everything of its Source; the code that decodes is in no key."""
    return _key(name, source.digest)


def _key(name: str, digest: str) -> str:
    return keys.key("dataset", {"dataset": name, "digest": digest}, "", {})


def manifest_of(name: str, source: Source, digest: str | None = None) -> dict[str, Any]:
    """The manifest of a data set as plain data: dataset, shape, brightest, classes, training, test, source, digest, key.

    `digest` is that of its arrays (SHA-256), and may be left out where it is the one in the Source.
    """
    more = {"dataset": name, "source": source.digest, "digest": digest or source.digest, "key": key_of(name, source)}
    return to_plain(build(Manifest, to_plain(source) | more, name))


def source_of(data: Data) -> Source:
    """What arrays amount to."""
    labels = (data.train_labels, data.test_labels)
    brightest, classes = int(data.train_images.max()), 1 + int(max(each.max() for each in labels))
    return Source(data.train_images.shape[1:], brightest, classes, len(labels[0]), len(labels[1]), data.digest())


def prepare(name: str, source: Source, folder: Path, out: Path) -> dict[str, Any]:
    """Obtains a data set (by OBTAIN, or as the folder of images `folder/name`), checks it, and writes its arrays beside `out`. Returns the manifest.

    Raises ValueError where files are missing or damaged, a download fails, or the arrays are not what the Source says.
    """
    if name in OBTAIN:
        place, data, mend = folder, OBTAIN[name](folder), "delete its files there and run again"
    else:
        place, data = folder / name, Data(*folder_of_images(folder / name))
        anew = f"python -m lth describe {place} --out workflow/catalog/{name}.yaml"
        mend = f"put the right files there, or describe them anew: {anew} (another version of Pillow may decode otherwise)"
    found = source_of(data)
    expected = dataclasses.replace(source, digest=found.digest) if name in OBTAIN and source.digest.startswith("md5:") else source
    if fault := _difference(found, expected):
        raise ValueError(f"{place}: the decoded {name} has {fault}; {mend}")
    with replacing(arrays_of(out)) as part, part.open("wb") as file:
        np.savez_compressed(file, **{field.name: getattr(data, field.name) for field in dataclasses.fields(data)})
    return manifest_of(name, source, found.digest)


def _difference(found: Source, expected: Source) -> str:
    """The first thing in which two Sources differ, "" where they are equal."""
    for field in dataclasses.fields(Source):
        values = [getattr(source, field.name) for source in (found, expected)]
        if values[0] != values[1]:
            texts = [f"{value[:12]}..." if field.name == "digest" else str(to_plain(value)) for value in values]
            return f"{field.name} {texts[0]}, expected {texts[1]}"
    return ""


def read(path: Path, name: str) -> tuple[dict[str, Any], Data]:
    """The manifest at `path` of the data set of this name, and the data from the array file beside it.

    Raises ValueError where a file is missing or damaged, or holds anything else.
    """
    manifest = _manifest(path, name)
    file, mend = arrays_of(path), f"run: python -m lth prepare {name} --out {path}"
    if not file.exists():
        raise ValueError(f"{file}: missing; {mend}")
    try:
        with file.open("rb") as opened, np.load(opened, allow_pickle=False) as arrays:
            data = Data(**{field.name: arrays[field.name] for field in dataclasses.fields(Data)})
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise ValueError(f"{file}: damaged ({str(error).splitlines()[0]}); {mend}") from None
    if fault := _difference(source_of(data), manifest):
        raise ValueError(f"{file}: not what {path.name} says: {fault}; {mend}")
    return to_plain(manifest), data


def read_manifest(path: Path, name: str) -> dict[str, Any]:
    """The manifest of the data set of this name (see `manifest_of`). Raises ValueError where the file is missing, or not such a manifest."""
    return to_plain(_manifest(path, name))


def _manifest(path: Path, name: str) -> Manifest:
    try:
        manifest: Manifest = build(Manifest, json.loads(path.read_text(encoding="utf-8")), "manifest")
        if manifest.dataset == name:
            return manifest
        reason = f"it is that of {manifest.dataset!r}"
    except OSError as error:
        reason = error.strerror
    except ValueError as error:
        reason = error
    mend = f"make that with: python -m lth prepare {name} --out {path_of('dataset', {'dataset': name})}"
    raise ValueError(f"{path}: not the manifest of the data set {name!r} ({reason}); {mend}")


def arrays_of(manifest: Path) -> Path:
    """The array file beside a manifest."""
    return manifest.with_suffix(".npz")


def split(training: int, validation: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Indices (training, validation) into the training set: a random choice fixed by the experiment's seed, the same for every trial."""
    order = seeds.stream(seed, "split").permutation(training)
    return np.sort(order[validation:]), np.sort(order[:validation])


def channel_statistics(images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and standard deviation of each channel of images uint8 [n, height, width] or [n, channels, height, width], float64 [1, 1] or
    [channels, 1, 1]: counted, since NumPy would make floats of all images at once.
    """
    channels = images[:, None] if images.ndim == 3 else images
    counts = np.zeros((channels.shape[1], 256))
    for some in np.array_split(channels, max(1, images.nbytes // (1 << 24))):
        counts += [np.bincount(some[:, channel].ravel(), minlength=256) for channel in range(len(counts))]
    share, values = counts / counts.sum(1, keepdims=True), np.arange(256.0)
    mean = share @ values
    deviation = np.sqrt((share * (values - mean[:, None]) ** 2).sum(1))
    shape = (1, 1) if images.ndim == 3 else (-1, 1, 1)
    return mean.reshape(shape), deviation.reshape(shape)


def describe(folder: Path) -> Source:
    """What a folder of images amounts to; its own name is that of the data set. Raises ValueError for that name, and as `images.folder_of_images`."""
    name = folder.absolute().name
    if not NAME.fullmatch(name):
        raise ValueError(f"{folder}: expected a folder named by lower-case letters and digits, joined by '-', got {name!r}; rename it")
    if name in SOURCES:
        raise ValueError(f"{folder}: {name} is a data set that lth knows already; rename the folder")
    return build(Source, to_plain(source_of(Data(*folder_of_images(folder)))), str(folder))


def digits(folder: Path) -> Data:
    """scikit-learn's 1,797 handwritten digits of 8x8 (Alpaydin & Kaynak, UCI 1998), shuffled; the last 397 are the test set."""
    from sklearn.datasets import load_digits

    images, labels = load_digits(return_X_y=True)
    order = seeds.stream(0, "split", dataset="digits").permutation(len(labels))
    images, labels = images.reshape(-1, 8, 8).astype(np.uint8)[order], np.asarray(labels, np.int64)[order]
    return Data(images[:1400], labels[:1400], images[1400:], labels[1400:])


def mnist(folder: Path) -> Data:
    """MNIST (LeCun et al., 1998) from its four archives in `MNIST/raw` below the folder; torchvision downloads those that are not there."""
    from torchvision.datasets import MNIST

    return _from_archives(folder / "MNIST" / "raw", MNIST.resources, MNIST.mirrors, SOURCES["mnist"].digest)


def fashion_mnist(folder: Path) -> Data:
    """Fashion-MNIST (Xiao et al., 2017), as `mnist` from `FashionMNIST/raw`."""
    from torchvision.datasets import FashionMNIST

    return _from_archives(folder / "FashionMNIST" / "raw", FashionMNIST.resources, FashionMNIST.mirrors, SOURCES["fashion-mnist"].digest)


def _from_archives(raw: Path, resources: Sequence[tuple[str, str]], mirrors: Sequence[str], digest: str) -> Data:
    """Four archives in MNIST's format as data. Archives that were gzipped anew are as good: checksums only tell which one is damaged."""
    for file, md5 in resources:
        if not (raw / file).exists():
            _download(file, raw, md5, mirrors)
    try:
        images, labels, test_images, test_labels = (_unpacked(raw / file) for file, _ in resources)
        data = Data(images, labels.astype(np.int64), test_images, test_labels.astype(np.int64))
        fault = f"their digest is {data.digest()[:12]}..., expected {digest[:12]}..."
        if data.digest() == digest:
            return data
    except (OSError, EOFError, zlib.error, ValueError, IndexError) as error:
        fault = error
    for file, md5 in resources:
        _check_md5(raw / file, md5)
    raise ValueError(f"{raw}: cannot be decoded ({fault}), though the archives have the right checksums; run again")


def _unpacked(path: Path) -> np.ndarray:
    """The array in an archive of MNIST's format (gzip; big-endian sizes after a number that tells how many)."""
    content = gzip.decompress(path.read_bytes())
    dimensions = content[3]
    shape = np.frombuffer(content, ">i4", dimensions, offset=4)
    return np.frombuffer(content, np.uint8, offset=4 + 4 * dimensions).reshape(shape)


def _check_md5(path: Path, md5: str) -> None:
    from torchvision.datasets.utils import calculate_md5

    if (found := calculate_md5(path)) != md5:
        raise ValueError(f"{path}: damaged: expected MD5 {md5}, got {found}; delete it, and it is downloaded again")


def _download(file: str, folder: Path, md5: str, mirrors: Sequence[str]) -> None:
    """Tries one mirror after the other. Raises ValueError with the last one's reason."""
    from torchvision.datasets.utils import download_url

    reason = "no mirror is known"
    for mirror in mirrors:
        try:
            return download_url(mirror + file, str(folder), file, md5)
        except (RuntimeError, OSError) as error:
            reason = " ".join(str(error).split())
    mend = "connect to the network, or put the data set's archives there"
    raise ValueError(f"{folder}: {file} is not there and could not be downloaded ({reason}); {mend}")


def cifar_10(folder: Path) -> Data:
    """CIFAR-10 (Krizhevsky, 2009) from `cifar-10-batches-py` below the folder, unpacked from `cifar-10-python.tar.gz`, or downloaded."""
    from torchvision.datasets import CIFAR10

    return _cifar(CIFAR10, folder)


def cifar_100(folder: Path) -> Data:
    """CIFAR-100 (Krizhevsky, 2009) with its 100 fine classes, as `cifar_10` from `cifar-100-python`."""
    from torchvision.datasets import CIFAR100

    return _cifar(CIFAR100, folder)


def _cifar(kind: Any, folder: Path) -> Data:
    """The data of torchvision's class CIFAR10 or CIFAR100. The files are Python pickles: none is opened that has not its MD5 sum."""
    from torchvision.datasets.utils import extract_archive

    batches, archive = folder / kind.base_folder, folder / kind.filename
    files = [*kind.train_list, *kind.test_list, (kind.meta["filename"], kind.meta["md5"])]
    if not all((batches / file).exists() for file, _ in files):
        if not archive.exists():
            _download(kind.filename, folder, kind.tgz_md5, [kind.url.removesuffix(kind.filename)])
        _check_md5(archive, kind.tgz_md5)
        try:
            extract_archive(archive, folder)
        except (OSError, EOFError, zlib.error, tarfile.TarError) as error:
            raise ValueError(f"{archive}: cannot be unpacked: {error}") from None
    for file, md5 in files:
        _check_md5(batches / file, md5)
    train, test = (kind(folder, train=side) for side in (True, False))
    images = [np.ascontiguousarray(side.data.transpose(0, 3, 1, 2)) for side in (train, test)]
    return Data(images[0], np.array(train.targets, np.int64), images[1], np.array(test.targets, np.int64))


SOURCES: Mapping[str, Source] = {
    "digits": Source((8, 8), 16, 10, 1400, 397, "a9448a1061030b9b372cb5f61bcbe135feb49e5baaa82776d4ef889cce3e9daa"),
    "mnist": Source((28, 28), 255, 10, 60000, 10000, "fcada437588ede7ee5019961f7811115d5c58f9a00b9f8d039435f8e90b68451"),
    "fashion-mnist": Source((28, 28), 255, 10, 60000, 10000, "26e6122881379ebe4945786a0f208a96db9deaadb31cad8decf86249cc31934b"),
    "cifar-10": Source((3, 32, 32), 255, 10, 50000, 10000, "md5:c58f30108f718f92721af3b95e74349a"),
    "cifar-100": Source((3, 32, 32), 255, 100, 50000, 10000, "md5:eb9058c3a382ffc7106e4002c42a8d85"),
}
OBTAIN: Mapping[str, Callable[[Path], Data]] = {
    "digits": digits,
    "mnist": mnist,
    "fashion-mnist": fashion_mnist,
    "cifar-10": cifar_10,
    "cifar-100": cifar_100,
}
