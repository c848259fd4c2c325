"""HDF5 files changed as a forger would: the first line then fits the changed bytes."""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import h5py

from lth.files.origins import HEAD


@contextmanager
def edited(path: Path | str, **options: Any) -> Iterator[h5py.File]:
    """A file to change in place."""
    with h5py.File(path, "r+", **options) as file:
        yield file
    sign(Path(path))


def sign(path: Path, **changes: str) -> None:
    """Makes the first line fit the rest, with other values in some of its fields."""
    content = path.read_bytes()
    body = hashlib.sha256(content[HEAD:]).hexdigest()
    fields = {**json.loads(content[:HEAD]), "body": body, **changes}
    line = json.dumps(fields, sort_keys=True, separators=(",", ":")).encode().ljust(HEAD, b"\n")
    path.write_bytes(line + content[HEAD:])
