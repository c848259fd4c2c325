"""The HDF5 files of the pipeline: one schema for all kinds, read strictly, written whole (docs/format.md).

Every array's first axis is the network in the stack, except those under `curves/`, which are [networks, evaluations], and the iterations.
Attributes say what the file is and what it was made from. There are no timestamps: the same work gives the same bytes.
"""

import dataclasses
import hashlib
import io
import os
import platform
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from lth import keys
from lth.atomic import write_bytes
from lth.contents import Template, size
from lth.origins import (
    COORDINATES,
    HEAD,
    MEND,
    VERSION,
    Header,
    Input,
    Origin,
    content_of,
    origin_of,
    plain_inputs,
    seal_of,
)
from lth.texts import check_regular, load_json

ATTRIBUTES = ("kind", "version", "key", "code", "settings", "inputs", "arrays", "content", "made_on", "seal")
SIGNATURE = b"\x89HDF\r\n\x1a\n"
FILTERS = {h5py.h5z.FILTER_DEFLATE, h5py.h5z.FILTER_SHUFFLE}
CHUNK = 1 << 24  # bytes; h5py chooses at most 2^20, and a whole chunk is unpacked at once


class Arrays(dict[str, np.ndarray]):
    """Arrays by name. One that is not there is a fault of the file: ValueError."""

    def __init__(self, path: Path, arrays: Mapping[str, np.ndarray]):
        super().__init__(arrays)
        self.path = path

    def __missing__(self, name: str) -> np.ndarray:
        raise ValueError(f"{self.path}: array {name!r} is missing, so another version of lth made it; {MEND}")


@dataclasses.dataclass(frozen=True)
class Stored:
    """A file whose attributes were read and agree, and whose arrays were not read yet.

    `listed` has (type, shape, SHA-256) of each array by name, and `made_on` the versions and the
    machine that the bits of its arrays may depend on.
    """

    path: Path
    origin: Origin
    listed: Mapping[str, tuple[str, tuple[int, ...], str]]
    content: str
    made_on: Mapping[str, Any]

    def as_input(self) -> Input:
        """How files that are made from this one record it."""
        return Input(str(self.path), self.origin.key, self.content)

    def load(self, template: Template, *, exactly: bool = False) -> "File":
        """Reads the arrays of a template, and (`exactly`) checks that there are no others.

        Shapes and types are compared before anything is read: a few bytes may unpack to gigabytes.
        Raises ValueError where an array is missing, of another shape or type, or not as it was written.
        """
        for name, (shape, dtype) in template.items():
            if name not in self.listed:
                raise ValueError(f"{self.path}: array {name!r} is missing; it has {', '.join(self.listed)}")
            if self.listed[name][:2] != (str(dtype), shape):
                found = " ".join(map(str, self.listed[name][:2]))
                raise ValueError(f"{self.path}: {name}: expected {dtype} {shape}, got {found}")
        if exactly and (more := self.listed.keys() - template.keys()):
            raise ValueError(f"{self.path}: array {min(more)!r} has no place in a file of this kind; {MEND}")
        arrays: dict[str, np.ndarray] = {}
        with _opened(self.path) as file:
            for name in template:
                array: Any = file[name]
                arrays[name] = np.asarray(array[()])
                if _digest(arrays[name]) != self.listed[name][2]:
                    raise ValueError(f"{self.path}: the arrays are not those that were written ({name}: digest differs); {MEND}")
        return File(**{field.name: getattr(self, field.name) for field in dataclasses.fields(Stored)}, arrays=Arrays(self.path, arrays))

    def everything(self, most: int) -> Template:
        """The template of all arrays that there are. Raises ValueError where they take more than `most` bytes."""
        template = {name: (shape, np.dtype(dtype)) for name, (dtype, shape, _) in self.listed.items()}
        if (found := size(template)) > most:
            raise ValueError(f"{self.path}: expected arrays of at most {most:,} bytes, got {found:,}; they are not read")
        return template


@dataclasses.dataclass(frozen=True)
class File(Stored):
    """A file with the arrays that were asked for, by path."""

    arrays: Mapping[str, np.ndarray]

    @property
    def pairs(self) -> list[tuple[int, int]]:
        """(trial, repeat) of each network of the stack."""
        return list(zip(self.arrays["trial"].tolist(), self.arrays["repeat"].tolist(), strict=True))

    def rows(self, pairs: Sequence[tuple[int, int]]) -> list[int]:
        """Where each (trial, repeat) stands in the stack; a file with one network a trial has it for all repeats. Raises ValueError where
        there is none.
        """
        places = {pair: row for row, pair in enumerate(self.pairs)}
        single = not any(repeat for _, repeat in places)
        wanted = [(trial, 0 if single else repeat) for trial, repeat in pairs]
        if missing := [pair for pair in wanted if pair not in places]:
            raise ValueError(f"{self.path}: expected a network of trial {missing[0][0]}, repeat {missing[0][1]}; it has {self.pairs}")
        return [places[pair] for pair in wanted]

    def group(self, name: str) -> Arrays:
        """The arrays below `name/`, by the rest of their path."""
        found = {path.removeprefix(f"{name}/"): array for path, array in self.arrays.items() if path.startswith(f"{name}/")}
        return Arrays(self.path, found)


