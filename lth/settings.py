"""Settings as small frozen values, and one closed reader from plain data (YAML or JSON) to them.

Closed and complete: an unknown key, a missing key, a wrong type or a value out of range is a
ValueError of one line, with the dotted key, the value, and what is legal. A key may be missing only
where its class says so, by UNSET or by a default, as those of figures do. msgspec does the reading.
What it refuses is put into words here.
"""

import difflib
import math
import types
import typing
from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any, TypeVar

import msgspec
from msgspec import Meta

LARGEST = 1e300  # of a number: sums and products of a few of them are still finite

Count = Annotated[int, Meta(ge=1)]
Repeats = Annotated[int, Meta(ge=1, le=10_000)]  # each a network in memory
Rounds = Annotated[int, Meta(ge=1, le=100)]  # keys go down all rounds, on Python's stack
Natural = Annotated[int, Meta(ge=0)]
Iteration = Natural
Seed = Natural
Positive = Annotated[float, Meta(gt=0)]
Rate = Annotated[float, Meta(ge=0, lt=1)]

Value = TypeVar("Value")


@typing.dataclass_transform(frozen_default=True, kw_only_default=True)
class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A small frozen value, made by keyword.

    `__post_init__` may raise ValueError with a message that begins with the name of a field.
    """


@typing.overload
def read(kind: type[Value], data: Any, where: str) -> Value: ...
@typing.overload
def read(kind: Any, data: Any, where: str) -> Any: ...
def read(kind: Any, data: Any, where: str) -> Any:
    """A value of a type from plain data. `where` is the dotted key of the data, for messages.

    Raises ValueError at the first thing that does not fit.
    """
    for key, number in _numbers(data, where):
        if isinstance(number, float) and not math.isfinite(number):
            raise expected(key, "a number", number)
        if abs(number) > LARGEST:
            raise ValueError(
                f"{key}: expected a number of at most {LARGEST:g}, got {len(str(number))} digits"
            )
    try:
        return msgspec.convert(data, kind)
    except msgspec.ValidationError as error:
        raise _explained(kind, data, where, error) from None


def plain(value: Any) -> Any:
    """A value as plain data that `json` can write and `read` can read."""
    return _with_lists(msgspec.to_builtins(value))


def tag_of(kind: type) -> str:
    """The name by which settings choose a type of a tagged union."""
    return str(typing.cast(Any, kind).__struct_config__.tag)


def by_tag(union: Any) -> dict[str, Any]:
    """The types of a tagged union (or a type that stands alone) by their names."""
    return {tag_of(kind): kind for kind in typing.get_args(union) or (union,)}


def shown(value: object) -> str:
    """A value for a message, cut off where it is long."""
    text = repr(value)
    return text if len(text) <= 200 else f"{text[:200]}..."


def expected(where: str, what: str, got: object) -> ValueError:
    """The error for a value that is not what is expected."""
    return ValueError(f"{where}: expected {what}, got {shown(got)}")


def unknown(where: str, what: str, name: object, known: Iterable[str]) -> ValueError:
    """The error for a name that is not a known one. It lists them, and says which is nearest."""
    names = sorted(known)
    near = difflib.get_close_matches(str(name), names, n=1, cutoff=0.5)
    hint = f"did you mean {near[0]!r}? " if near else ""
    legal = ", ".join(names) or "none"
    return ValueError(f"{where}: unknown {what} {shown(name)}; {hint}legal: {legal}")


def _with_lists(data: Any) -> Any:
    """Plain data with lists in place of tuples."""
    if isinstance(data, dict):
        return {name: _with_lists(item) for name, item in data.items()}
    return [_with_lists(item) for item in data] if isinstance(data, (list, tuple)) else data


def _numbers(data: Any, where: str) -> Iterator[tuple[str, float]]:
    """All numbers in plain data, with their dotted keys."""
    if isinstance(data, dict):
        for name, item in data.items():
            yield from _numbers(item, f"{where}.{name}")
    elif isinstance(data, (list, tuple)):
        for index, item in enumerate(data):
            yield from _numbers(item, f"{where}[{index}]")
    elif isinstance(data, (int, float)) and not isinstance(data, bool):
        yield where, data


def _explained(kind: Any, data: Any, where: str, error: msgspec.ValidationError) -> ValueError:
    """The same refusal in our words.

    msgspec names the place, but no key of a mapping and no value. So the parts are converted one
    by one, until one fails that has no failing parts: that is the one at fault.
    """
    kind = _required(kind)
    bounds = kind.__metadata__[0] if typing.get_origin(kind) is Annotated else None
    inner = typing.get_args(kind)[0] if bounds is not None else kind
    chosen = _chosen(inner, data)
    if isinstance(data, dict) and _is_settings(chosen) and (strange := _strange(chosen, data)):
        return unknown(where, "key", strange[0], _fields(chosen))
    for part, value, place in _parts(chosen, data, where):
        try:
            msgspec.convert(value, part)
        except msgspec.ValidationError as fault:
            return _explained(part, value, place, fault)
    if isinstance(data, dict) and _is_settings(chosen):
        return _record_fault(chosen, data, where, error)
    if isinstance(data, dict) and (tags := _tags(chosen)):
        return _tag_fault(chosen, tags, data, where)
    if typing.get_origin(chosen) is typing.Literal:
        return unknown(where, "value", data, map(str, typing.get_args(chosen)))
    if isinstance(bounds, Meta) and _is_number(data, inner):
        return expected(where, f"a number {_range(bounds)}", data)
    return expected(where, _article(chosen), data)


def _required(kind: Any) -> Any:
    """The one type that a value may have, where it may also be null or missing."""
    absent = (type(None), msgspec.UnsetType)
    members = [member for member in typing.get_args(kind) if member not in absent]
    union = typing.get_origin(kind) in (typing.Union, types.UnionType)
    return members[0] if union and len(members) == 1 else kind


def _is_number(data: Any, kind: Any) -> bool:
    """Whether data are a number of a type, so that only its size can be wrong."""
    whole = isinstance(data, int) and not isinstance(data, bool)
    return whole or (kind is float and isinstance(data, float))


def _chosen(kind: Any, data: Any) -> Any:
    """Of a tagged union the type that the data name, else the type as it is."""
    if not isinstance(data, dict) or not (tags := _tags(kind)):
        return kind
    field = next(iter(tags.values())).__struct_config__.tag_field
    name = data.get(field)
    return tags[name] if isinstance(name, str) and name in tags else kind


def _tags(kind: Any) -> dict[str, Any]:
    """The types of a tagged union by name; none for other types."""
    members = [member for member in typing.get_args(kind) or (kind,) if _is_settings(member)]
    return {
        tag_of(member): member for member in members if member.__struct_config__.tag is not None
    }


def _is_settings(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, msgspec.Struct)


def _parts(kind: Any, data: Any, where: str) -> Iterator[tuple[Any, Any, str]]:
    """The parts of a value that is there: type, value and dotted key of each."""
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if _is_settings(kind) and isinstance(data, dict):
        hints = typing.get_type_hints(kind, include_extras=True)
        for name in kind.__struct_fields__:
            if name in data:
                yield hints[name], data[name], f"{where}.{name}"
    elif isinstance(data, dict) and origin in (dict, Mapping):
        for name, item in data.items():
            yield arguments[0], name, f"{where}.{name}"
            yield arguments[1], item, f"{where}.{name}"
    elif isinstance(data, (list, tuple)) and origin in (tuple, list):
        for index, item in enumerate(data):
            yield arguments[0], item, f"{where}[{index}]"
    elif origin in (typing.Union, types.UnionType) and not _tags(kind):
        for member in arguments:
            if isinstance(data, dict) and typing.get_origin(member) in (dict, Mapping):
                yield from _parts(member, data, where)
            elif isinstance(data, dict) and _is_settings(member):
                yield member, data, where
            elif isinstance(data, (list, tuple)) and typing.get_origin(member) in (tuple, list):
                yield from _parts(member, data, where)


def _record_fault(kind: Any, data: Mapping[str, Any], where: str, error: Exception) -> ValueError:
    """What is wrong with a record whose parts are all right."""
    config, fields = kind.__struct_config__, _fields(kind)
    optional = len(kind.__struct_defaults__)
    needed = fields[: len(fields) - optional] if optional else fields
    if missing := [name for name in needed if name not in data]:
        return ValueError(f"{where}: missing key {missing[0]!r}; it needs {', '.join(needed)}")
    if config.tag_field is not None and data[config.tag_field] != config.tag:
        return _unknown_tag({config.tag: kind}, data, where)
    text = str(error)  # of __post_init__, which begins with the name of a field
    return ValueError(f"{where}.{text.rpartition(' - at `$')[0] or text}")


def _fields(kind: Any) -> list[str]:
    """The keys that a record may have."""
    tag = kind.__struct_config__.tag_field
    return [*([] if tag is None else [tag]), *kind.__struct_encode_fields__]


def _strange(kind: Any, data: Mapping[Any, Any]) -> list[Any]:
    """The keys that a record does not have."""
    return [name for name in data if name not in _fields(kind)]


def _tag_fault(
    kind: Any, tags: Mapping[str, Any], data: Mapping[str, Any], where: str
) -> ValueError:
    """What is wrong with data that name no type of a tagged union."""
    field = next(iter(tags.values())).__struct_config__.tag_field
    if field not in data:
        return ValueError(f"{where}: missing key {field!r}; it is one of {', '.join(sorted(tags))}")
    return _unknown_tag(tags, data, where)


def _unknown_tag(tags: Mapping[str, Any], data: Mapping[str, Any], where: str) -> ValueError:
    field = next(iter(tags.values())).__struct_config__.tag_field
    noun = where.rpartition(".")[2] if field == "name" else field
    return unknown(f"{where}.{field}", noun, data[field], tags)


def _range(bounds: Meta) -> str:
    """The range of a number, such as `in [0, 1)`, `above 0` or `of at least 1`."""
    low = bounds.ge if bounds.ge is not None else bounds.gt
    high = bounds.le if bounds.le is not None else bounds.lt
    if high is None:
        return f"{'of at least' if bounds.ge is not None else 'above'} {low:g}"
    opening = "[" if bounds.ge is not None else "("
    closing = "]" if bounds.le is not None else ")"
    return f"in {opening}{low:g}, {high:g}{closing}"


def _article(kind: Any) -> str:
    """A type in words."""
    words = {
        int: "a whole number",
        float: "a number",
        str: "text",
        bool: "true or false",
        type(None): "null",
    }
    origin = typing.get_origin(kind)
    if kind in words:
        return words[kind]
    if origin is Annotated:
        return _article(typing.get_args(kind)[0])
    if origin in (tuple, list):
        return "a list"
    if origin in (typing.Union, types.UnionType) and not _tags(kind):
        return " or ".join(_article(member) for member in typing.get_args(kind))
    return "a mapping"
