"""Images and labels as four arrays, checked whenever they are read, their split and statistics.

Images stay bytes until a batch is used.
"""

import dataclasses
import hashlib
import math
import stat
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from lth import seeds
from lth.data.source import Manifest, Source, arrays_of, difference, read_manifest
from lth.files.atomic import replacing

DAMAGES = (  # what reading an array file that is not whole can raise
    OSError,
    ValueError,
    LookupError,
    EOFError,
    RuntimeError,
    zipfile.BadZipFile,
    zlib.error,
)
Kinds = Mapping[str, tuple[np.dtype, tuple[int, ...]]]  # type and shape of arrays by name


@dataclasses.dataclass(frozen=True)
class Data:
    """The training and the test set.

    Images are uint8 [examples, height, width] (grey) or [examples, 3, height, width] (RGB), labels
    int64 [examples] from 0. Raises ValueError for arrays of another kind.
    """

    train_images: np.ndarray
    train_labels: np.ndarray
    test_images: np.ndarray
    test_labels: np.ndarray

    def __post_init__(self) -> None:
        shape = self.train_images.shape[1:]
        for images in (self.train_images, self.test_images):
            _check_images(images, shape)
        _check_labels(self.train_labels, len(self.train_images))
        _check_labels(self.test_labels, len(self.test_images))

    def digest(self) -> str:
        """SHA-256 over names, types, shapes and bytes of the four arrays."""
        sha = hashlib.sha256()
        for name, value in self.arrays().items():
            array = np.ascontiguousarray(value)
            sha.update(f"{name} {array.dtype} {array.shape}\n".encode())
            sha.update(array.data)
        return sha.hexdigest()

    def arrays(self) -> dict[str, np.ndarray]:
        """The four arrays by name."""
        return {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}


class _OtherArraysError(ValueError):
    """An array file is whole, but does not hold what its manifest states."""


def source_of(data: Data) -> Source:
    """What data amount to."""
    labels = (data.train_labels, data.test_labels)
    return Source(
        shape=data.train_images.shape[1:],
        brightest=int(data.train_images.max()),
        classes=1 + int(max(each.max() for each in labels)),
        training=len(data.train_labels),
        test=len(data.test_labels),
        digest=data.digest(),
    )


def write(manifest: Path, data: Data) -> None:
    """Writes the array file beside a manifest, whole or not at all."""
    arrays: dict[str, Any] = data.arrays()
    with replacing(arrays_of(manifest)) as part, part.open("wb") as file:
        np.savez_compressed(file, **arrays)


def read(path: Path, name: str) -> tuple[Manifest, Data]:
    """The manifest at `path` of the data set of this name, and the data from the file beside it.

    Raises ValueError where a file is missing or damaged, or holds anything else.
    """
    manifest = read_manifest(path, name)
    file, mend = arrays_of(path), f"run: python -m lth prepare {name} --out {path}"
    if not file.exists():
        raise ValueError(f"{file}: missing; {mend}")
    try:
        data = Data(**_read(file, manifest))
        if fault := difference(source_of(data), manifest):
            raise _OtherArraysError(fault)
    except _OtherArraysError as fault:
        raise ValueError(f"{file}: not what {path.name} says: {fault}; {mend}") from None
    except DAMAGES as error:
        raise ValueError(f"{file}: damaged ({str(error).splitlines()[0]}); {mend}") from None
    return manifest, data


