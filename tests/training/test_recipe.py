"""Recipes: learning rates, evaluations, and what cannot be."""

import re
from typing import Any

import pytest

from lth.settings import plain, read
from lth.training.recipe import Recipe

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
    "test_every": 1,
    "data_order": "fresh",
    "augmentation": "none",
    "normalization": "scale",
}


def recipe(**changes: Any) -> Recipe:
    return read(Recipe, RECIPE | changes, "recipe")


def test_a_recipe_goes_through_plain_data_and_comes_back_equal() -> None:
    assert plain(recipe()) == RECIPE
    assert read(Recipe, plain(recipe()), "recipe") == recipe()


@pytest.mark.parametrize("key", RECIPE)
def test_every_key_is_required(key: str) -> None:
    rest = {name: value for name, value in RECIPE.items() if name != key}
    with pytest.raises(ValueError, match=f"recipe: missing key '{key}'"):
        read(Recipe, rest, "recipe")


def test_the_rate_is_the_product_of_warmup_and_drops() -> None:
    rates = [recipe().rate(iteration) / 0.1 for iteration in (0, 9, 18, 19, 20, 24, 25, 29)]
    assert rates == pytest.approx([0.05, 0.5, 0.95, 1.0, 0.1, 0.1, 0.01, 0.01])
    overlapping = recipe(warmup=40, iterations=50, drops=[20])
    assert [overlapping.rate(step) for step in (19, 20)] == pytest.approx([0.05, 0.00525])
    assert recipe(warmup=0, drops=[]).rate(0) == 0.1


def test_evaluations_are_all_multiples_and_the_end() -> None:
    assert recipe().evaluations(0) == [0, 8, 16, 24, 30]
    assert recipe().evaluations(8) == [8, 16, 24, 30]
    assert recipe().evaluations(9) == [16, 24, 30]
    assert recipe(iterations=32).evaluations(27) == [32]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"evaluate_every": 31}, "evaluate_every: expected at most the 30 iterations, got 31"),
        (
            {"iterations": 10**9},
            "iterations: expected a number in [1, 1e+08], got 1000000000",
        ),
        (
            {"iterations": 10**7, "evaluate_every": 99},
            "evaluate_every: expected at least 100 (100,000 evaluations), got 99",
        ),
        ({"warmup": 31}, "warmup: expected at most the 30 iterations, got 31"),
        ({"drops": [30]}, "drops: expected rising iterations below 30, got [30]"),
        ({"drops": [5, 5]}, "drops: expected rising iterations below 30, got [5, 5]"),
        ({"optimizer": "adam"}, "momentum: expected 0 for adam, got 0.9"),
        (
            {"optimizer": "adma", "momentum": 0.0},
            "optimizer: unknown optimizer 'adma'; did you mean 'adam'? legal: adam, sgd",
        ),
        ({"momentum": 1.0}, "momentum: expected a number in [0, 1), got 1.0"),
        ({"drop_factor": 0.0}, "drop_factor: expected a number in (0, 1], got 0.0"),
        ({"weight_decay": -1}, "weight_decay: expected a number of at least 0, got -1"),
        (
            {"augmentation": "flip"},
            "augmentation: unknown value 'flip'; did you mean 'flip-crop'? legal: flip-crop, none",
        ),
    ],
)
def test_a_recipe_that_cannot_be_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(f"recipe.{message}")):
        recipe(**changes)


def test_no_run_begins_at_its_last_iteration() -> None:
    recipe().check_within(29, "start.iteration")
    message = "start.iteration: expected an iteration below the 30 of the recipe, got 30"
    with pytest.raises(ValueError, match=re.escape(message)):
        recipe().check_within(30, "start.iteration")
