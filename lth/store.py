"""The HDF5 files of the pipeline: one schema for all kinds, read strictly, written whole (docs/format.md).

Every array's first axis is the network in the stack, except those under `curves/`, which are [networks, evaluations], and the iterations.
Attributes say what the file is and what it was made from. There are no timestamps: the same work gives the same bytes.
"""

import dataclasses
import hashlib
import io
import json
import os
import platform
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from lth import keys
from lth.atomic import replacing
from lth.places import trials_of

VERSION = 2
COORDINATES = ("experiment", "block", "strategy", "round", "branch", "iteration")
ATTRIBUTES = ("kind", "version", "key", "code", "settings", "inputs", "content", "versions")


@dataclasses.dataclass(frozen=True)
class Origin:
    """What a file is and was made from: settings (its coordinates among them), the digest of the code, and by role the path and key of each input."""

    kind: str
    settings: Mapping[str, Any]
    code: str
    inputs: Mapping[str, tuple[str, str]]

    @property
    def key(self) -> str:
        return keys.key(self.kind, dict(self.settings), self.code, {role: [key] for role, (_, key) in self.inputs.items()})

    @property
    def coordinates(self) -> dict[str, str | int]:
        """Those of experiment, block, strategy, round, branch and iteration that a file of this kind has."""
        return {name: self.settings[name] for name in COORDINATES if name in self.settings}

    @property
    def trials(self) -> range:
        """The trials of the block."""
        return trials_of(str(self.settings["block"]))


class Arrays(dict[str, np.ndarray]):
    """Arrays by name. One that is not there is a fault of the file: ValueError."""

    def __init__(self, path: Path, arrays: Mapping[str, np.ndarray]):
        super().__init__(arrays)
        self.path = path

    def __missing__(self, name: str) -> np.ndarray:
        raise ValueError(f"{self.path}: array {name!r} is missing, so another version of lth made it; delete it and run snakemake again")


@dataclasses.dataclass(frozen=True)
class File:
    """A file read from disk: where it came from, its origin, and its arrays by path."""

    path: Path
    origin: Origin
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

    def without(self, name: str) -> "File":
        """The file without the arrays below `name/`, to hold less in memory."""
        kept = {path: array for path, array in self.arrays.items() if not path.startswith(f"{name}/")}
        return dataclasses.replace(self, arrays=Arrays(self.path, kept))


def write(path: Path | str, origin: Origin, arrays: Mapping[str, np.ndarray], versions: Mapping[str, str] | None = None) -> None:
    """Writes a file, whole or not at all. Arrays of more than one axis are compressed (gzip + shuffle), so weights shrink with density."""
    attributes: dict[str, Any] = {"kind": origin.kind, "version": VERSION, "key": origin.key, "code": origin.code}
    attributes |= {"settings": keys.canonical(dict(origin.settings)), "inputs": keys.canonical(dict(origin.inputs))}
    attributes |= {"content": content(arrays), "versions": keys.canonical(_versions() | dict(versions or {}))} | origin.coordinates
    image = io.BytesIO()  # HDF5 does not say clearly that a disk is full; writing plain bytes does
    with h5py.File(image, "w", libver=("v110", "v110")) as file:
        for name in sorted(arrays):
            array = np.asarray(arrays[name], order="C")
            options: dict[str, Any] = {"compression": "gzip", "compression_opts": 4, "shuffle": True} if array.ndim > 1 and array.size else {}
            file.create_dataset(name, data=array, track_times=False, **options)
        file.attrs.update(attributes)
    with replacing(path) as part:
        part.write_bytes(image.getbuffer())


