"""Faults of experiments: each is refused before the first job, with its dotted key."""

from typing import Any

import pytest
from planned import DIGITS, refused
from project import Project

BILLION = 10**9
SOURCE = {
    "shape": [3, 20, 20],
    "brightest": 255,
    "classes": 4,
    "training": 90,
    "test": 30,
    "digest": "0" * 64,
}

FAULTS = [
    ("recipie", {}, ": unknown key 'recipie'; did you mean 'recipe'?"),
    ("validation", 0, ".validation: expected a number of at least 1, got 0"),
    ("seed", -1, ".seed: expected a number of at least 0, got -1"),
    ("trials", 0, ".trials: expected a number in [1, 10000], got 0"),
    ("block", 2.5, ".block: expected a whole number, got 2.5"),
    ("dataset", "mnits", ".dataset: unknown dataset 'mnits'; did you mean 'mnist'? legal: cifar-"),
    ("dataset", 3, ".dataset: expected text, got 3"),
    ("moments", [40, 20], ".moments: expected rising iterations, got [40, 20]"),
    ("moments", [1501], ".moments: expected multiples of 20 up to the last, 1500 (when the test"),
    ("moments", [30], ".moments: expected multiples of 20 up to the last, 1500 (when the test"),
    ("strategies", None, ": missing key 'strategies'"),
    ("strategies", [], ".strategies: expected a mapping, got []"),
    ("recipe.test_every", 0, ".recipe.test_every: expected a number in [1, 100000], got 0"),
    ("figures", [], ": unknown key 'figures'; legal: block, dataset, moments, network, recipe,"),
]
RECIPE = [
    ("learning_rat", 0.1, ": unknown key 'learning_rat'; did you mean 'learning_rate'? legal: "),
    ("learning_rate", 0, ".learning_rate: expected a number above 0, got 0"),
    ("learning_rate", "0.1", ".learning_rate: expected a number, got '0.1'"),
    ("iterations", 100.0, ".iterations: expected a whole number, got 100.0"),
    ("batch", None, ": missing key 'batch'; it needs optimizer, learning_rate, momentum,"),
    ("batch", 0, ".batch: expected a number of at least 1, got 0"),
    ("batch", True, ".batch: expected a whole number, got True"),
    ("evaluate_every", 1501, ".evaluate_every: expected at most the 1500 iterations, got 1501"),
    ("warmup", 1501, ".warmup: expected at most the 1500 iterations, got 1501"),
    ("optimizer", "adamm", ".optimizer: unknown optimizer 'adamm'; did you mean 'adam'? legal: "),
    ("data_order", "often", ".data_order: unknown value 'often'; legal: fresh, shared"),
    ("drops", [20, 20], ".drops: expected rising iterations below 1500, got [20, 20]"),
]
VGG = {"name": "vgg-19", "hidden": None, "dropout": None}
NETWORK = [
    ("name", "lennet", ".name: unknown network 'lennet'; did you mean 'lenet'? legal: conv-2,"),
    ("name", ["lenet"], ".name: unknown network ['lenet']; did you mean 'lenet'?"),
    ("name", {"lenet": 1}, ".name: unknown network {'lenet': 1}"),
    ("hiden", [3], ": unknown key 'hiden'; did you mean 'hidden'?"),
    ("hidden", [300, 0], ".hidden[1]: expected a number of at least 1, got 0"),
    ("hidden", 300, ".hidden: expected a list, got 300"),
    ("initialization", "glorot", ".initialization: unknown initialization 'glorot'; did you mean"),
    ("dropout.after", ["fc"], ".dropout.after[0]: unknown value 'fc'; legal: hidden, pooling"),
    ("dropout", {"rate": 0.5, "after": []}, ".dropout.after: expected hidden for this network"),
    (
        "dropout",
        {"rate": 0.5, "after": ["pooling"]},
        ".dropout.after: expected hidden for this network, got pooling",
    ),
]


@pytest.mark.parametrize(("key", "value", "message"), FAULTS)
def test_a_fault_of_an_experiment_is_refused(
    project: Project, key: str, value: Any, message: str
) -> None:
    project.set(f"{DIGITS}.{key}", value)
    refused(project, f"{DIGITS}{message}")


@pytest.mark.parametrize(("key", "value", "message"), RECIPE)
def test_a_fault_of_a_recipe_is_refused(
    project: Project, key: str, value: Any, message: str
) -> None:
    project.set(f"{DIGITS}.recipe.{key}", value)
    refused(project, f"{DIGITS}.recipe{message}")


