"""Where plain data differ, such as the settings of two files, by dotted keys."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lth.files.hdf5 import Stored
from lth.files.origins import COORDINATES, Document, Input
from lth.report.comparison.section import Column, Section
from lth.report.rows import Row

SIDES = {"a": Column("A"), "b": Column("B")}
DIGITS = 12  # of a digest of contents: enough to tell two from each other


def differences(one: Mapping[str, Any], other: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A row for each key whose values differ. A key that one of them lacks has no cell there."""
    left, right = dict(_flat(one)), dict(_flat(other))
    return [
        {"key": key}
        | {side: data[key] for side, data in (("a", left), ("b", right)) if key in data}
        for key in dict.fromkeys([*left, *right])
        if key not in left or key not in right or left[key] != right[key]
    ]


def stated(one: Stored | Document, other: Stored | Document) -> list[Section]:
    """What two files say of themselves where that differs: settings, and what else made them.

    That is key, code, content, inputs, versions and machine.
    """
    settings = (without_coordinates(file.origin.settings) for file in (one, other))
    origin = (_origin(file) for file in (one, other))
    return [
        section("settings", differences(*settings)),
        section("origin", differences(*origin)),
    ]


def same(one: Stored | Document, other: Stored | Document) -> list[Section]:
    """A section that says so, where two files were made from the same and are the same."""
    if (one.origin.key, one.content) != (other.origin.key, other.content):
        return []
    return [Section("same", f"the same: key {one.origin.key}, content {one.content[:DIGITS]}")]


def section(name: str, rows: list[dict[str, Any]], **more: Column) -> Section:
    """Rows of differences under a name. `more` are columns beside the two sides."""
    if not rows:
        return Section(name, f"{name}: the same")
    return Section(name, f"{name}: what differs", {"key": Column(""), **SIDES, **more}, rows)


def without_coordinates(settings: Mapping[str, Any]) -> Row:
    """Settings without those that say where a file belongs."""
    return {name: value for name, value in settings.items() if name not in COORDINATES}


def _flat(data: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    """The values of nested mappings by dotted keys."""
    for name, value in data.items():
        if isinstance(value, Mapping) and value:
            yield from _flat(value, f"{before}{name}.")
        else:
            yield f"{before}{name}", value


def _origin(file: Stored | Document) -> Row:
    """What a file says of itself beside its settings, as nested mappings."""
    inputs = {role: _inputs(items) for role, items in file.origin.inputs.items()}
    return {
        "key": file.origin.key,
        "code": file.origin.code,
        "content": file.content[:DIGITS],
        "inputs": inputs,
        "made_on": file.made_on,
    }


def _inputs(items: Sequence[Input]) -> Row:
    """One input by what it is, and many by their paths."""
    if len(items) != 1:
        return {item.path: f"{item.key} {item.content[:DIGITS]}" for item in items}
    (item,) = items
    return {"path": item.path, "key": item.key, "content": item.content[:DIGITS]}