def write(path: Path | str, origin: Origin, arrays: Mapping[str, np.ndarray], made_on: Mapping[str, Any] | None = None) -> None:
    """Writes a file, whole or not at all. Arrays of more than one axis are compressed (gzip + shuffle), so weights shrink with density.

    `made_on` tells what else than settings, code and inputs the bits of the arrays may depend on.
    """
    ordered = {name: np.asarray(arrays[name], order="C") for name in sorted(arrays)}
    listed = {name: [str(array.dtype), list(array.shape), _digest(array)] for name, array in ordered.items()}
    content = content_of(listed)
    attributes: dict[str, Any] = {"kind": origin.kind, "version": VERSION, "key": origin.key, "code": origin.code}
    attributes |= {"settings": keys.canonical(dict(origin.settings)), "inputs": keys.canonical(plain_inputs(origin))}
    attributes |= {"arrays": keys.canonical(listed), "content": content, "made_on": keys.canonical(_versions() | dict(made_on or {}))}
    attributes |= origin.coordinates
    attributes["seal"] = seal_of(attributes)
    image = io.BytesIO()  # HDF5 does not say clearly that a disk is full; writing plain bytes does
    with h5py.File(image, "w", libver=("v110", "v110"), userblock_size=HEAD) as file:
        for name, array in ordered.items():
            options: dict[str, Any] = {"compression": "gzip", "compression_opts": 4, "shuffle": True} if array.ndim > 1 and array.size else {}
            file.create_dataset(name, data=array, track_times=False, **options)
        file.attrs.update(attributes)
    image.seek(0)
    image.write(Header(origin.kind, origin.key, content, origin.made_from).line())
    write_bytes(path, image.getbuffer())


def find(path: Path | str, kind: str | None = None) -> Stored:
    """Reads and checks what a file says of itself: its form, kind, version, seal and key, but not its arrays.

    Raises ValueError that names the file, the first thing that does not fit, and what was expected.
    """
    path = Path(path)
    with _opened(path) as file:
        attributes = _attributes(path, file)
        found = dict(_datasets(path, file))
    if absent := [name for name in ATTRIBUTES if name not in attributes]:
        raise ValueError(f"{path}: attribute {absent[0]!r} is missing, so it is no file of lth")
    plain = {name: int(value) if isinstance(value, np.integer) else value for name, value in attributes.items()}
    if strange := [name for name, value in plain.items() if not isinstance(value, str | int)]:
        raise ValueError(f"{path}: attribute {strange[0]!r} is neither text nor a number; {MEND}")
    if kind is not None and plain["kind"] != kind:
        raise ValueError(f"{path}: expected a file of kind {kind!r}, got {plain['kind']!r}")
    if plain["version"] != VERSION:
        raise ValueError(f"{path}: expected format version {VERSION}, got {plain['version']}; {MEND}")
    if plain["seal"] != seal_of(plain):
        raise ValueError(f"{path}: the attributes are not those that were written (their seal differs); {MEND}")
    content = str(plain["content"])
    listed, inputs, settings, made_on = (_parsed(path, plain, name) for name in ("arrays", "inputs", "settings", "made_on"))
    origin = origin_of(path, {**plain, "inputs": inputs, "settings": settings})
    if {name: plain.get(name) for name in COORDINATES if name in plain} != origin.coordinates:
        raise ValueError(f"{path}: the attributes of its place are not what the settings say; {MEND}")
    if content != content_of(listed):
        raise ValueError(f"{path}: attribute 'content' is not what attribute 'arrays' amounts to; {MEND}")
    try:
        arrays = {name: (str(kind), tuple(shape), str(digest)) for name, (kind, shape, digest) in listed.items()}
    except (TypeError, ValueError):
        raise ValueError(f"{path}: attribute 'arrays' is not as it was written; {MEND}") from None
    if {name: item[:2] for name, item in arrays.items()} != found:
        raise ValueError(f"{path}: the arrays are not those that were written (names, types or shapes differ); {MEND}")
    if _start(path)[:HEAD] != Header(origin.kind, origin.key, content, origin.made_from).line():
        raise ValueError(f"{path}: its first line is not what its attributes say; {MEND}")
    return Stored(path, origin, arrays, content, made_on)