@pytest.mark.parametrize(("key", "value", "message"), NETWORK)
def test_a_fault_of_a_network_is_refused(
    project: Project, key: str, value: Any, message: str
) -> None:
    project.set(f"{DIGITS}.network.{key}", value)
    refused(project, f"{DIGITS}.network{message}")


def test_a_network_that_does_not_fit_the_images_is_refused(project: Project) -> None:
    project.set(f"{DIGITS}.network", VGG)
    what = "network.name: expected images of at least 16x16 for vgg-19, which halves"
    refused(project, f"{DIGITS}.{what}")


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("trials", BILLION, ".trials: expected a number in [1, 10000], got 1000000000"),
        ("recipe.iterations", BILLION, ".recipe.iterations: expected a number in [1, 1e+08], got"),
        (
            "network.hidden",
            [BILLION],
            ".network: expected at most 1,000,000,000 weights and other values, got 75,000,000,010",
        ),
        ("network.hidden", [1] * 101, ".network.hidden: expected at most 100 layers, got 101"),
        ("validation", BILLION, ".validation: expected fewer than 1400, "),
        ("recipe.batch", BILLION, ".recipe.batch: expected at most 1200, "),
        ("moments", [BILLION], ".moments: expected multiples of 20 up to the last, 1500 (when"),
        (
            "recipe.batch",
            [0] * 10_000,
            f".recipe.batch: expected a whole number, got [{'0, ' * 66}0",
        ),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_setting_that_is_huge_is_refused_at_once(
    project: Project, key: str, value: Any, message: str
) -> None:
    project.set(f"{DIGITS}.{key}", value)
    refused(project, f"{DIGITS}{message}")


def test_the_test_set_is_evaluated_at_moments(project: Project) -> None:
    project.set(f"{DIGITS}.recipe.test_every", 5)
    project.set(f"{DIGITS}.moments", [100, 1500])
    assert project.read().experiments["digits"].moments == (100, 1500)
    project.set(f"{DIGITS}.moments", [20])
    what = "expected multiples of 100 up to the last, 1500 (when the test set is evaluated), got 20"
    refused(project, f"{DIGITS}.moments: {what}")


def test_far_too_many_evaluations_are_refused(project: Project) -> None:
    project.set(f"{DIGITS}.recipe.iterations", 10**8)
    project.set(f"{DIGITS}.recipe.evaluate_every", 1)
    what = "evaluate_every: expected at least 1000 (100,000 evaluations), got 1"
    refused(project, f"{DIGITS}.recipe.{what}")


def test_a_batch_may_be_as_large_as_the_training_set(project: Project) -> None:
    project.set(f"{DIGITS}.recipe.batch", 1200)
    assert project.read().experiments["digits"].recipe.batch == 1200
    project.set(f"{DIGITS}.recipe.batch", 1201)
    what = "expected at most 1200, the examples that 200 for validation leave, got 1201"
    refused(project, f"{DIGITS}.recipe.batch: {what}")


def test_batch_norm_needs_more_than_one_example(project: Project) -> None:
    changes = {"dataset": "digits", "validation": 100, "recipe": {"batch": 1}}
    project.set("experiments.r", {"extends": "resnet-18", **changes})
    what = "expected at least 2 for a network with batch norm, got 1"
    refused(project, f"experiments.r.recipe.batch: {what}")


def test_validation_must_leave_training_examples(project: Project) -> None:
    project.set("datasets", {"flowers": SOURCE}, "workflow/catalog/lenet.yaml")
    own = {"extends": "lenet", "dataset": "flowers", "validation": 90}
    project.set("experiments.f", own)
    what = "expected fewer than 90, the training examples of flowers, got 90"
    refused(project, f"experiments.f.validation: {what}")


def test_an_experiment_is_checked_against_the_images_of_its_data(project: Project) -> None:
    project.set("datasets", {"flowers": SOURCE}, "workflow/catalog/lenet.yaml")
    own = {"extends": "lenet", "dataset": "flowers", "validation": 10}
    project.set("experiments.f", own)
    config = project.read()
    architecture = config.experiments["f"].architecture(config.datasets)
    assert architecture.shapes["fc1.weight"] == (300, 3 * 20 * 20)
    assert architecture.shapes["output.weight"] == (4, 100)
