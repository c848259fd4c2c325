"""Which experiments of a study are none of the catalog, or other ones than it has."""

from collections.abc import Iterable, Mapping
from typing import Any

from lth.study.entries import extended

COMPARED = ("dataset", "validation", "network", "recipe", "moments")
MORE = ("rounds", "branches")  # of a strategy: they leave the other runs as they are


def altered(asked: Mapping[str, Any], entries: Mapping[str, Any]) -> frozenset[str]:
    """The experiments that entries do not have, or train, prune or measure in another way."""
    return frozenset(name for name, data in asked.items() if _is_altered(name, data, entries))


def _is_altered(name: str, data: Any, entries: Mapping[str, Any]) -> bool:
    """Of the strategies those are compared that both have."""
    if name not in entries:
        return True
    where = f"experiments.{name}"
    one, other = (extended(name, item, entries, where) for item in (data, {"extends": name}))
    both = one["strategies"].keys() & other["strategies"].keys()
    return _compared(one, both) != _compared(other, both)


def _compared(whole: Mapping[str, Any], strategies: Iterable[str]) -> tuple[Any, ...]:
    """What an experiment has in common with the catalog's, where it stands for it."""
    pruned = {
        name: {key: value for key, value in whole["strategies"][name].items() if key not in MORE}
        for name in strategies
    }
    return {key: whole.get(key) for key in COMPARED}, pruned
