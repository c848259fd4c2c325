"""Entries of the catalog and of `params.yaml`: what they inherit from one another.

An entry says which other one it `extends` and what it changes of it. Mappings merge key by key,
anything else replaces what was there, and `null` removes an inherited key.
"""

import difflib
from collections.abc import Mapping
from typing import Any

from lth.files.paths import NAME
from lth.files.texts import DEEPEST
from lth.settings import expected, shown, unknown


def extended(name: str, data: Any, entries: Mapping[str, Any], where: str) -> dict[str, Any]:
    """An entry with all that it inherits."""
    check_name(name, where)
    changes = [data]
    section = where.partition(".")[0]
    seen: list[str] = []
    while "extends" in _mapping(changes[-1], where):
        parent = changes[-1]["extends"]
        if not isinstance(parent, str) or parent not in entries:
            raise unknown(f"{where}.extends", "catalog entry", parent, entries)
        if parent in seen:
            circle = " -> ".join([*seen, parent])
            raise ValueError(f"{where}.extends: {circle} goes in a circle")
        if len(seen) >= DEEPEST:
            limit = f"expected at most {DEEPEST} entries that extend one another"
            raise ValueError(f"{where}.extends: {limit}, got more")
        seen.append(parent)
        changes.append(entries[parent])
        where = f"{section}.{parent}"
    whole: Any = {}
    for change in reversed(changes):
        whole = merged(whole, {key: value for key, value in change.items() if key != "extends"})
    return whole


def merged(base: Any, change: Any, *, keeps_null: bool = False) -> Any:
    """Data with changes: null removes a key.

    Below the key `change`, which is the change of another entry, null is a value.
    """
    if not (isinstance(base, dict) and isinstance(change, dict)):
        return change
    result = {
        key: merged(base.get(key), value, keeps_null=keeps_null or key == "change")
        for key, value in change.items()
        if value is not None or keeps_null
    }
    return {key: value for key, value in base.items() if key not in change} | result


def check_name(name: str, where: str) -> None:
    """Names become parts of paths."""
    if not NAME.fullmatch(name):
        raise expected(where, "a name of lower-case letters and digits, joined by '-'", name)


def _mapping(data: Any, where: str) -> dict[str, Any]:
    if not isinstance(data, dict):
        raise ValueError(
            f"{where}: expected a mapping such as {{extends: NAME}}, got {shown(data)}"
        )
    for name in data:  # or all that it was to inherit would be missing
        if name != "extends" and difflib.get_close_matches(str(name), ["extends"], cutoff=0.8):
            raise ValueError(f"{where}: unknown key {name!r}; did you mean 'extends'?")
    return data