def read(path: Path | str, kind: str | None = None, most: int = 1 << 30) -> File:
    """Reads a file whole, where no template is at hand. Raises ValueError as `find` and `Stored.load`, and
    for arrays of more than `most` bytes.
    """
    stored = find(path, kind)
    return stored.load(stored.everything(most))


def index(pairs: Sequence[tuple[int, int]]) -> dict[str, np.ndarray]:
    """The arrays `trial` and `repeat` of a stack."""
    trial, repeat = np.array(pairs, np.int64).reshape(-1, 2).T
    return {"trial": trial, "repeat": repeat}


@contextmanager
def _opened(path: Path) -> Iterator[h5py.File]:
    """An HDF5 file to read. Whatever HDF5 says of a file that is not whole is a ValueError."""
    try:
        check_regular(path)
        _check_size(path)
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


def _check_size(path: Path) -> None:
    """Raises ValueError where the file does not end where its HDF5 part says that it ends."""
    start = _start(path)
    if start[HEAD : HEAD + 9] != SIGNATURE + b"\x03":
        raise ValueError(f"{path}: not a whole HDF5 file (none begins at byte {HEAD}, as in this format); {MEND}")
    end = int.from_bytes(start[HEAD + 28 : HEAD + 36], "little")
    if end != (size := path.stat().st_size):
        raise ValueError(f"{path}: not a whole HDF5 file (it should have {end} bytes, and has {size}); {MEND}")


def _attributes(path: Path, file: h5py.File) -> dict[str, Any]:
    """The attributes, each one text or number. A list of texts could repeat one of them without end, so none is read."""
    for name in file.attrs:
        if name not in (*ATTRIBUTES, *COORDINATES):
            raise ValueError(f"{path}: attribute {name!r} has no place in it; {MEND}")
        if file.attrs.get_id(name).shape != ():
            raise ValueError(f"{path}: attribute {name!r} is neither text nor a number; {MEND}")
    return dict(file.attrs)


def _start(path: Path) -> bytes:
    """The first line, and the superblock of HDF5 after it."""
    with path.open("rb") as file:
        return file.read(HEAD + 48)


def _datasets(path: Path, file: h5py.File) -> Iterator[tuple[str, tuple[str, tuple[int, ...]]]]:
    """The type and shape of each array, at most one folder deep.

    HDF5 can point into other files and give arrays that exist nowhere. Files from others may do so to
    read what is not theirs, or to fill the memory, so only what `write` makes is read.
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


def _children(path: Path, group: h5py.Group) -> list[str]:
    for name in group:
        link = group.get(name, getlink=True)
        if not isinstance(link, h5py.HardLink):
            raise ValueError(f"{path}: {name}: is a link to something else, which lth never writes; it is not followed")
    return list(group)


def _described(path: Path, name: str, item: Any) -> tuple[str, tuple[int, ...]]:
    if not isinstance(item, h5py.Dataset):
        raise ValueError(f"{path}: {name}: expected an array; {MEND}")
    if item.external or item.is_virtual:
        raise ValueError(f"{path}: {name}: its values lie in other files, which lth never writes; it is not read")
    plan = item.id.get_create_plist()
    filters = {plan.get_filter(number)[0] for number in range(plan.get_nfilters())}
    shape: tuple[int, ...] | None = item.shape
    if shape is None or item.dtype.kind not in "biufS" or not filters <= FILTERS or len(item.attrs):
        raise ValueError(f"{path}: {name}: is no plain array as lth writes them; {MEND}")
    if item.chunks and np.prod(item.chunks, dtype=object) * item.dtype.itemsize > CHUNK:
        raise ValueError(f"{path}: {name}: has chunks of more than {CHUNK} bytes, which lth never writes; it is not read")
    return str(item.dtype), shape


def _parsed(path: Path, attributes: Mapping[str, Any], name: str) -> dict[str, Any]:
    try:
        value = load_json(attributes[name])
    except (ValueError, TypeError):
        value = None
    if not isinstance(value, dict):
        raise ValueError(f"{path}: attribute {name!r} is not as it was written; {MEND}")
    return value


def _digest(array: np.ndarray) -> str:
    """SHA-256 over the bytes of an array."""
    return hashlib.sha256(np.asarray(array, order="C").data).hexdigest()


def _versions() -> dict[str, str]:
    return {"python": platform.python_version(), "numpy": np.__version__, "h5py": h5py.__version__}
