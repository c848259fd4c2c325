"""Small texts that others wrote: whatever is in them, they are read or refused at once."""

import contextlib
import json
import math
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

MOST = 250_000  # bytes of YAML or JSON: twenty times the catalog, and two seconds' work as YAML
DEEPEST = 20  # levels of mappings and lists: a study has 7, and Python's stack ends
LONGEST = 40  # characters of a number: doubles need at most 24, and Python reads no 4,300 digits


def read_text(path: Path | str, most: int = MOST) -> str:
    """UTF-8 text of a regular file of at most so many bytes. Raises ValueError, without the path, for anything else."""
    check_regular(path, most)
    return Path(path).read_text(encoding="utf-8")


def check_regular(path: Path | str, most: float = math.inf) -> None:
    """Raises ValueError, without the path, for what is no file or has more bytes: reading a pipe might never end."""
    found = os.stat(path)
    if not stat.S_ISREG(found.st_mode):
        raise ValueError("expected a file, got a folder, a pipe or a device")
    if found.st_size > most:
        raise ValueError(f"expected a file of at most {most:,} bytes, got {found.st_size:,}")


def load_json(text: str) -> Any:
    """Plain data from JSON.

    Raises ValueError for what is none, is nested deeper than DEEPEST, or has numbers above LONGEST.
    """
    data, levels = None, math.inf
    with contextlib.suppress(RecursionError):  # deeper than Python's stack
        data = json.loads(text, parse_int=_short(int), parse_float=_short(float), parse_constant=_refused)
        levels = _levels(data)
    if levels > DEEPEST:
        raise ValueError(f"expected at most {DEEPEST} levels of mappings and lists, got more")
    return data


def _refused(text: str) -> float:
    raise ValueError(f"expected numbers, got {text}")


def _short(kind: type[float]) -> Callable[[str], float]:
    def read(text: str) -> float:
        if len(text) > LONGEST:
            raise ValueError(f"expected numbers of at most {LONGEST} characters, got {len(text)}")
        return kind(text)

    return read


def _levels(data: Any) -> int:
    """How deep mappings and lists are nested."""
    levels, layer = 0, [data]
    while layer := [item for item in layer if isinstance(item, (dict, list))]:
        levels += 1
        layer = [inner for item in layer for inner in (item.values() if isinstance(item, dict) else item)]
    return levels
