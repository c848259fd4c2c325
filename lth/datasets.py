"""Data sets: decoded once into one array file each, checked by digest whenever it is read. Images stay bytes until a batch is used.

What is known of a data set before it is there is its `Source`, so planning needs no data. A new one is a folder of images in ImageFolder's layout
(`data/NAME/train/CLASS/*`, `data/NAME/test/CLASS/*`) with the entry of the catalog that `python -m lth describe data/NAME` writes; or, where
its files are of another kind, an entry in SOURCES and a function in OBTAIN.
"""

import dataclasses
import gzip
import hashlib
import io
import math
import pickle
import re
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import numpy as np

from lth import archives, keys, seeds
from lth.atomic import replacing
from lth.images import PIXELS, folder_of_images
from lth.places import NAME, path_of
from lth.settings import Count, Range, build, to_plain
from lth.texts import load_json, read_text

SHA256 = re.compile(r"[0-9a-f]{64}")
ARCHIVE = re.compile(r"archive:[0-9a-f]{64}")


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
    images, classes, number of training and test images, and the digest of its arrays (SHA-256), or `archive:` and the SHA-256 of the one
    archive that they come from, for data sets whose arrays' digest is not known here.
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
        if (pixels := (self.training + self.test) * math.prod(self.shape[-2:])) > PIXELS:
            raise ValueError(f"shape: expected at most {PIXELS:,} pixels in all images, got {pixels:,}")
        if not SHA256.fullmatch(self.digest) and not ARCHIVE.fullmatch(self.digest):
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
        if not SHA256.fullmatch(self.digest) or (self.digest != self.source and not ARCHIVE.fullmatch(self.source)):
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
    expected = dataclasses.replace(source, digest=found.digest) if name in OBTAIN and source.digest.startswith("archive:") else source
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
        arrays, fault = _arrays(file, manifest)
        data = None if fault else Data(**arrays)
    except (OSError, ValueError, LookupError, EOFError, RuntimeError, zipfile.BadZipFile, zlib.error) as error:
        raise ValueError(f"{file}: damaged ({str(error).splitlines()[0]}); {mend}") from None
    if data is None:
        raise ValueError(f"{file}: not what {path.name} says: {fault}; {mend}")
    if fault := _difference(source_of(data), manifest):
        raise ValueError(f"{file}: not what {path.name} says: {fault}; {mend}")
    return to_plain(manifest), data


def _arrays(file: Path, manifest: Manifest) -> tuple[dict[str, np.ndarray], str]:
    """The arrays in a file by name, and in what the file differs from what a manifest states.

    Names, types and shapes are in the file's directory and in the arrays' headers. They are checked
    first, so that a small file that would unpack to terabytes is never unpacked.
    """
    if not stat.S_ISREG(file.lstat().st_mode):
        return {}, "a link, a folder, a pipe or a device, expected a file"
    counts = {"train": manifest.training, "test": manifest.test}
    kinds = {f"{side}_images": (np.dtype(np.uint8), (count, *manifest.shape)) for side, count in counts.items()}
    kinds |= {f"{side}_labels": (np.dtype(np.int64), (count,)) for side, count in counts.items()}
    most = sum(kind.itemsize * math.prod(shape) for kind, shape in kinds.values()) * 1.01 + 65_536
    if (size := file.stat().st_size) > most:  # what does not shrink grows by less than that
        return {}, f"a file of {size:,} bytes, expected at most {most:,.0f}"
    with file.open("rb") as opened, zipfile.ZipFile(opened) as packed:
        if any(member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for member in packed.infolist()):
            return {}, "compressed in another way, expected deflate"
        if sorted(packed.namelist()) != sorted(f"{name}.npy" for name in kinds):
            return {}, f"other arrays, expected {', '.join(sorted(kinds))}"
        for name, (kind, shape) in kinds.items():
            with packed.open(f"{name}.npy") as member:
                if (version := np.lib.format.read_magic(member)) != (1, 0):  # whose headers have at most 64 KiB
                    return {}, f"{name} in version {version} of NumPy's format, expected (1, 0)"
                found, _, dtype = np.lib.format.read_array_header_1_0(member)
                size = member.tell() + kind.itemsize * math.prod(shape)
            if (dtype, found) != (kind, shape):
                return {}, f"{name} {dtype} {list(found)}, expected {kind} {list(shape)}"
            if (stated := packed.getinfo(f"{name}.npy").file_size) != size:
                return {}, f"{name} of {stated:,} bytes, expected {size:,}"
        arrays = {}
        for name in kinds:
            with packed.open(f"{name}.npy") as member:
                arrays[name] = np.lib.format.read_array(member, allow_pickle=False)
        return arrays, ""


