"""The user's cache: files that may be lost at any time, and are then made again."""

import contextlib
import os
import tempfile
from pathlib import Path
from typing import Any, TypeVar

import msgspec

Value = TypeVar("Value")


def folder() -> Path:
    """The folder of `lth` in the user's cache. Raises RuntimeError where there is no home."""
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(cache) / "lth"


def read(name: str, kind: type[Value]) -> Value | None:
    """What was written as `name`, or None where that is lost, unreadable or of another type."""
    try:
        return msgspec.json.decode((folder() / name).read_bytes(), type=kind)
    except (OSError, RuntimeError, msgspec.DecodeError, UnicodeDecodeError):
        return None


def write(name: str, content: Any) -> None:
    """Writes JSON under a name, whole or not at all. Does nothing where no cache can be written."""
    with contextlib.suppress(OSError, RuntimeError):
        folder().mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder()) as part:  # which leaves nothing behind
            file = Path(part, name)
            file.write_bytes(msgspec.json.encode(content))
            file.replace(folder() / name)
