"""Calls of verbs with something changed, as lists of arguments."""

import json
from typing import Any

from byhand import Built, command, unkeyed


def changed(call: list[str], option: str, *values: object) -> list[str]:
    """A call with another value (or several, or none) of one option."""
    at = call.index(option) + 1
    end = next((end for end in range(at, len(call)) if call[end].startswith("--")), len(call))
    return [*call[:at], *map(str, values), *call[end:]]


def value_of(call: list[str], option: str) -> str:
    return call[call.index(option) + 1]


def without(call: list[str], option: str) -> list[str]:
    """A call without an option and its value."""
    at = call.index(option)
    return call[:at] + call[at + 2 :]


def by_person(built: Built, path: str, **settings: Any) -> list[str]:
    """The call that makes a file, without its key, and with other settings.

    Settings that are mappings are merged, and None takes one away.
    """
    node = built.node(path)
    plan = _merged(dict(node.settings), settings)
    return changed(unkeyed(command(built.study, node)), "--settings", json.dumps(plan))


def _merged(base: dict[str, Any], change: dict[str, Any]) -> dict[str, Any]:
    result = dict(base)
    for name, value in change.items():
        if value is None:
            del result[name]
        elif isinstance(value, dict) and isinstance(base.get(name), dict):
            result[name] = _merged(base[name], value)
        else:
            result[name] = value
    return result