def split(training: int, validation: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Indices (training, validation) into the training set.

    They are a random choice, fixed by the seed of the experiment and the same for every trial.
    """
    order = seeds.stream(seed, "split").permutation(training)
    return np.sort(order[validation:]), np.sort(order[:validation])


def channel_statistics(images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and standard deviation of each channel, float64 [1, 1] or [channels, 1, 1].

    `images` are uint8 [n, height, width] or [n, channels, height, width]. Values are counted, since
    NumPy would make floats of all images at once.
    """
    channels = images[:, None] if images.ndim == 3 else images
    counts, values = _counts(channels), np.arange(256)
    # Sums of whole numbers are exact, so the statistics have the same bits on every CPU.
    number, total, squares = (np.sum(counts * values**power, axis=1) for power in (0, 1, 2))
    mean = total / number
    deviation = np.sqrt(np.maximum(squares / number - mean**2, 0.0))
    shape = (1, 1) if images.ndim == 3 else (-1, 1, 1)
    return mean.reshape(shape), deviation.reshape(shape)


def _counts(images: np.ndarray) -> np.ndarray:
    """How often each value is in each channel [channels, 256]. A part of the images at a time."""
    counts = np.zeros((images.shape[1], 256))
    for some in np.array_split(images, max(1, images.nbytes // (1 << 24))):
        for channel, count in enumerate(counts):
            count += np.bincount(some[:, channel].ravel(), minlength=256)
    return counts


def _check_images(images: np.ndarray, shape: tuple[int, ...]) -> None:
    """Raises ValueError where images are not uint8 of this shape, grey or RGB."""
    layout = len(shape) == 2 or (len(shape) == 3 and shape[0] == 3)
    if images.dtype != np.uint8 or images.shape[1:] != shape or not layout:
        what = "uint8 [examples, height, width] or [examples, 3, height, width], of one size"
        raise ValueError(f"images: expected {what}, got {images.dtype} {list(images.shape)}")


def _check_labels(labels: np.ndarray, count: int) -> None:
    right = labels.dtype == np.int64 and labels.shape == (count,)
    if not right or not labels.size or labels.min() < 0:
        found = f"{labels.dtype} {list(labels.shape)}"
        raise ValueError(f"labels: expected int64 [{count}] from 0, got {found}")


def _read(file: Path, manifest: Manifest) -> dict[str, np.ndarray]:
    """The arrays in a file by name.

    Names, types and shapes are in the file's directory and in the arrays' headers. They are checked
    first, so that a small file that would unpack to terabytes is never unpacked. Raises
    _OtherArraysError where they are not what the manifest states.
    """
    kinds = _kinds(manifest)
    _check_file(file, manifest)
    arrays: dict[str, np.ndarray] = {}
    with file.open("rb") as opened, zipfile.ZipFile(opened) as packed:
        _check_members(packed, kinds)
        for name, (dtype, shape) in kinds.items():
            _check_header(packed, name, dtype, shape)
        for name in kinds:
            with packed.open(f"{name}.npy") as member:
                arrays[name] = np.lib.format.read_array(member, allow_pickle=False)
    return arrays


def _kinds(source: Source) -> Kinds:
    """The types and shapes of the arrays of a data set."""
    kinds: dict[str, tuple[np.dtype, tuple[int, ...]]] = {}
    for side, count in {"train": source.training, "test": source.test}.items():
        kinds[f"{side}_images"] = np.dtype(np.uint8), (count, *source.shape)
        kinds[f"{side}_labels"] = np.dtype(np.int64), (count,)
    return kinds


def _check_file(file: Path, manifest: Manifest) -> None:
    if not stat.S_ISREG(file.lstat().st_mode):
        raise _OtherArraysError("a link, a folder, a pipe or a device, expected a file")
    most = manifest.size * 1.01 + 65_536  # what does not shrink grows by less than that
    size = file.stat().st_size
    if size > most:
        raise _OtherArraysError(f"a file of {size:,} bytes, expected at most {most:,.0f}")


def _check_members(packed: zipfile.ZipFile, kinds: Kinds) -> None:
    known = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
    if any(member.compress_type not in known for member in packed.infolist()):
        raise _OtherArraysError("compressed in another way, expected deflate")
    if sorted(packed.namelist()) != sorted(f"{name}.npy" for name in kinds):
        raise _OtherArraysError(f"other arrays, expected {', '.join(sorted(kinds))}")


def _check_header(
    packed: zipfile.ZipFile, name: str, dtype: np.dtype, shape: tuple[int, ...]
) -> None:
    with packed.open(f"{name}.npy") as member:
        version = np.lib.format.read_magic(member)
        if version != (1, 0):  # whose headers have at most 64 KiB
            fault = f"{name} in version {version} of NumPy's format, expected (1, 0)"
            raise _OtherArraysError(fault)
        found, _, found_dtype = np.lib.format.read_array_header_1_0(member)
        size = member.tell() + dtype.itemsize * math.prod(shape)
    if (found_dtype, found) != (dtype, shape):
        fault = f"{name} {found_dtype} {list(found)}, expected {dtype} {list(shape)}"
        raise _OtherArraysError(fault)
    stated = packed.getinfo(f"{name}.npy").file_size
    if stated != size:
        raise _OtherArraysError(f"{name} of {stated:,} bytes, expected {size:,}")
