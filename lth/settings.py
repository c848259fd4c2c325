"""The settings of an experiment as small frozen values, and one closed reader from plain data (YAML or JSON) to them.

Closed and complete: an unknown key, a missing key, a wrong type or a value out of range is a ValueError with the dotted key, the value,
and what is legal. There are no defaults.
"""

import dataclasses
import difflib
import math
import types
import typing
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal


@dataclasses.dataclass(frozen=True)
class Range:
    """Bounds for a number: `low <= value <= high`; `open_low` and `open_high` exclude the end itself."""

    low: float = -math.inf
    high: float = math.inf
    open_low: bool = False
    open_high: bool = False

    def __contains__(self, value: float) -> bool:
        above = value > self.low if self.open_low else value >= self.low
        return above and (value < self.high if self.open_high else value <= self.high)

    def __str__(self) -> str:
        if self.high == math.inf:
            return f"{'above' if self.open_low else 'at least'} {self.low:g}"
        return f"in {'(' if self.open_low else '['}{self.low:g}, {self.high:g}{')' if self.open_high else ']'}"


Count = Annotated[int, Range(1)]
Seed = Annotated[int, Range(0)]
Positive = Annotated[float, Range(0, open_low=True)]
Rate = Annotated[float, Range(0, 1, open_high=True)]


@dataclasses.dataclass(frozen=True)
class Network:
    """A network by name, its hidden sizes in units, and the distribution D_θ that its weights are drawn from."""

    name: str
    hidden: tuple[Count, ...]
    initialization: str


@dataclasses.dataclass(frozen=True)
class Recipe:
    """How a network is trained. Iterations and `evaluate_every` count steps; `batch` counts examples.

    `data_order` is `fresh` (each training shuffles in its own way) or `shared` (all trainings of a trial see the same batches).
    """

    optimizer: str
    learning_rate: Positive
    batch: Count
    iterations: Count
    evaluate_every: Count
    data_order: Literal["fresh", "shared"]

    def __post_init__(self):
        if self.iterations % self.evaluate_every:
            found = f"so that the end is evaluated, got {self.evaluate_every}"
            raise ValueError(f"evaluate_every: expected a divisor of {self.iterations} iterations, {found}")


@dataclasses.dataclass(frozen=True)
class Rates:
    """Share of the surviving weights that is pruned, for hidden layers and for the output layer."""

    hidden: Rate
    output: Rate


def to_plain(value: Any) -> Any:
    """A frozen value as plain data that `json` can write and `build` can read."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: to_plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {name: to_plain(item) for name, item in value.items()}
    if isinstance(value, tuple):
        return [to_plain(item) for item in value]
    return value


def unknown(where: str, what: str, name: object, known: Iterable[str]) -> ValueError:
    """The error for a name that is not one of the known ones; it names them, the nearest first."""
    names = sorted(known)
    near = difflib.get_close_matches(str(name), names, n=1, cutoff=0.5)
    return ValueError(f"{where}: unknown {what} {name!r}; {f'did you mean {near[0]!r}? ' if near else ''}legal: {', '.join(names) or 'none'}")


def build(kind: Any, data: Any, where: str) -> Any:
    """A value of type `kind` from plain data. `where` is the dotted key for messages.

    Dataclasses are read from mappings with exactly their fields; `tuple[X, ...]` from lists; `dict[str, X]` from mappings; a Literal
    from one of its values; an Annotated number is checked against its Range. Raises ValueError at the first thing that does not fit.
    """
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if kind is Any:
        return data
    if dataclasses.is_dataclass(kind):
        return _record(kind, data, where)
    if origin is Annotated:
        return _within(arguments[1], build(arguments[0], data, where), where)
    if origin is Literal:
        if data not in arguments:
            raise unknown(where, "value", data, arguments)
        return data
    if origin is tuple:
        items = _expect(list, data, where, "a list")
        return tuple(build(arguments[0], item, f"{where}[{index}]") for index, item in enumerate(items))
    if origin is dict:
        items = _expect(dict, data, where, "a mapping")
        return types.MappingProxyType({name: build(arguments[1], item, f"{where}.{name}") for name, item in items.items()})
    if kind is float:
        number = _expect((int, float), data, where, "a number")
        if abs(number) > 1e300:
            raise ValueError(f"{where}: expected a number of at most 1e300, got one of {len(str(number))} digits")
        return float(number)
    return _expect(kind, data, where, {int: "a whole number", str: "text", bool: "true or false"}[kind])


def _record(kind: Any, data: Any, where: str) -> Any:
    items = _expect(dict, data, where, "a mapping")
    hints = typing.get_type_hints(kind, include_extras=True)
    for name in items:
        if name not in hints:
            raise unknown(where, "key", name, hints)
    if missing := [name for name in hints if name not in items]:
        raise ValueError(f"{where}: missing key {missing[0]!r}; it needs {', '.join(hints)}")
    values = {name: build(hint, items[name], f"{where}.{name}") for name, hint in hints.items()}
    try:
        return kind(**values)
    except ValueError as error:
        raise ValueError(f"{where}.{error}") from None


def _expect(kind: Any, data: Any, where: str, expected: str) -> Any:
    number = kind is int or kind == (int, float)
    if not isinstance(data, kind) or (number and isinstance(data, bool)) or (isinstance(data, float) and not math.isfinite(data)):
        raise ValueError(f"{where}: expected {expected}, got {data!r}")
    return data


def _within(bounds: Range, value: float, where: str) -> float:
    if value not in bounds:
        raise ValueError(f"{where}: expected a number {bounds}, got {value!r}")
    return value
