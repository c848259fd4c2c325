"""What an HDF5 file says of itself in its attributes: what it is, made from what, and its arrays.

They are sealed: whoever changes one of them without the others is noticed.
"""

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from lth import keys
from lth.files.origins import (
    COORDINATES,
    MEND,
    STATED,
    VERSION,
    Header,
    Origin,
    content_of,
    origin_of,
    plain_inputs,
    seal_of,
)
from lth.files.texts import load_json

NAMES = (*STATED[:6], "arrays", *STATED[6:])  # beside the coordinates
Listed = Mapping[str, tuple[str, tuple[int, ...], str]]  # (type, shape, SHA-256) of arrays by name


@dataclasses.dataclass(frozen=True)
class Stated:
    """The origin of a file, its arrays, and the versions that their bits may depend on."""

    origin: Origin
    listed: Listed
    made_on: Mapping[str, Any]

    @property
    def content(self) -> str:
        """SHA-256 over names, types, shapes and digests of all arrays."""
        return content_of(self.listed)

    @property
    def header(self) -> Header:
        """The first line of the file."""
        return Header(self.origin.kind, self.origin.key, self.content, self.origin.made_from)

    def attributes(self) -> dict[str, str | int]:
        """The attributes, sealed."""
        origin = self.origin
        attributes: dict[str, str | int] = {
            "kind": origin.kind,
            "version": VERSION,
            "key": origin.key,
            "code": origin.code,
            "settings": keys.canonical(dict(origin.settings)),
            "inputs": keys.canonical(plain_inputs(origin)),
            "arrays": keys.canonical(dict(self.listed)),
            "content": self.content,
            "made_on": keys.canonical(dict(self.made_on)),
            **origin.coordinates,
        }
        return {**attributes, "seal": seal_of(attributes)}


def read(path: Path, attributes: Mapping[str, Any], kind: str | None) -> Stated:
    """What the attributes of a file say. `kind` is the one expected, if any.

    Raises ValueError that names the file and the first attribute that does not fit.
    """
    for name in NAMES:
        if name not in attributes:
            raise ValueError(f"{path}: attribute {name!r} is missing, so it is no file of lth")
    plain = {name: _plain(path, name, value) for name, value in attributes.items()}
    _check_form(path, plain, kind)
    listed, inputs = _parsed(path, plain, "arrays"), _parsed(path, plain, "inputs")
    settings, made_on = _parsed(path, plain, "settings"), _parsed(path, plain, "made_on")
    origin = origin_of(path, {**plain, "inputs": inputs, "settings": settings})
    if {name: plain[name] for name in COORDINATES if name in plain} != origin.coordinates:
        fault = "attributes and settings disagree on where it belongs"
        raise ValueError(f"{path}: {fault}; {MEND}")
    if plain["content"] != content_of(listed):
        fault = "attribute 'content' is not what attribute 'arrays' amounts to"
        raise ValueError(f"{path}: {fault}; {MEND}")
    return Stated(origin, _listed(path, listed), made_on)


def _plain(path: Path, name: str, value: object) -> str | int:
    """The value of an attribute, where it is text or a whole number."""
    if isinstance(value, str):
        return value
    if isinstance(value, np.integer):
        return int(value)
    raise ValueError(f"{path}: attribute {name!r} is neither text nor a number; {MEND}")


def _check_form(path: Path, plain: Mapping[str, str | int], kind: str | None) -> None:
    """Raises ValueError where kind, version or seal are not those expected."""
    if kind is not None and plain["kind"] != kind:
        raise ValueError(f"{path}: expected a file of kind {kind!r}, got {plain['kind']!r}")
    if plain["version"] != VERSION:
        fault = f"expected format version {VERSION}, got {plain['version']}"
        raise ValueError(f"{path}: {fault}; {MEND}")
    if plain["seal"] != seal_of(plain):
        fault = "the attributes are not those that were written (their seal differs)"
        raise ValueError(f"{path}: {fault}; {MEND}")


def _parsed(path: Path, attributes: Mapping[str, Any], name: str) -> dict[str, Any]:
    """The mapping that an attribute has as JSON."""
    try:
        value = load_json(attributes[name])
    except (ValueError, TypeError):
        value = None
    if not isinstance(value, dict):
        raise ValueError(f"{path}: attribute {name!r} is not as it was written; {MEND}")
    return value


def _listed(path: Path, listed: Mapping[str, Any]) -> Listed:
    try:
        return {
            name: (str(dtype), tuple(shape), str(digest))
            for name, (dtype, shape, digest) in listed.items()
        }
    except (TypeError, ValueError):
        raise ValueError(f"{path}: attribute 'arrays' is not as it was written; {MEND}") from None
