"""Data sets: decoded once into one array file each, checked by digest whenever it is read. A new one is an entry in SOURCES and OBTAIN.

Images stay bytes until a batch is used. The manifest that the pipeline passes on holds the digest, so a training knows its data.
"""

import dataclasses
import gzip
import hashlib
import json
import zipfile
import zlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from lth import keys, seeds
from lth.atomic import replacing
from lth.places import path_of
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
    """What is known of a data set before it is there: image shape, brightest value, classes, number of training and test images, digest."""

    shape: tuple[int, ...]
    brightest: int
    classes: int
    training: int
    test: int
    digest: str


def prepare(name: str, folder: Path, out: Path) -> dict[str, Any]:
    """Obtains a data set (download, archives in `folder`, or embedded), checks it, and writes its arrays beside `out`. Returns the manifest.

    Raises ValueError where archives or arrays are damaged or a download fails.
    """
    manifest = manifest_of(name)
    data = OBTAIN[name](folder)
    if data.digest() != manifest["digest"]:
        found = f"digest {data.digest()[:12]}..., expected {manifest['digest'][:12]}..."
        raise ValueError(f"{folder}: the decoded {name} has {found}; delete its files there and run again")
    with replacing(arrays_of(out)) as part, part.open("wb") as file:
        np.savez_compressed(file, **{field.name: getattr(data, field.name) for field in dataclasses.fields(data)})
    return manifest


def manifest_of(name: str) -> dict[str, Any]:
    """The manifest of a data set: dataset, digest, training, test, classes, shape, key. All is known before the data are there, so that
    planning needs no data; the digest says everything, and the code that decodes is in no key.
    """
    if name not in SOURCES:
        raise unknown("data set", "name", name, SOURCES)
    source = SOURCES[name]
    key = keys.key("dataset", {"dataset": name, "digest": source.digest}, "", {})
    sizes = {"training": source.training, "test": source.test, "classes": source.classes, "shape": list(source.shape)}
    return {"dataset": name, "digest": source.digest, "key": key} | sizes


def read(manifest: Path, name: str) -> tuple[Source, Data]:
    """The data set of a manifest, from the array file beside it. Raises ValueError where that is missing, damaged or another."""
    expected = read_manifest(manifest, name)
    path = arrays_of(manifest)
    mend = f"run: python -m lth prepare {name} --out {manifest}"
    if not path.exists():
        raise ValueError(f"{path}: missing; {mend}")
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            data = Data(**{field.name: arrays[field.name] for field in dataclasses.fields(Data)})
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise ValueError(f"{path}: damaged ({str(error).splitlines()[0]}); {mend}") from None
    if data.digest() != expected["digest"]:
        raise ValueError(f"{path}: digest {data.digest()[:12]}..., expected {expected['digest'][:12]}...; {mend}")
    return SOURCES[name], data


def read_manifest(path: Path, name: str) -> dict[str, Any]:
    """The manifest of a data set of this name (see `manifest_of`). Raises ValueError where the file is missing or anything else."""
    expected = manifest_of(name)
    try:
        if json.loads(path.read_text(encoding="utf-8")) == expected:
            return expected
    except (OSError, ValueError):
        pass
    mend = f"make that with: python -m lth prepare {name} --out {path_of('dataset', {'dataset': name})}"
    raise ValueError(f"{path}: not the manifest of the data set {name!r}; {mend}")


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
    """MNIST (LeCun et al., 1998) from its four archives in `MNIST/raw` below the folder; torchvision downloads those that are not there."""
    from torchvision.datasets import MNIST
    from torchvision.datasets.utils import calculate_md5

    raw = folder / "MNIST" / "raw"
    for file, md5 in MNIST.resources:
        if (raw / file).exists() and (found := calculate_md5(raw / file)) != md5:
            raise ValueError(f"{raw / file}: damaged: expected MD5 {md5}, got {found}; delete it, and it is downloaded again")
    arrays: dict[str, np.ndarray] = {}
    for file, md5 in MNIST.resources:
        if not (raw / file).exists():
            _download(file, raw, md5, MNIST.mirrors)
        content = gzip.decompress((raw / file).read_bytes())
        dimensions = content[3]
        shape = np.frombuffer(content, ">i4", dimensions, offset=4)
        arrays[file] = np.frombuffer(content, np.uint8, offset=4 + 4 * dimensions).reshape(shape)
    images, labels, test_images, test_labels = arrays.values()
    return Data(images, labels.astype(np.int64), test_images, test_labels.astype(np.int64))


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


SOURCES: Mapping[str, Source] = {
    "digits": Source((8, 8), 16, 10, 1400, 397, "a9448a1061030b9b372cb5f61bcbe135feb49e5baaa82776d4ef889cce3e9daa"),
    "mnist": Source((28, 28), 255, 10, 60000, 10000, "fcada437588ede7ee5019961f7811115d5c58f9a00b9f8d039435f8e90b68451"),
}
OBTAIN: Mapping[str, Callable[[Path], Data]] = {"digits": digits, "mnist": mnist}
