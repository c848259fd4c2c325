"""The experiments that figures are over, in the plain data of figures."""

from collections.abc import Callable, Mapping
from typing import Any

Over = dict[str, Any]  # labels by experiment or sweep


def with_over(figure: Mapping[str, Any], change: Callable[[Over], Over]) -> dict[str, Any]:
    """A figure with other experiments, in itself and in each of its panels."""
    result = _changed(figure, change)
    if isinstance(rows := result.get("panels"), list):
        result["panels"] = [
            [_changed(item, change) for item in row] if isinstance(row, list) else row
            for row in rows
        ]
    return result


def named(figure: Mapping[str, Any]) -> list[str]:
    """The experiments of a figure and of its panels, each once."""
    found: dict[str, None] = {}

    def see(over: Over) -> Over:
        found.update(dict.fromkeys(over))
        return over

    with_over(figure, see)
    return list(found)


def _changed(owner: Any, change: Callable[[Over], Over]) -> Any:
    if isinstance(owner, Mapping) and isinstance(owner.get("over"), dict):
        return {**owner, "over": change(owner["over"])}
    return dict(owner) if isinstance(owner, Mapping) else owner
