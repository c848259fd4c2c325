"""Data sets: decoded once into one array file each, checked by digest whenever it is read. A new data set is one entry in SOURCES.

Images stay bytes until a batch is used. The manifest that the pipeline passes on holds the digest, so a training knows its data.
"""

import dataclasses
import hashlib
import json
import zipfile
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from lth import seeds
from lth.atomic import replacing
from lth.settings import unknown


@dataclasses.dataclass(frozen=True)
class Data:
    """Images uint8 [examples, ...] and labels int64 [examples] of the training and the test set."""

    train_images: np.ndarray
    train_labels: np.ndarray
    test_images: np.ndarray
    test_labels: np.ndarray

    def digest(self) -> str:
        """SHA-256 over shapes and bytes of the four arrays."""
        sha = hashlib.sha256()
        for field in dataclasses.fields(self):
            array = np.ascontiguousarray(getattr(self, field.name))
            sha.update(f"{field.name} {array.dtype} {array.shape}\n".encode())
            sha.update(array.data)
        return sha.hexdigest()


@dataclasses.dataclass(frozen=True)
class Source:
    """What is known of a data set before it is there: image shape, brightest value, classes, sizes, digest; and how to get it."""

    shape: tuple[int, ...]
    brightest: int
    classes: int
    training: int
    test: int
    digest: str
    obtain: Callable[[Path], Data]


def prepare(name: str, folder: Path, out: Path) -> dict[str, Any]:
    """Obtains a data set (download, archives in `folder`, or embedded), checks it, and writes its arrays beside `out`. Returns the manifest.

    Raises ValueError where archives or arrays are damaged or a download fails.
    """
    source = SOURCES.get(name)
    if source is None:
        raise unknown("data set", "name", name, SOURCES)
    data = source.obtain(folder)
    if data.digest() != source.digest:
        found = f"digest {data.digest()[:12]}..., expected {source.digest[:12]}..."
        raise ValueError(f"{folder}: the decoded {name} has {found}; delete its files there and run again")
    with replacing(arrays_of(out)) as part, part.open("wb") as file:
        np.savez_compressed(file, **{field.name: getattr(data, field.name) for field in dataclasses.fields(data)})
    sizes = {"training": len(data.train_labels), "test": len(data.test_labels), "classes": source.classes, "shape": list(source.shape)}
    return {"dataset": name, "digest": source.digest} | sizes


def read(manifest: Path) -> tuple[Source, Data]:
    """The data set of a manifest, from the array file beside it. Raises ValueError where that is missing, damaged or another."""
    expected = read_manifest(manifest)
    path = arrays_of(manifest)
    mend = f"run: python -m lth prepare {expected['dataset']} --out {manifest}"
    if not path.exists():
        raise ValueError(f"{path}: missing; {mend}")
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            data = Data(**{field.name: arrays[field.name] for field in dataclasses.fields(Data)})
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise ValueError(f"{path}: damaged ({str(error).splitlines()[0]}); {mend}") from None
    if data.digest() != expected["digest"]:
        raise ValueError(f"{path}: digest {data.digest()[:12]}... where {manifest} has {expected['digest'][:12]}...; {mend}")
    return SOURCES[expected["dataset"]], data


def read_manifest(path: Path, name: str | None = None) -> dict[str, Any]:
    """A manifest: dataset, digest, training, test, classes, shape, key. Raises ValueError where it is missing, not one, or of another name."""
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
        whole = manifest["dataset"] in SOURCES and {"digest", "shape", "classes", "key"} <= manifest.keys()
    except (OSError, ValueError, KeyError, TypeError):
        manifest, whole = {}, False
    if not whole:
        raise ValueError(f"{path}: not a manifest of a data set; make it with: python -m lth prepare NAME --out {path}")
    if name not in (None, manifest["dataset"]):
        raise ValueError(f"{path}: expected the data set {name!r}, got {manifest['dataset']!r}")
    return manifest


def arrays_of(manifest: Path) -> Path:
    """The array file beside a manifest."""
    return manifest.with_suffix(".npz")


def split(training: int, validation: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Indices (training, validation) into the training set: a random choice fixed by the experiment's seed, the same for every trial."""
    order = seeds.stream(seed, "split").permutation(training)
    return np.sort(order[validation:]), np.sort(order[:validation])


def digits(folder: Path) -> Data:
    """scikit-learn's 1,797 handwritten digits of 8x8 (Alpaydin & Kaynak, UCI 1998), shuffled; the last 397 are the test set."""
    from sklearn.datasets import load_digits

    images, labels = load_digits(return_X_y=True)
    order = seeds.stream(0, "split", dataset="digits").permutation(len(labels))
    images, labels = images.reshape(-1, 8, 8).astype(np.uint8)[order], np.asarray(labels, np.int64)[order]
    return Data(images[:1400], labels[:1400], images[1400:], labels[1400:])


def mnist(folder: Path) -> Data:
    """MNIST (LeCun et al., 1998) by torchvision: downloaded, or unpacked from the four archives in `MNIST/raw` below the folder."""
    from torchvision.datasets import MNIST
    from torchvision.datasets.utils import calculate_md5

    raw = folder / "MNIST" / "raw"
    for file, md5 in MNIST.resources:
        archive = raw / file
        if archive.exists() and (found := calculate_md5(archive)) != md5:
            raise ValueError(f"{archive}: damaged: expected MD5 {md5}, got {found}; delete it, and it is downloaded again")
        if archive.exists():  # unpack again below: torchvision takes unpacked files unchecked
            (raw / file.removesuffix(".gz")).unlink(missing_ok=True)
    try:
        parts = [MNIST(folder, train=train, download=True) for train in (True, False)]
    except ValueError as error:
        raise ValueError(f"{raw}: damaged ({error}); delete its files, and put the four archives there or let them be downloaded") from None
    except (RuntimeError, OSError) as error:
        reason, mend = " ".join(str(error).split()), "connect to the network, or put its four archives there"
        raise ValueError(f"{raw}: MNIST is not there and could not be downloaded ({reason}); {mend}") from None
    arrays = [array.numpy() for part in parts for array in (part.data, part.targets)]
    return Data(*arrays)


SOURCES: Mapping[str, Source] = {
    "digits": Source((8, 8), 16, 10, 1400, 397, "a9448a1061030b9b372cb5f61bcbe135feb49e5baaa82776d4ef889cce3e9daa", digits),
    "mnist": Source((28, 28), 255, 10, 60000, 10000, "fcada437588ede7ee5019961f7811115d5c58f9a00b9f8d039435f8e90b68451", mnist),
}
