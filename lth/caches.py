"""The user's cache: files that may be lost at any time, and are then made again."""

import contextlib
import json
import os
import tempfile
from pathlib import Path
from typing import Any


def folder() -> Path:
    """The folder of `lth` in the user's cache. Raises RuntimeError where there is no home."""
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(cache) / "lth"


def read(name: str) -> dict[str, Any]:
    """What was written as `name`; nothing where that is lost, unreadable or no JSON object."""
    try:
        found = json.loads((folder() / name).read_bytes())
    except (OSError, RuntimeError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def write(name: str, content: dict[str, Any]) -> None:
    """Writes JSON under a name, whole or not at all. Does nothing where no cache can be written."""
    with contextlib.suppress(OSError, RuntimeError):
        folder().mkdir(parents=True, exist_ok=True)
        handle, part = tempfile.mkstemp(dir=folder())
        with open(handle, "w", encoding="utf-8") as file:
            json.dump(content, file)
        os.replace(part, folder() / name)
