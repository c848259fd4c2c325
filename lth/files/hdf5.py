"""The HDF5 files of the pipeline: one schema for all kinds, read strictly, written whole.

Every array's first axis is the network in the stack, except those of iterations. Attributes say
what the file is and was made from (docs/format.md). There are no timestamps: the same work gives
the same bytes. h5py is imported when a file is opened, since planning opens none.
"""

import dataclasses
import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from lth.files import attributes
from lth.files.atomic import write_bytes
from lth.files.origins import MEND, Input, Origin

Template = Mapping[str, tuple[tuple[int, ...], np.dtype[Any]]]  # shape and type by name

MOST = 1 << 30  # bytes that are read where nothing plans more: few may unpack to many

INTEGER: np.dtype[Any] = np.dtype("int64")
FLOAT: np.dtype[Any] = np.dtype("float64")
SINGLE: np.dtype[Any] = np.dtype("float32")
BOOL: np.dtype[Any] = np.dtype("bool")
DIGEST: np.dtype[Any] = np.dtype("S64")


def size(template: Template) -> int:
    """How many bytes the arrays of a template have."""
    return sum(math.prod(shape) * dtype.itemsize for shape, dtype in template.values())


def index_template(count: int) -> Template:
    """Trial and repeat of each of `count` networks, which every file has (see `index`)."""
    return {"trial": ((count,), INTEGER), "repeat": ((count,), INTEGER)}


def index(pairs: Sequence[tuple[int, int]]) -> dict[str, np.ndarray]:
    """The arrays `trial` and `repeat` of a stack."""
    trial, repeat = np.array(pairs, np.int64).reshape(-1, 2).T
    return {"trial": trial, "repeat": repeat}


class Arrays(dict[str, np.ndarray]):
    """Arrays by name. One that is not there is a fault of the file: ValueError."""

    def __init__(self, path: Path, arrays: Mapping[str, np.ndarray]):
        super().__init__(arrays)
        self.path = path

    def __missing__(self, name: str) -> np.ndarray:
        fault = f"array {name!r} is missing, so another version of lth made it"
        raise ValueError(f"{self.path}: {fault}; {MEND}")


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

        Shapes and types are compared before anything is read: few bytes may unpack to gigabytes.
        Raises ValueError where an array is missing, has another shape or type, or was changed.
        """
        self._check(template)
        if exactly and (more := self.listed.keys() - template.keys()):
            fault = f"array {min(more)!r} does not belong in a file of this kind"
            raise ValueError(f"{self.path}: {fault}; {MEND}")
        fields = {field.name: getattr(self, field.name) for field in dataclasses.fields(Stored)}
        return File(**fields, arrays=self._read(template))

    def everything(self, most: int) -> Template:
        """The template of all arrays. Raises ValueError where they take more than `most` bytes."""
        template = {
            name: (shape, np.dtype(dtype)) for name, (dtype, shape, _) in self.listed.items()
        }
        if (found := size(template)) > most:
            limit = f"expected arrays of at most {most:,} bytes, got {found:,}"
            raise ValueError(f"{self.path}: {limit}; they are not read")
        return template

    def _check(self, template: Template) -> None:
        for name, (shape, dtype) in template.items():
            if name not in self.listed:
                known = ", ".join(self.listed)
                raise ValueError(f"{self.path}: array {name!r} is missing; it has {known}")
            if self.listed[name][:2] != (str(dtype), shape):
                found = " ".join(map(str, self.listed[name][:2]))
                raise ValueError(f"{self.path}: {name}: expected {dtype} {shape}, got {found}")

    def _read(self, template: Template) -> Arrays:
        from lth.files import structure

        arrays: dict[str, np.ndarray] = {}
        with structure.opened(self.path, compare=False) as file:
            for name in template:
                stored: Any = file[name]
                arrays[name] = np.asarray(stored[()])
                if _digest(arrays[name]) != self.listed[name][2]:
                    raise _not_those(self.path, f"{name}: digest differs")
        return Arrays(self.path, arrays)


@dataclasses.dataclass(frozen=True)
class File(Stored):
    """A file with the arrays that were asked for, by name."""

    arrays: Mapping[str, np.ndarray]

    @property
    def pairs(self) -> list[tuple[int, int]]:
        """(trial, repeat) of each network of the stack."""
        trials, repeats = self.arrays["trial"].tolist(), self.arrays["repeat"].tolist()
        return list(zip(trials, repeats, strict=True))

    def indices(self, pairs: Sequence[tuple[int, int]]) -> list[int]:
        """The index in the stack of each (trial, repeat). Raises ValueError where there is none.

        A file with one network a trial has it for all repeats.
        """
        known = {pair: index for index, pair in enumerate(self.pairs)}
        single = not any(repeat for _, repeat in known)
        wanted = [(trial, 0 if single else repeat) for trial, repeat in pairs]
        if missing := [pair for pair in wanted if pair not in known]:
            trial, repeat = missing[0]
            fault = f"expected a network of trial {trial}, repeat {repeat}; it has {self.pairs}"
            raise ValueError(f"{self.path}: {fault}")
        return [known[pair] for pair in wanted]

    def group(self, name: str) -> Arrays:
        """The arrays below `name/`, by the rest of their name."""
        prefix = f"{name}/"
        inside = {path: array for path, array in self.arrays.items() if path.startswith(prefix)}
        return Arrays(
            self.path, {path.removeprefix(prefix): array for path, array in inside.items()}
        )


def write(
    path: Path | str,
    origin: Origin,
    arrays: Mapping[str, np.ndarray],
    made_on: Mapping[str, Any] | None = None,
) -> None:
    """Writes a file, whole or not at all.

    `made_on` has what the bits of the arrays may depend on beside settings, code and inputs.
    """
    from lth.files import structure

    ordered = {name: np.asarray(arrays[name], order="C") for name in sorted(arrays)}
    listed = {
        name: (str(array.dtype), array.shape, _digest(array)) for name, array in ordered.items()
    }
    stated = attributes.Stated(origin, listed, structure.versions() | dict(made_on or {}))
    write_bytes(path, structure.image(ordered, stated.attributes(), stated.header))


def find(path: Path | str, kind: str | None = None) -> Stored:
    """Reads and checks what a file says of itself, but not its arrays.

    These are its form, kind, version, seal and key. Raises ValueError that names the file, the
    first thing that does not fit, and what was expected.
    """
    from lth.files import structure

    path = Path(path)
    with structure.opened(path, compare=True) as file:
        found = structure.attributes(path, file)
        arrays = dict(structure.datasets(path, file))
    stated = attributes.read(path, found, kind)
    if {name: item[:2] for name, item in stated.listed.items()} != arrays:
        raise _not_those(path, "names, types or shapes differ")
    line = structure.first_line(path)
    if line != stated.header.line(json.loads(line)["body"]):
        raise ValueError(f"{path}: its first line is not what its attributes say; {MEND}")
    return Stored(path, stated.origin, stated.listed, stated.content, stated.made_on)


def read(path: Path | str, kind: str | None = None) -> File:
    """Reads a file whole, where no template is at hand.

    Raises ValueError as `find` and `Stored.load`, and for arrays of more than `MOST` bytes.
    """
    stored = find(path, kind)
    return stored.load(stored.everything(MOST))


def _not_those(path: Path, what: str) -> ValueError:
    return ValueError(f"{path}: the arrays are not those that were written ({what}); {MEND}")


def _digest(array: np.ndarray) -> str:
    """SHA-256 over the bytes of an array."""
    return hashlib.sha256(np.asarray(array, order="C").data).hexdigest()
