"""The closed reader: plain data become frozen values, and whatever does not fit is refused in one clear line."""

import dataclasses
import json
import re
from typing import Any, Literal

import pytest

from lth import settings, texts
from lth.settings import Count, Positive, Rate, Recipe, Seed


@dataclasses.dataclass(frozen=True)
class Pair:
    """A record in another."""

    hidden: Rate
    output: Rate


@dataclasses.dataclass(frozen=True)
class Toy:
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
}


def changed(key: str, value: Any) -> dict[str, Any]:
    data = json.loads(json.dumps(GOOD))
    *parents, last = key.split(".")
    inner = data
    for name in parents:
        inner = inner[name]
    inner[last] = value
    return data


def test_plain_data_become_frozen_values_of_the_types_asked_for() -> None:
    toy = settings.build(Toy, GOOD, "toy")
    assert toy == Toy(1, 0, 0.5, 0.0, "two", "toy", True, (3, 2), {"a": Pair(0.2, 0.1)})
    assert isinstance(toy.rate, float), "0 and 0.0 must have the same key"
    with pytest.raises(dataclasses.FrozenInstanceError):
        toy.count = 2
    with pytest.raises(TypeError):
        toy.rates["b"] = Pair(0.1, 0.1)


def test_a_value_goes_through_json_and_comes_back_equal() -> None:
    toy = settings.build(Toy, GOOD, "toy")
    assert settings.build(Toy, json.loads(json.dumps(settings.to_plain(toy))), "toy") == toy


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("count", 0, "toy.count: expected a number at least 1, got 0"),
        ("count", 2.0, "toy.count: expected a whole number, got 2.0"),
        ("count", True, "toy.count: expected a whole number, got True"),
        ("count", "3", "toy.count: expected a whole number, got '3'"),
        ("count", None, "toy.count: expected a whole number, got None"),
        ("seed", -1, "toy.seed: expected a number at least 0, got -1"),
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
        ("items", [3, 0], "toy.items[1]: expected a number at least 1, got 0"),
        ("rates", [], "toy.rates: expected a mapping, got []"),
        ("rates.a", 0.2, "toy.rates.a: expected a mapping, got 0.2"),
        ("rates.a.output", 1, "toy.rates.a.output: expected a number in [0, 1), got 1"),
        ("rates.a.outptu", 0.1, "toy.rates.a: unknown key 'outptu'; did you mean 'output'? legal: hidden, output"),
        ("rates.a", {"hidden": 0.2}, "toy.rates.a: missing key 'output'; it needs hidden, output"),
    ],
)
def test_what_does_not_fit_is_refused_with_key_value_and_what_is_legal(key: str, value: Any, message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        settings.build(Toy, changed(key, value), "toy")


def test_a_name_like_no_other_is_refused_with_all_legal_ones() -> None:
    message = str(settings.unknown("here", "thing", "zzz", ["b", "a"]))
    assert message == "here: unknown thing 'zzz'; legal: a, b"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[" * 100_000, "expected at most 20 levels of mappings and lists, got more"),
        ('{"a": ' * 100_000, "expected at most 20 levels of mappings and lists, got more"),
        ("[" * 21 + "]" * 21, "expected at most 20 levels of mappings and lists, got more"),
        ("9" * 5_000, "expected numbers of at most 40 characters, got 5000"),
        (f'{{"a": [1.{"0" * 5_000}]}}', "expected numbers of at most 40 characters, got 5002"),
        ("{", "Expecting property name enclosed in double quotes"),
    ],
    ids=lambda text: text[:9],
)
def test_json_that_is_too_deep_or_has_huge_numbers_is_refused(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message) as caught:
        texts.load_json(text)
    assert "\n" not in str(caught.value)


def test_json_of_the_depth_and_length_allowed_is_read() -> None:
    deep = "[" * 20 + "]" * 20
    assert texts.load_json(deep) == json.loads(deep)
    assert texts.load_json(f'[{"9" * 40}, -1.5e-300, "{"9" * 5_000}"]') == [int("9" * 40), -1.5e-300, "9" * 5_000]


@pytest.mark.parametrize("kind", [Recipe, Pair])
def test_every_field_of_the_settings_is_required(kind: type) -> None:
    fields = dataclasses.fields(kind)
    assert all(field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING for field in fields)
    with pytest.raises(ValueError, match=f"here: missing key '{fields[0].name}'"):
        settings.build(kind, {}, "here")


RECIPE = {
    "optimizer": "sgd",
    "learning_rate": 0.1,
    "momentum": 0.9,
    "weight_decay": 0.0001,
    "warmup": 20,
    "drops": [20, 25],
    "drop_factor": 0.1,
    "batch": 8,
    "iterations": 30,
    "evaluate_every": 8,
    "data_order": "fresh",
    "augmentation": "none",
    "normalization": "scale",
}


def recipe(**changes: Any) -> Recipe:
    return settings.build(Recipe, RECIPE | changes, "recipe")


def test_the_rate_of_a_step_is_the_product_of_warm_up_and_drops() -> None:
    rates = [recipe().rate(iteration) / 0.1 for iteration in (0, 9, 18, 19, 20, 24, 25, 29)]
    assert rates == pytest.approx([0.05, 0.5, 0.95, 1.0, 0.1, 0.1, 0.01, 0.01])
    assert [recipe(warmup=40, iterations=50, drops=[20]).rate(iteration) for iteration in (19, 20)] == pytest.approx([0.05, 0.00525])
    assert recipe(warmup=0, drops=[]).rate(0) == 0.1


def test_networks_are_evaluated_at_all_multiples_and_at_the_end() -> None:
    assert recipe().evaluations(0) == [0, 8, 16, 24, 30]
    assert recipe().evaluations(8) == [8, 16, 24, 30]
    assert recipe().evaluations(9) == [16, 24, 30]
    assert recipe(iterations=32).evaluations(27) == [32]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"evaluate_every": 31}, "recipe.evaluate_every: expected at most the 30 iterations, got 31"),
        ({"iterations": 10**9}, "recipe.iterations: expected a number in [1, 1e+08], got 1000000000"),
        ({"iterations": 10**7, "evaluate_every": 99}, "recipe.evaluate_every: expected at least 100 (100,000 evaluations), got 99"),
        ({"warmup": 31}, "recipe.warmup: expected at most the 30 iterations, got 31"),
        ({"drops": [30]}, "recipe.drops: expected rising iterations below 30, got [30]"),
        ({"optimizer": "adam"}, "recipe.momentum: expected 0 for adam, got 0.9"),
        ({"momentum": 1.0}, "recipe.momentum: expected a number in [0, 1), got 1.0"),
        ({"drop_factor": 0.0}, "recipe.drop_factor: expected a number in (0, 1], got 0.0"),
        ({"weight_decay": -1}, "recipe.weight_decay: expected a number at least 0, got -1"),
        ({"augmentation": "flip"}, "recipe.augmentation: unknown value 'flip'; did you mean 'flip-crop'? legal: flip-crop, none"),
    ],
)
def test_a_recipe_that_cannot_be_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        recipe(**changes)
