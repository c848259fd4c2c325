"""What HDF5 itself is asked: files are opened here, and only what lth writes is read from them.

HDF5 can point into other files, and give arrays that exist nowhere. Files from others may do so to
read what is not theirs, or to fill the memory. This is the only module that imports h5py.
"""

import hashlib
import io
import json
import os
import platform
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from lth.files.attributes import NAMES
from lth.files.origins import COORDINATES, HEAD, MEND, Header
from lth.files.texts import check_regular

SIGNATURE = b"\x89HDF\r\n\x1a\n"
FILTERS = {h5py.h5z.FILTER_DEFLATE, h5py.h5z.FILTER_SHUFFLE}
CHUNK = 1 << 24  # bytes; h5py chooses at most 2^20, and a whole chunk is unpacked at once


def versions() -> dict[str, str]:
    """The versions of what writes files."""
    return {
        "python": platform.python_version(),
        "numpy": np.__version__,
        "h5py": h5py.__version__,
    }


def image(
    arrays: Mapping[str, np.ndarray], attributes: Mapping[str, str | int], header: Header
) -> memoryview:
    """The bytes of a file: its header, and arrays and attributes in the order given.

    Arrays of more than one axis are compressed (gzip and shuffle), so weights shrink with density.
    """
    content = io.BytesIO()  # HDF5 does not say clearly that a disk is full; writing bytes does
    packed = {"compression": "gzip", "compression_opts": 4, "shuffle": True}
    with h5py.File(content, "w", libver=("v110", "v110"), userblock_size=HEAD) as file:
        for name, array in arrays.items():
            options: dict[str, Any] = packed if array.ndim > 1 and array.size else {}
            file.create_dataset(name, data=array, track_times=False, **options)
        file.attrs.update(attributes)
    body = hashlib.sha256(content.getbuffer()[HEAD:]).hexdigest()
    content.seek(0)
    content.write(header.line(body))
    return content.getbuffer()


@contextmanager
def opened(path: Path, *, compare: bool) -> Iterator[h5py.File]:
    """An HDF5 file to read. Whatever HDF5 says of a file that is not whole is a ValueError.

    `compare` says whether all bytes after the first line are compared with the SHA-256 in it.
    """
    try:
        check_regular(path)
        _check_size(path)
        if compare:
            _check_body(path)
        with h5py.File(path, "r", locking=False) as file:  # files only ever appear by renaming
            yield file
    except FileNotFoundError:
        raise ValueError(f"{path}: missing") from None
    except (PermissionError, IsADirectoryError, BlockingIOError) as error:
        raise ValueError(f"{path}: cannot be read: {os.strerror(error.errno or 0)}") from None
    except (OSError, RuntimeError, LookupError, TypeError, ValueError, ArithmeticError) as error:
        reason = " ".join(str(error).split())
        if reason.startswith(f"{path}: "):
            raise
        raise ValueError(f"{path}: not a whole HDF5 file ({reason}); {MEND}") from None


def first_line(path: Path) -> bytes:
    """The bytes before the HDF5 part."""
    return _head(path)[:HEAD]


def attributes(path: Path, file: h5py.File) -> dict[str, Any]:
    """The attributes of a file, each one text or number. Raises ValueError for others.

    A list of texts could repeat one of them without end, so none is read.
    """
    for name in file.attrs:
        if name not in (*NAMES, *COORDINATES):
            raise ValueError(f"{path}: attribute {name!r} does not belong in it; {MEND}")
        if file.attrs.get_id(name).shape != ():
            raise ValueError(f"{path}: attribute {name!r} is neither text nor a number; {MEND}")
    return dict(file.attrs)


def datasets(path: Path, file: h5py.File) -> Iterator[tuple[str, tuple[str, tuple[int, ...]]]]:
    """Name, type and shape of each array, at most one folder deep. Raises ValueError.

    Only what `image` makes passes.
    """
    for name in _children(path, file):
        item = file[name]
        if isinstance(item, h5py.Group):
            for inner in _children(path, item):
                yield f"{name}/{inner}", _described(path, f"{name}/{inner}", item[inner])
        else:
            yield name, _described(path, name, item)
        if len(item.attrs) and isinstance(item, h5py.Group):
            raise ValueError(f"{path}: {name}: has attributes of its own; {MEND}")


def _check_size(path: Path) -> None:
    """Raises ValueError where the file does not end where its HDF5 part says that it ends."""
    head, size = _head(path), path.stat().st_size
    if head[HEAD : HEAD + 9] != SIGNATURE + b"\x03":
        fault = f"none begins at byte {HEAD}, as in this format"
        raise ValueError(f"{path}: not a whole HDF5 file ({fault}); {MEND}")
    end = int.from_bytes(head[HEAD + 28 : HEAD + 36], "little")
    if end != size:
        fault = f"it should have {end} bytes, and has {size}"
        raise ValueError(f"{path}: not a whole HDF5 file ({fault}); {MEND}")


def _check_body(path: Path) -> None:
    """Raises ValueError where a file has another SHA-256 than its first line says.

    HDF5 has no checksums in some places, and may read a changed bit there without end.
    """
    with path.open("rb", buffering=0) as file:
        line = file.read(HEAD)
        found = hashlib.file_digest(file, "sha256").hexdigest()
    try:
        stated = json.loads(line)["body"]
    except (ValueError, TypeError, LookupError, RecursionError):
        raise ValueError(f"{path}: its first line is not as it was written; {MEND}") from None
    if stated != found:
        raise ValueError(f"{path}: it is not as it was written (its SHA-256 differs); {MEND}")


def _head(path: Path) -> bytes:
    """The first line, and the superblock of HDF5 after it."""
    with path.open("rb") as file:
        return file.read(HEAD + 48)


def _children(path: Path, group: h5py.Group) -> list[str]:
    for name in group:
        if not isinstance(group.get(name, getlink=True), h5py.HardLink):
            fault = "is a link to something else, which lth never writes; it is not followed"
            raise ValueError(f"{path}: {name}: {fault}")
    return list(group)


def _described(path: Path, name: str, item: Any) -> tuple[str, tuple[int, ...]]:
    """Type and shape of an array as `image` makes them. Raises ValueError for others."""
    if not isinstance(item, h5py.Dataset):
        raise ValueError(f"{path}: {name}: expected an array; {MEND}")
    if item.external or item.is_virtual:
        fault = "its values lie in other files, which lth never writes; it is not read"
        raise ValueError(f"{path}: {name}: {fault}")
    plan, shape = item.id.get_create_plist(), item.shape
    filters = {plan.get_filter(number)[0] for number in range(plan.get_nfilters())}
    plain = item.dtype.kind in "biufS" and filters <= FILTERS and not len(item.attrs)
    if shape is None or not plain:
        raise ValueError(f"{path}: {name}: is not a plain array such as lth writes; {MEND}")
    if item.chunks and np.prod(item.chunks, dtype=object) * item.dtype.itemsize > CHUNK:
        fault = f"has chunks of more than {CHUNK} bytes, which lth never writes; it is not read"
        raise ValueError(f"{path}: {name}: {fault}")
    return str(item.dtype), shape
