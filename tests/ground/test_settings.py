"""The closed reader: plain data become frozen values, or are refused in one clear line."""

import json
import re
from typing import Any, Literal

import pytest
from msgspec import UNSET, UnsetType

from lth import settings
from lth.settings import Count, Positive, Rate, Seed, Settings


class Pair(Settings):
    """A record in another."""

    hidden: Rate
    output: Rate


class Circle(Settings, tag="circle", tag_field="name"):
    """One of a tagged union."""

    radius: Positive


class Square(Settings, tag="square", tag_field="name"):
    """The other."""

    side: Count

    def __post_init__(self) -> None:
        if self.side % 2:
            raise settings.expected("side", "an even number", self.side)


class Toy(Settings):
    """One field of each type that settings have."""

    count: Count
    seed: Seed
    size: Positive
    rate: Rate
    kind: Literal["one", "two"]
    name: str
    flag: bool
    items: tuple[Count, ...]
    rates: dict[str, Pair]
    shape: Circle | Square
    either: int | tuple[Count, ...]
    grid: tuple[tuple[Count | None, ...], ...]
    optional: int | UnsetType = UNSET


GOOD = {
    "count": 1,
    "seed": 0,
    "size": 0.5,
    "rate": 0,
    "kind": "two",
    "name": "toy",
    "flag": True,
    "items": [3, 2],
    "rates": {"a": {"hidden": 0.2, "output": 0.1}},
    "shape": {"name": "square", "side": 2},
    "either": 1,
    "grid": [[None, 1], [2, 3]],
}


def changed(key: str, value: Any) -> dict[str, Any]:
    data = json.loads(json.dumps(GOOD))
    *parents, last = key.split(".")
    inner = data
    for name in parents:
        inner = inner[name]
    inner[last] = value
    return data


def test_plain_data_become_values_of_the_types_asked_for() -> None:
    toy = settings.read(Toy, GOOD, "toy")
    assert toy.items == (3, 2)
    assert toy.rates == {"a": Pair(hidden=0.2, output=0.1)}
    assert toy.shape == Square(side=2)
    assert toy.grid == ((None, 1), (2, 3))
    assert isinstance(toy.rate, float), "0 and 0.0 must have the same key"


def test_values_are_frozen() -> None:
    toy = settings.read(Toy, GOOD, "toy")
    with pytest.raises(AttributeError, match="immutable"):
        toy.count = 2  # pyright: ignore


def test_a_value_goes_through_json_and_comes_back_equal() -> None:
    toy = settings.read(Toy, GOOD, "toy")
    plain = settings.plain(toy)
    assert settings.read(Toy, json.loads(json.dumps(plain)), "toy") == toy
    assert plain == GOOD | {"rate": 0.0}


def test_types_of_a_tagged_union_have_names() -> None:
    assert settings.by_tag(Circle | Square) == {"circle": Circle, "square": Square}
    assert settings.by_tag(Circle) == {"circle": Circle}


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("count", 0, "toy.count: expected a number of at least 1, got 0"),
        ("count", 2.0, "toy.count: expected a whole number, got 2.0"),
        ("count", True, "toy.count: expected a whole number, got True"),
        ("count", "3", "toy.count: expected a whole number, got '3'"),
        ("count", None, "toy.count: expected a whole number, got None"),
        ("seed", -1, "toy.seed: expected a number of at least 0, got -1"),
        ("size", 0, "toy.size: expected a number above 0, got 0"),
        ("size", False, "toy.size: expected a number, got False"),
        ("size", "3e-1", "toy.size: expected a number, got '3e-1'"),
        ("size", float("nan"), "toy.size: expected a number, got nan"),
        ("size", float("inf"), "toy.size: expected a number, got inf"),
        ("rate", 1.0, "toy.rate: expected a number in [0, 1), got 1.0"),
        ("rate", -0.1, "toy.rate: expected a number in [0, 1), got -0.1"),
        ("kind", "tow", "toy.kind: unknown value 'tow'; did you mean 'two'? legal: one, two"),
        ("kind", ["one"], "toy.kind: unknown value ['one']"),
        ("name", 3, "toy.name: expected text, got 3"),
        ("flag", "yes", "toy.flag: expected true or false, got 'yes'"),
        ("flag", 1, "toy.flag: expected true or false, got 1"),
        ("items", 3, "toy.items: expected a list, got 3"),
        ("items", "32", "toy.items: expected a list, got '32'"),
        ("items", [3, 0], "toy.items[1]: expected a number of at least 1, got 0"),
        ("rates", [], "toy.rates: expected a mapping, got []"),
        ("rates.a", 0.2, "toy.rates.a: expected a mapping, got 0.2"),
        ("rates.a.output", 1, "toy.rates.a.output: expected a number in [0, 1), got 1"),
        (
            "rates.a.outptu",
            0.1,
            "toy.rates.a: unknown key 'outptu'; did you mean 'output'? legal: hidden, output",
        ),
        ("rates.a", {"hidden": 0.2}, "toy.rates.a: missing key 'output'; it needs hidden, output"),
        ("shape", {"name": "circle"}, "toy.shape: missing key 'radius'; it needs name, radius"),
        ("shape.name", "cirle", "unknown shape 'cirle'; did you mean 'circle'? legal: circle, sq"),
        ("shape", {"side": 2}, "toy.shape: missing key 'name'; it is one of circle, square"),
        ("shape", {"name": "square", "radius": 1}, "toy.shape: unknown key 'radius'; legal: name"),
        ("shape", 3, "toy.shape: expected a mapping, got 3"),
        ("shape.side", 5, "toy.shape.side: expected an even number, got 5"),
        ("either", "x", "toy.either: expected a whole number or a list, got 'x'"),
        ("either", [0], "toy.either[0]: expected a number of at least 1, got 0"),
        ("grid", [[None, 1], [0]], "toy.grid[1][0]: expected a number of at least 1, got 0"),
        ("optional", "x", "toy.optional: expected a whole number, got 'x'"),
        ("size", 10**400, "toy.size: expected a number of at most 1e+300, got 401 digits"),
        ("rates", {3: 1}, "toy.rates.3: expected text, got 3"),
    ],
)
def test_what_does_not_fit_is_refused(key: str, value: Any, message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        settings.read(Toy, changed(key, value), "toy")


def test_a_name_like_no_other_is_refused_with_all_legal_ones() -> None:
    message = str(settings.unknown("here", "thing", "zzz", ["b", "a"]))
    assert message == "here: unknown thing 'zzz'; legal: a, b"


def test_long_values_are_cut_off_in_messages() -> None:
    with pytest.raises(ValueError, match=r"toy.count: expected a whole number, got 'x{199}\.\.\.$"):
        settings.read(Toy, changed("count", "x" * 1000), "toy")


def test_every_missing_and_every_strange_key_is_named() -> None:
    with pytest.raises(ValueError, match="toy: missing key 'count'; it needs count, seed, size, "):
        settings.read(Toy, {name: item for name, item in GOOD.items() if name != "count"}, "toy")
    with pytest.raises(ValueError, match="toy: unknown key 'conut'; did you mean 'count'"):
        settings.read(Toy, GOOD | {"conut": 1}, "toy")