def read_manifest(path: Path, name: str) -> dict[str, Any]:
    """The manifest of the data set of this name (see `manifest_of`). Raises ValueError where the file is missing, or not such a manifest."""
    return to_plain(_manifest(path, name))


def _manifest(path: Path, name: str) -> Manifest:
    try:
        manifest: Manifest = build(Manifest, load_json(read_text(path)), "manifest")
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
    """MNIST (LeCun et al., 1998) from its four archives in `MNIST/raw` below the folder."""
    return _idx(folder, "mnist")


def fashion_mnist(folder: Path) -> Data:
    """Fashion-MNIST (Xiao et al., 2017), as `mnist` from `FashionMNIST/raw`."""
    return _idx(folder, "fashion-mnist")


def _idx(folder: Path, name: str) -> Data:
    """Four archives in MNIST's format as data."""
    images, labels, test_images, test_labels = map(_unpacked, archives.contents(folder, name))
    return Data(images, labels.astype(np.int64), test_images, test_labels.astype(np.int64))


def _unpacked(archive: bytes) -> np.ndarray:
    """The array in an archive of MNIST's format (gzip; big-endian sizes after a number that tells how many)."""
    content = gzip.decompress(archive)
    dimensions = content[3]
    shape = np.frombuffer(content, ">i4", dimensions, offset=4)
    return np.frombuffer(content, np.uint8, offset=4 + 4 * dimensions).reshape(shape)


def cifar_10(folder: Path) -> Data:
    """CIFAR-10 (Krizhevsky, 2009) from `cifar-10-python.tar.gz` in the folder."""
    batches = [f"cifar-10-batches-py/data_batch_{number}" for number in range(1, 6)]
    return _cifar(folder, "cifar-10", batches, "cifar-10-batches-py/test_batch", "labels")


def cifar_100(folder: Path) -> Data:
    """CIFAR-100 (Krizhevsky, 2009) with its 100 fine classes, from `cifar-100-python.tar.gz`."""
    return _cifar(folder, "cifar-100", ["cifar-100-python/train"], "cifar-100-python/test", "fine_labels")


def _cifar(folder: Path, name: str, training: Sequence[str], test: str, labels: str) -> Data:
    """Members of the archive of CIFAR as data.

    They are Python pickles, which may run anything when they are opened. So they come out of the very
    bytes whose SHA-256 was right, and never lie on the disk, where somebody could change them.
    """
    (archive,) = archives.contents(folder, name)
    batches: dict[str, Any] = {}
    with tarfile.open(fileobj=io.BytesIO(archive), mode="r:gz") as tar:
        for member in tar:  # in their order: going back in gzip means to start anew
            if member.name in (*training, test) and (file := tar.extractfile(member)):
                batches[member.name] = pickle.load(file, encoding="latin1")
    sides = [[batches[file] for file in files] for files in (training, [test])]
    images = [np.concatenate([batch["data"] for batch in side]).reshape(-1, 3, 32, 32) for side in sides]
    numbers = [np.concatenate([np.array(batch[labels], np.int64) for batch in side]) for side in sides]
    return Data(images[0], numbers[0], images[1], numbers[1])


SOURCES: Mapping[str, Source] = {
    "digits": Source((8, 8), 16, 10, 1400, 397, "a9448a1061030b9b372cb5f61bcbe135feb49e5baaa82776d4ef889cce3e9daa"),
    "mnist": Source((28, 28), 255, 10, 60000, 10000, "fcada437588ede7ee5019961f7811115d5c58f9a00b9f8d039435f8e90b68451"),
    "fashion-mnist": Source((28, 28), 255, 10, 60000, 10000, "26e6122881379ebe4945786a0f208a96db9deaadb31cad8decf86249cc31934b"),
    "cifar-10": Source((3, 32, 32), 255, 10, 50000, 10000, f"archive:{archives.ARCHIVES['cifar-10'][0].sha256}"),
    "cifar-100": Source((3, 32, 32), 255, 100, 50000, 10000, f"archive:{archives.ARCHIVES['cifar-100'][0].sha256}"),
}
OBTAIN: Mapping[str, Callable[[Path], Data]] = {
    "digits": digits,
    "mnist": mnist,
    "fashion-mnist": fashion_mnist,
    "cifar-10": cifar_10,
    "cifar-100": cifar_100,
}
