"""The catalog's own entries: the paper's settings, and that each can be run or drawn."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import pytest
from project import TOP, Project

from lth import settings
from lth.report.figures.choices import Figure
from lth.report.figures.table import Table
from lth.report.subject import Subject
from lth.study import catalog
from lth.study.entries import extended
from lth.study.experiment import Experiment
from lth.study.graph import Study
from lth.study.strategies.iterative import Iterative
from lth.study.strategies.oneshot import Oneshot
from lth.study.strategies.rewind import Rewind
from lth.study.subjects import subject_of
from lth.study.sweeps import swept

ENTRIES = catalog.entries_of(TOP / catalog.CATALOG)


SWEEPS = catalog.sweeps_of(ENTRIES["sweeps"], ENTRIES)


def complete(name: str, section: str) -> dict[str, Any]:
    return extended(name, {"extends": name}, ENTRIES[section], f"{section}.{name}")


FIGURES = {name: swept(complete(name, "figures"), SWEEPS) for name in ENTRIES["figures"]}


def panels_of(figure: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [panel for row in figure.get("panels", ()) for panel in row if panel is not None]


DRAWN = {
    name: "over" in figure or all("over" in panel for panel in panels_of(figure))
    for name, figure in FIGURES.items()
}  # whether an entry says of which experiments it is


class Paper(NamedTuple):
    """What the paper says of a network on CIFAR-10."""

    batch: int
    iterations: int
    rate: float
    warmup: int = 0
    rounds: int = 0
    dropout: float = 0.0


CONV = {"convolution": 0.1, "hidden": 0.2, "output": 0.1}
SMALL = {
    "conv-2": Paper(60, 20_000, 2e-4, rounds=20),
    "conv-4": Paper(60, 25_000, 3e-4, rounds=24),
    "conv-6": Paper(60, 30_000, 3e-4, rounds=24),
    "conv-2-dropout": Paper(60, 60_000, 3e-4, rounds=20, dropout=0.5),
    "conv-4-dropout": Paper(60, 75_000, 2e-4, rounds=24, dropout=0.5),
    "conv-6-dropout": Paper(60, 90_000, 2e-4, rounds=24, dropout=0.5),
}
LARGE = {
    "resnet-18": Paper(128, 30_000, 0.03, warmup=20_000, rounds=15),
    "resnet-18-high": Paper(128, 30_000, 0.1, rounds=15),
    "resnet-18-low": Paper(128, 30_000, 0.01, rounds=15),
    "vgg-19": Paper(64, 112_480, 0.1, warmup=10_000, rounds=20),
    "vgg-19-high": Paper(64, 112_480, 0.1, rounds=20),
    "vgg-19-low": Paper(64, 112_480, 0.01, rounds=20),
}


def read(name: str) -> Experiment:
    """An experiment of the catalog as it stands."""
    where = f"experiments.{name}"
    whole = complete(name, "experiments")
    return settings.read(Experiment, whole, where)


def iterative(experiment: Experiment) -> Iterative:
    strategy = experiment.strategies["iterative"]
    assert isinstance(strategy, Iterative)
    return strategy


def test_lenet_is_trained_exactly_as_in_the_paper() -> None:
    lenet = read("lenet")
    assert (lenet.dataset, lenet.validation, lenet.trials) == ("mnist", 5000, 5)
    network = settings.plain(lenet.network)
    assert (network["name"], network["hidden"]) == ("lenet", [300, 100])
    assert network["initialization"] == "glorot-normal"
    recipe = lenet.recipe
    assert (recipe.optimizer, recipe.learning_rate, recipe.batch) == ("adam", 0.0012, 60)
    assert (recipe.iterations, recipe.evaluate_every) == (50_000, 100)
    assert (recipe.momentum, recipe.weight_decay, recipe.warmup, recipe.drops) == (0, 0, 0, ())
    assert recipe.augmentation == "none"
    assert iterative(lenet).rates == {"hidden": 0.2, "output": 0.1}


@pytest.mark.parametrize("name", [*SMALL, *LARGE])
def test_networks_on_cifar_10_are_trained_as_in_the_paper(name: str) -> None:
    paper, found = (SMALL | LARGE)[name], read(name)
    recipe = found.recipe
    assert (found.dataset, found.validation) == ("cifar-10", 5000)
    assert (recipe.batch, recipe.iterations, recipe.learning_rate) == paper[:3]
    assert (recipe.warmup, iterative(found).rounds) == (paper.warmup, paper.rounds)
    assert (recipe.evaluate_every, recipe.drop_factor) == (100, 0.1)
    assert found.network.initialization == "glorot-normal"


@pytest.mark.parametrize("name", SMALL)
def test_conv_networks_are_pruned_as_in_the_paper(name: str) -> None:
    found = read(name)
    recipe, strategy = found.recipe, iterative(found)
    convolution = 0.15 if name.startswith("conv-6") else 0.1
    assert strategy.rates == CONV | {"convolution": convolution}
    reinit = {} if SMALL[name].dropout else {"reinit": 3}  # no figure with dropout draws it
    assert (strategy.method, strategy.branches) == ("layer", {"ticket": 1} | reinit)
    assert (recipe.optimizer, recipe.momentum, recipe.weight_decay) == ("adam", 0, 0)
    assert (recipe.augmentation, recipe.drops, found.moments) == ("none", (), ())
    assert settings.plain(found.network)["dropout"]["rate"] == SMALL[name].dropout
    assert found.trials == 5


@pytest.mark.parametrize("name", LARGE)
def test_large_networks_are_pruned_as_in_the_paper(name: str) -> None:
    found = read(name)
    recipe, strategy = found.recipe, iterative(found)
    assert strategy.rates == {"convolution": 0.2, "output": 0}
    assert (strategy.method, strategy.branches) == ("global", {"ticket": 1, "reinit": 1})
    assert (recipe.optimizer, recipe.momentum, recipe.weight_decay) == ("sgd", 0.9, 0.0001)
    assert (recipe.augmentation, found.trials) == ("flip-crop", 3)
    vgg = name.startswith("vgg")
    assert recipe.drops == ((56_240, 84_360) if vgg else (20_000, 25_000))
    assert found.moments == ((30_000, 60_000, 112_000) if vgg else (10_000, 20_000, 30_000))


@pytest.mark.parametrize("name", ["resnet-18-layerwise", "vgg-19-layerwise"])
def test_large_networks_are_pruned_by_layer_too(name: str) -> None:
    assert iterative(read(name)).method == "layer"


def test_the_sequel_rewinds_to_iteration_500() -> None:
    found = read("resnet-18-rewind")
    strategy = found.strategies["rewind"]
    assert isinstance(strategy, Rewind)
    assert (strategy.iteration, found.recipe.learning_rate) == (500, 0.1)


def test_lenet_has_the_strategies_and_controls_of_the_appendices() -> None:
    sgd = read("lenet-sgd-0p8").recipe
    assert (sgd.optimizer, sgd.learning_rate) == ("sgd", 0.8)
    noises = {"noise-0.5": 1, "noise-1": 1, "noise-2": 1, "noise-3": 1}
    branches = {"ticket": 1, "reinit": 3, "resample": 3}
    assert iterative(read("lenet")).branches == branches | noises
    strategies = read("lenet").strategies
    kinds = [settings.tag_of(type(strategy)) for strategy in strategies.values()]
    assert kinds == ["iterative", "continued", "early", "random", "oneshot"]


def test_lenet_is_pruned_once_at_the_paper_s_sizes() -> None:
    once = read("lenet").strategies["oneshot"]
    assert isinstance(once, Oneshot)
    assert all(rates["output"] == rates["hidden"] / 2 for rates in once.rates)
    assert {0.05, 0.325, 0.825, 0.95} <= {rates["hidden"] for rates in once.rates}


@pytest.mark.parametrize("name", ENTRIES["experiments"])
def test_every_experiment_can_be_run_as_it_stands(project: Project, name: str) -> None:
    project.set("experiments", {"it": {"extends": name}})
    project.set("figures", {})
    study = Study(project.read())
    assert len(list(study.runs("it"))) == study.experiments["it"].jobs


@pytest.fixture(scope="module")
def subjects() -> dict[str, Subject]:
    """What figures may draw of all experiments of the catalog."""
    known = catalog.sources(TOP / catalog.CATALOG)
    return {name: subject_of(read(name), known) for name in ENTRIES["experiments"]}


def resolved(entry: dict[str, Any], subjects: Mapping[str, Subject], name: str) -> Any:
    return settings.read(Figure, entry, f"figures.{name}").resolved(subjects, f"figures.{name}")


@pytest.mark.parametrize("name", [name for name, drawn in DRAWN.items() if drawn])
def test_every_complete_figure_can_be_drawn(name: str, subjects: Mapping[str, Subject]) -> None:
    figure = resolved(FIGURES[name], subjects, name)
    drawn = (figure.tables(), figure.runs(), figure.starts(), figure.masks())
    assert any(drawn) or isinstance(figure, Table)
    assert resolved(settings.plain(figure), subjects, name) == figure


@pytest.mark.parametrize("name", [name for name, drawn in DRAWN.items() if not drawn])
def test_every_other_figure_suits_an_experiment(name: str, subjects: Mapping[str, Subject]) -> None:
    faults: list[str] = []
    for experiment in subjects:
        try:
            assert resolved(FIGURES[name] | {"over": {experiment: ""}}, subjects, name)
        except ValueError as error:
            faults.append(str(error))
    assert len(faults) < len(subjects), faults
