"""The user's cache: files that may be lost or damaged at any time, and are then made again."""

import contextlib
import hashlib
import os
import tempfile
from pathlib import Path
from typing import Any, TypeVar

import msgspec

DIGEST = 32  # bytes of a SHA-256
Value = TypeVar("Value")


def folder() -> Path:
    """The folder of `lth` in the user's cache. Raises RuntimeError where there is no home."""
    cache = Path(os.environ.get("XDG_CACHE_HOME", ""))  # which must be absolute to count
    return (cache if cache.is_absolute() else Path.home() / ".cache") / "lth"


def sealed(content: bytes) -> bytes:
    """Content with its SHA-256 behind it."""
    return content + hashlib.sha256(content).digest()


def unsealed(content: bytes) -> bytes:
    """The content of what `sealed` gave. Raises ValueError where any bit of it has changed."""
    if sealed(content[:-DIGEST]) != content:
        raise ValueError("not what was written")
    return content[:-DIGEST]


def read(name: str, kind: type[Value]) -> Value | None:
    """What was written as `name`, or None where that is lost, damaged or of another type."""
    try:
        return msgspec.json.decode(unsealed((folder() / name).read_bytes()), type=kind)
    except (OSError, RuntimeError, ValueError):  # msgspec's errors are ValueErrors
        return None


def write(name: str, content: Any) -> None:
    """Writes a value as JSON, whole or not at all. Does nothing where no cache can be written."""
    with contextlib.suppress(OSError, RuntimeError):
        folder().mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder()) as part:  # which leaves nothing behind
            file = Path(part, name)
            file.write_bytes(sealed(msgspec.json.encode(content)))
            file.replace(folder() / name)
