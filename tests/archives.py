"""Small archives as others publish them, in the formats of MNIST and CIFAR."""

import gzip
import hashlib
import io
import pickle
import struct
import tarfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lth.data.archives import Archive
from lth.data.sources.choices import SOURCES

DATA = Path(__file__).parents[1] / "data"
RAW = {"mnist": Path("MNIST/raw"), "fashion-mnist": Path("FashionMNIST/raw")}
KINDS = ("images-idx3", "labels-idx1")
NAMES = [f"{part}-{kind}-ubyte.gz" for part in ("train", "t10k") for kind in KINDS]
RANDOM = np.random.default_rng(0)


def idx(array: np.ndarray) -> bytes:
    """An array as an archive in MNIST's format."""
    sizes = struct.pack(f">{array.ndim}i", *array.shape)
    content = bytes([0, 0, 8, array.ndim]) + sizes + array.astype(np.uint8).tobytes()
    return gzip.compress(content, mtime=0)


def save_idx(folder: Path, name: str) -> list[Path]:
    """Four small archives of random content, under the names that those of a data set have."""
    (folder / RAW[name]).mkdir(parents=True)
    paths = [folder / RAW[name] / file for file in NAMES]
    for path in paths:
        shape = (3, 28, 28) if "images" in path.name else (3,)
        path.write_bytes(idx(RANDOM.integers(0, 10, shape)))
    return paths


def publish(monkeypatch: pytest.MonkeyPatch, name: str, folder: Path) -> None:
    """Makes the archives in a folder those that were published."""
    known: list[Archive] = []
    for archive in SOURCES[name].ARCHIVES:
        content = (folder / archive.file).read_bytes()
        known.append(Archive(archive.file, len(content), hashlib.sha256(content).hexdigest()))
    monkeypatch.setattr(SOURCES[name], "ARCHIVES", tuple(known))


def skip_without(name: str) -> Path:
    """The folder of the archives of a data set. Skips the test where they are not there."""
    folder = DATA / RAW[name]
    if not all((folder / file).exists() for file in NAMES):
        pytest.skip(f"the four archives of {name} are not in data/{RAW[name]}")
    return folder


def save_cifar(path: Path, batches: Mapping[str, Any]) -> None:
    """Writes a tar.gz of pickles by name."""
    with tarfile.open(path, "w:gz") as tar:
        for name, batch in batches.items():
            content = pickle.dumps(batch, protocol=2)
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