def read(path: Path | str, kind: str | None = None) -> File:
    """Reads a file whole and checks kind, version, content and key.

    Raises ValueError that names the file, the first thing that does not fit, and what was expected.
    """
    path = Path(path)
    mend = "delete it and run snakemake again"
    try:
        with h5py.File(path, "r", locking=False) as file:  # files only ever appear by renaming
            attributes: dict[str, Any] = dict(file.attrs)
            arrays: dict[str, np.ndarray] = {}
            file.visititems(lambda name, item: arrays.__setitem__(name, item[()]) if isinstance(item, h5py.Dataset) else None)
    except FileNotFoundError:
        raise ValueError(f"{path}: missing") from None
    except (PermissionError, IsADirectoryError, BlockingIOError) as error:
        raise ValueError(f"{path}: cannot be read: {os.strerror(error.errno or 0)}") from None
    except (OSError, RuntimeError, KeyError) as error:
        raise ValueError(f"{path}: not a whole HDF5 file ({' '.join(str(error).split())}); {mend}") from None
    if absent := [name for name in ATTRIBUTES if name not in attributes]:
        raise ValueError(f"{path}: attribute {absent[0]!r} is missing, so it is no file of lth")
    if kind is not None and attributes["kind"] != kind:
        raise ValueError(f"{path}: expected a file of kind {kind!r}, got {attributes['kind']!r}")
    if attributes["version"] != VERSION:
        raise ValueError(f"{path}: expected format version {VERSION}, got {attributes['version']}; {mend}")
    if content(arrays) != attributes["content"]:
        raise ValueError(f"{path}: the arrays are not those that were written (content digest differs); {mend}")
    origin = _origin(path, attributes)
    if attributes["key"] != origin.key:
        raise ValueError(f"{path}: key {attributes['key']} is not what its settings, code and inputs amount to ({origin.key}); {mend}")
    if differing := [name for name, value in origin.coordinates.items() if attributes.get(name) != value]:
        raise ValueError(f"{path}: attribute {differing[0]!r} is not what the settings say; {mend}")
    return File(path, origin, Arrays(path, arrays))


def key_of(path: Path | str) -> str:
    """The key that a file says it has, or "" where it is no file of lth. Nothing else is read or checked."""
    try:
        with h5py.File(path, "r", locking=False) as file:
            return str(file.attrs["key"])
    except (OSError, RuntimeError, KeyError):
        return ""


def index(pairs: Sequence[tuple[int, int]]) -> dict[str, np.ndarray]:
    """The arrays `trial` and `repeat` of a stack."""
    trial, repeat = np.array(pairs, np.int64).reshape(-1, 2).T
    return {"trial": trial, "repeat": repeat}


def _origin(path: Path, attributes: Mapping[str, Any]) -> Origin:
    try:
        inputs = {role: (source, key) for role, (source, key) in json.loads(attributes["inputs"]).items()}
        return Origin(attributes["kind"], dict(json.loads(attributes["settings"])), attributes["code"], inputs)
    except (ValueError, TypeError, AttributeError) as error:
        raise ValueError(f"{path}: attribute settings or inputs is not as it was written ({error})") from None


def check(file: File, template: Mapping[str, tuple[tuple[int, ...], type]]) -> None:
    """Raises ValueError where an array of a template of (shape of one network, dtype) by name is missing or another."""
    for name, (shape, dtype) in template.items():
        found = file.arrays.get(name)
        if found is None:
            raise ValueError(f"{file.path}: array {name!r} is missing; it has {', '.join(file.arrays)}")
        if found.shape != (len(file.pairs), *shape) or found.dtype != np.dtype(dtype):
            raise ValueError(f"{file.path}: {name}: expected {np.dtype(dtype)} {(len(file.pairs), *shape)}, got {found.dtype} {found.shape}")


def content(arrays: Mapping[str, np.ndarray]) -> str:
    """SHA-256 over names, types, shapes and bytes of arrays."""
    sha = hashlib.sha256()
    for name in sorted(arrays):
        array = np.asarray(arrays[name], order="C")
        sha.update(f"{name} {array.dtype} {array.shape}\n".encode())
        sha.update(array.data)
    return sha.hexdigest()


def _versions() -> dict[str, str]:
    return {"python": platform.python_version(), "numpy": np.__version__, "h5py": h5py.__version__}
