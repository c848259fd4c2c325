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

EVALUATIONS = 100_000  # of a training, each kept in memory for each network: the paper has 1,126


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
Repeats = Annotated[int, Range(1, 10_000)]  # each a network in memory
Rounds = Annotated[int, Range(1, 100)]  # keys go down all rounds, on Python's stack
Iterations = Annotated[int, Range(1, 100_000_000)]  # the paper has 112,480
Seed = Annotated[int, Range(0)]
Positive = Annotated[float, Range(0, open_low=True)]
Rate = Annotated[float, Range(0, 1, open_high=True)]


@dataclasses.dataclass(frozen=True)
class Recipe:
    """How a network is trained. Iterations, `evaluate_every`, `warmup`, and `drops` count steps; `batch` counts examples.

    The learning rate of step i (from 0) is `learning_rate` x min(1, (i + 1) / `warmup`) x `drop_factor` for each drop d <= i; a warmup of 0
    is none. `momentum` is of SGD alone. Weight decay adds `weight_decay` x value to the gradient of everything that is trained, as torch.optim
    does. `data_order` is `fresh` (each training shuffles in its own way) or
    `shared` (all trainings of a trial see the same batches); dropout and augmentation follow it. `augmentation` is `flip-crop` (a random
    horizontal flip, and a crop at random from the image with a margin of 4 black pixels) or `none`. `normalization` divides pixels by the
    brightest value (`scale`) or makes each channel of the training set mean 0 and deviation 1 (`standard`).
    """

    optimizer: str
    learning_rate: Positive
    momentum: Rate
    weight_decay: Annotated[float, Range(0)]
    warmup: Annotated[int, Range(0)]
    drops: tuple[Count, ...]
    drop_factor: Annotated[float, Range(0, 1, open_low=True)]
    batch: Count
    iterations: Iterations
    evaluate_every: Count
    data_order: Literal["fresh", "shared"]
    augmentation: Literal["none", "flip-crop"]
    normalization: Literal["scale", "standard"]

    def __post_init__(self):
        if self.evaluate_every > self.iterations:
            raise ValueError(f"evaluate_every: expected at most the {self.iterations} iterations, got {self.evaluate_every}")
        if self.iterations > EVALUATIONS * self.evaluate_every:
            least = -(-self.iterations // EVALUATIONS)
            raise ValueError(f"evaluate_every: expected at least {least} ({EVALUATIONS:,} evaluations), got {self.evaluate_every}")
        if self.warmup > self.iterations:
            raise ValueError(f"warmup: expected at most the {self.iterations} iterations, got {self.warmup}")
        if list(self.drops) != sorted({drop for drop in self.drops if drop < self.iterations}):
            raise ValueError(f"drops: expected rising iterations below {self.iterations}, got {list(self.drops)}")
        if self.momentum and self.optimizer != "sgd":
            raise ValueError(f"momentum: expected 0 for {self.optimizer}, got {self.momentum}")

    def check_within(self, iteration: int, where: str) -> None:
        """Raises ValueError for an iteration at which a training cannot start, since none would be left."""
        if iteration >= self.iterations:
            raise ValueError(f"{where}: expected an iteration below the {self.iterations} of the recipe, got {iteration}")

    def evaluations(self, start: int) -> list[int]:
        """The iterations, from `start` on, before whose step networks are evaluated: all multiples of `evaluate_every`, and the last."""
        first = -(-start // self.evaluate_every) * self.evaluate_every
        return sorted({*range(first, self.iterations, self.evaluate_every), self.iterations})

    def rate(self, iteration: int) -> float:
        """The learning rate of the step that follows `iteration` steps."""
        factor = min(1.0, (iteration + 1) / self.warmup) if self.warmup else 1.0
        return self.learning_rate * factor * self.drop_factor ** sum(drop <= iteration for drop in self.drops)


def to_plain(value: Any) -> Any:
    """A frozen value as plain data that `json` can write and `build` can read."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: to_plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {name: to_plain(item) for name, item in value.items()}
    if isinstance(value, tuple):
        return [to_plain(item) for item in value]
    return value


def shown(value: object) -> str:
    """A value for a message, cut off where it is long."""
    text = repr(value)
    return text if len(text) <= 200 else f"{text[:200]}..."


def unknown(where: str, what: str, name: object, known: Iterable[str]) -> ValueError:
    """The error for a name that is not one of the known ones; it names them, the nearest first."""
    names = sorted(known)
    near = difflib.get_close_matches(str(name), names, n=1, cutoff=0.5)
    hint = f"did you mean {near[0]!r}? " if near else ""
    return ValueError(f"{where}: unknown {what} {shown(name)}; {hint}legal: {', '.join(names) or 'none'}")


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
        raise ValueError(f"{where}: expected {expected}, got {shown(data)}")
    return data


def _within(bounds: Range, value: float, where: str) -> float:
    if value not in bounds:
        raise ValueError(f"{where}: expected a number {bounds}, got {value!r}")
    return value
