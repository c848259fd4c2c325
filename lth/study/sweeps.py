"""Sweeps: experiments that differ in one setting, as one entry."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from lth.settings import Settings, expected, unknown
from lth.study.overs import Over, with_over

VALUE = "{value}"  # in a label


class Sweep(Settings):
    """Experiments that extend one entry, `of`, and differ in one setting.

    `over` is that setting, with dots, and `values` are a list of its values. They may be a mapping
    too, whose keys are what the values are called. Then `over` may be several settings that change
    together, and a value is a list of theirs. `change` is what all experiments change of the entry.
    Legends call them `label`, in which `{value}` stands for the value. `shared` are experiments
    that have a value already, by what the value is called.
    """

    of: str
    over: str | Annotated[tuple[str, ...], Meta(min_length=1)]
    values: dict[str, Any] | tuple[Any, ...]
    change: dict[str, Any] = msgspec.field(default_factory=dict)
    label: str = VALUE
    shared: dict[str, str] = msgspec.field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.values:
            raise expected("values", "at least one value", [])
        if not isinstance(self.values, dict) and len(self._named) < len(self.values):
            raise expected("values", "each value once", list(self.values))
        for name in self.shared:
            if name not in self._named:
                raise unknown("shared", "value", name, self._named)
        if len(self.members("")) < len(self._named):
            raise expected("values", "an experiment for each value", list(self.members("")))
        if isinstance(self.over, str):
            return
        if not isinstance(self.values, dict):
            raise expected("values", "a mapping, since over has several settings", self.values)
        for name, value in self.values.items():
            if not (isinstance(value, list) and len(value) == len(self.over)):
                what = f"a list of {len(self.over)} values, as many as over has"
                raise expected(f"values.{name}", what, value)

    def members(self, sweep: str) -> dict[str, str]:
        """The experiments of the sweep of this name in the order of its values, with labels."""
        return {self._member(sweep, name): self.label.replace(VALUE, name) for name in self._named}

    def labelled(self, sweep: str, label: Any) -> Over:
        """The experiments as a figure is over them. Its label and look go before the sweep's."""
        template, more = label, {}
        if isinstance(label, dict):
            template, more = (
                label.get("label"),
                {key: label[key] for key in label if key != "label"},
            )
        own = msgspec.structs.replace(self, label=str(template)) if template else self
        return {
            name: {**more, "label": text} if more else text
            for name, text in own.members(sweep).items()
        }

    def entries(self, sweep: str) -> dict[str, dict[str, Any]]:
        """The entries of its own experiments, by name."""
        own: dict[str, dict[str, Any]] = {}
        for name, value in self._named.items():
            if name not in self.shared:
                entry: dict[str, Any] = {**self.change, "extends": self.of}
                for key, part in self._parts(value):
                    entry = _with(entry, key.split("."), part)
                own[self._member(sweep, name)] = entry
        return own

    def check_shared(self, name: str, base: Mapping[str, Any], where: str) -> None:
        """Raises ValueError where the complete entry `base` does not have the value of a name."""
        for key, part in self._parts(self._named[name]):
            found = _setting(base, key, where)
            if found != part:
                raise expected(where, f"an experiment whose {key} is {part}", found)

    def _parts(self, value: Any) -> list[tuple[str, Any]]:
        """The settings that a value changes, and to what."""
        if isinstance(self.over, str):
            return [(self.over, value)]
        return list(zip(self.over, value, strict=True))

    @property
    def _named(self) -> dict[str, Any]:
        """The values by what they are called."""
        if isinstance(self.values, dict):
            return self.values
        return {_text(value): value for value in self.values}

    def _member(self, sweep: str, name: str) -> str:
        return self.shared.get(name, f"{sweep}-{name.replace('.', 'p')}")


def check_setting(sweep: Sweep, base: Mapping[str, Any], where: str) -> None:
    """Raises ValueError where the complete entry `base` has no such setting."""
    for key in [sweep.over] if isinstance(sweep.over, str) else sweep.over:
        _setting(base, key, f"{where}.over")


def _setting(base: Mapping[str, Any], key: str, where: str) -> Any:
    """What an entry has at a key with dots."""
    found: Any = base
    for part in key.split("."):
        if not isinstance(found, dict):
            raise expected(where, "a setting of an experiment, with dots", key)
        if part not in found:
            raise unknown(where, "setting", key, _settings(base))
        found = found[part]
    return found


def _settings(entry: Mapping[str, Any], before: str = "") -> list[str]:
    """The dotted keys of all settings of an entry."""
    found: list[str] = []
    for key, value in entry.items():
        found.append(f"{before}{key}")
        found += _settings(value, f"{before}{key}.") if isinstance(value, dict) else []
    return found


def _with(entry: Mapping[str, Any], path: list[str], value: Any) -> dict[str, Any]:
    """An entry in which a setting has a value."""
    first, *rest = path
    inner = entry.get(first)
    part = _with(inner if isinstance(inner, dict) else {}, rest, value) if rest else value
    return {**entry, first: part}


def _text(value: Any) -> str:
    """What a value is called, such as 0.00005: a number is written out, without an exponent."""
    return format(Decimal(repr(value)), "f") if isinstance(value, float) else str(value)


def swept(figure: Mapping[str, Any], sweeps: Mapping[str, Sweep]) -> dict[str, Any]:
    """The plain data of a figure, with its experiments in place of each sweep that it is over."""

    def expanded(over: Over) -> Over:
        whole: Over = {}
        for name, label in over.items():
            sweep = sweeps.get(name)
            if sweep is None:
                whole[name] = label
            else:
                whole |= sweep.labelled(name, label)
        return whole

    return with_over(figure, expanded)
