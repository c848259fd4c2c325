"""Small texts that others wrote: they are read or refused at once, whatever is in them."""

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
    """UTF-8 text of a regular file of at most `most` bytes.

    Raises ValueError for anything else, with a message that does not name the path.
    """
    check_regular(path, most)
    return Path(path).read_text(encoding="utf-8")


def check_regular(path: Path | str, most: float = math.inf) -> None:
    """Raises ValueError, without the path, for what is no file or has more than `most` bytes.

    Reading a pipe might never end.
    """
    found = os.stat(path)
    if not stat.S_ISREG(found.st_mode):
        raise ValueError("expected a file, got a folder, a pipe or a device")
    if found.st_size > most:
        raise ValueError(f"expected a file of at most {most:,} bytes, got {found.st_size:,}")


def load_json(text: str) -> Any:
    """Plain data from JSON.

    Raises ValueError for text that is no JSON, is nested deeper than DEEPEST, or has numbers of
    more than LONGEST characters, NaN or infinities.
    """
    data, levels = None, math.inf
    with contextlib.suppress(RecursionError):  # deeper than Python's stack
        whole, broken = _short(int), _short(float)
        data = json.loads(text, parse_int=whole, parse_float=broken, parse_constant=_refused)
        levels = _levels(data)
    if levels > DEEPEST:
        raise ValueError(f"expected at most {DEEPEST} levels of mappings and lists, got more")
    return data


def _refused(text: str) -> float:
    raise ValueError(f"expected numbers, got {text}")


def _short(kind: type[float]) -> Callable[[str], float]:
    def read(text: str) -> float:
        if len(text) > LONGEST:
            found = f"got {len(text)}"
            raise ValueError(f"expected numbers of at most {LONGEST} characters, {found}")
        return kind(text)

    return read


def _levels(data: Any) -> int:
    """How deep mappings and lists are nested."""
    levels, layer = 0, _containers([data])
    while layer:
        levels += 1
        layer = [inner for item in layer for inner in _containers(_items(item))]
    return levels


def _items(container: dict[str, Any] | list[Any]) -> list[Any]:
    return list(container.values()) if isinstance(container, dict) else container


def _containers(items: list[Any]) -> list[Any]:
    return [item for item in items if isinstance(item, (dict, list))]
