"""Sweeps: many experiments as one entry."""

from typing import Any

import pytest
from project import Project

from lth import settings
from lth.study import catalog
from lth.study.graph import Study
from lth.study.sweeps import Sweep, swept

RATES: dict[str, Any] = {
    "of": "lenet-digits",
    "over": "recipe.learning_rate",
    "values": [0.00005, 0.003, 0.1],
    "change": {"trials": 2, "block": 2},
    "label": "rate {value}",
}
PRUNING = "strategies.iterative"
FASTER = {
    "of": "lenet-digits",
    "over": [f"{PRUNING}.rates.hidden", f"{PRUNING}.rates.output", f"{PRUNING}.rounds"],
    "values": {"slow": [0.1, 0.05, 20], "fast": [0.6, 0.3, 3]},
}


def sweep(**changes: Any) -> Sweep:
    return settings.read(Sweep, RATES | changes, "sweeps.it")


def test_the_experiments_of_a_sweep_have_the_values_as_names() -> None:
    names = {"it-0p00005": "rate 0.00005", "it-0p003": "rate 0.003", "it-0p1": "rate 0.1"}
    assert sweep().members("it") == names


def test_a_value_that_another_experiment_has_is_shared() -> None:
    found = sweep(shared={"0.003": "mine"})
    assert list(found.members("it")) == ["it-0p00005", "mine", "it-0p1"]
    assert list(found.entries("it")) == ["it-0p00005", "it-0p1"]


def test_entries_have_what_all_change_and_their_value() -> None:
    entry = sweep(change={"recipe": {"optimizer": "sgd"}}).entries("it")["it-0p1"]
    assert entry == {
        "extends": "lenet-digits",
        "recipe": {"optimizer": "sgd", "learning_rate": 0.1},
    }


def test_several_settings_may_change_together() -> None:
    found = settings.read(Sweep, FASTER, "sweeps.it")
    assert found.members("it") == {"it-slow": "slow", "it-fast": "fast"}
    strategies = {"iterative": {"rates": {"hidden": 0.6, "output": 0.3}, "rounds": 3}}
    assert found.entries("it")["it-fast"] == {"extends": "lenet-digits", "strategies": strategies}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"values": []}, "values: expected at least one value, got"),
        ({"values": [1, 2, 1]}, "values: expected each value once, got"),
        ({"shared": {"7": "mine"}}, "shared: unknown value '7'; legal: 0.00005, 0.003, 0.1"),
        ({"over": ["a", "b"]}, "values: expected a mapping, since over has several settings, got"),
        (
            {"over": ["a", "b"], "values": {"x": [1]}},
            "values.x: expected a list of 2 values, as many as over has, got [1]",
        ),
        ({"over": []}, "over: "),
        ({"values": {"0.1": 1, "0p1": 2}}, "values: expected an experiment for each value, got"),
        (
            {"shared": {"0.003": "mine", "0.1": "mine"}},
            "values: expected an experiment for each value, got",
        ),
        ({"vlaues": [1]}, "unknown key 'vlaues'; did you mean 'values'?"),
    ],
)
def test_a_faulty_sweep_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError) as caught:
        sweep(**changes)
    assert message in str(caught.value)
    assert str(caught.value).startswith("sweeps.it")


def test_a_label_of_a_figure_may_have_a_look() -> None:
    over = {"it": {"label": "{value} a step", "look": "dashed"}}
    found = swept({"over": over}, {"it": sweep()})["over"]
    assert found["it-0p1"] == {"label": "0.1 a step", "look": "dashed"}


def test_a_figure_over_a_sweep_is_over_its_experiments() -> None:
    panels = [[{"y": "a", "over": {"it": "{value}"}}, None], [{"y": "b"}]]
    found = swept({"over": {"it": "", "other": "Other"}, "panels": panels}, {"it": sweep()})
    assert found["over"] == sweep().members("it") | {"other": "Other"}
    assert found["panels"][0][0]["over"]["it-0p1"] == "0.1"
    assert found["panels"][1] == [{"y": "b"}]


# Of a study


def test_a_study_has_the_experiments_of_its_sweeps(project: Project) -> None:
    project.set("sweeps", {"it": RATES})
    project.set("figures", {})
    found = project.read().asked.experiments
    assert list(found) == ["digits", "it-0p00005", "it-0p003", "it-0p1"]
    assert [item.recipe.learning_rate for item in found.values()][1:] == [0.00005, 0.003, 0.1]
    assert {item.trials for item in list(found.values())[1:]} == {2}


def test_a_sweep_may_extend_one_of_the_catalog(project: Project) -> None:
    project.set("sweeps", {"mine": {"extends": "mini-lenet-sgd", "values": [0.3]}})
    recipe = project.read().experiments["mine-0p3"].recipe
    assert (recipe.optimizer, recipe.learning_rate) == ("sgd", 0.3)


def test_a_change_keeps_a_null_that_is_repeated(project: Project) -> None:
    nothing = {"strategies": {"iterative": {"branches": {"reinit": None}}}}
    project.set("sweeps", {"mine": {"extends": "mini-lenet-sgd", "change": nothing}})
    strategies = project.read().experiments["mine-0p2"].strategies
    assert strategies["iterative"].branches == {"ticket": 1}


def test_an_experiment_goes_before_a_sweep_of_the_catalog(project: Project) -> None:
    project.set("experiments.lenet-sgd", {"extends": "lenet-digits"})
    project.set("figures.mine", {"extends": "early-stopping", "over": {"lenet-sgd": "mine"}})
    assert project.read().figures["mine"].tables() == ("lenet-sgd",)


def test_another_value_is_no_new_training_run_of_the_others(project: Project) -> None:
    project.set("figures", {})

    def keys(values: list[float]) -> dict[str, str]:
        project.set("sweeps", {"it": RATES | {"values": values}})
        return {node.path: node.key for node in Study(project.read()).nodes()}

    before, after = keys([0.001, 0.01]), keys([0.001, 0.02])
    same = {path for path in before if "/it-0p001/" in path or "/digits/" in path}
    assert same
    assert all(before[path] == after[path] for path in same)
    assert not any("/it-0p02/" in path for path in before)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"of": "lenot"}, "sweeps.it.of: unknown catalog entry 'lenot'; did you mean 'lenet'?"),
        (
            {"over": "recipe.learning_rat"},
            "sweeps.it.over: unknown setting 'recipe.learning_rat'; did you mean 'recipe.learning_",
        ),
        (
            {"over": "trials.number"},
            "sweeps.it.over: expected a setting of an experiment, with dots, got 'trials.number'",
        ),
        (
            {"shared": {"0.1": "nowhere"}},
            "sweeps.it.shared.0.1: unknown experiment of the study 'nowhere'; legal: digits, it-",
        ),
        (
            {"shared": {"0.1": "digits"}},
            "sweeps.it.shared.0.1: expected an experiment whose recipe.learning_rate is 0.1, got",
        ),
        ({"values": [-1]}, "experiments.it--1: expected a name of lower-case letters and digits"),
        ({"values": ["high"]}, "experiments.it-high.recipe.learning_rate: expected a number, got"),
    ],
)
def test_a_sweep_that_does_not_fit_is_refused(
    project: Project, changes: dict[str, Any], message: str
) -> None:
    project.set("sweeps", {"it": RATES | changes})
    with pytest.raises(ValueError) as caught:
        project.read()
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize("name", ["it", "it-0p1"])
def test_no_experiment_has_the_name_of_a_sweep_or_its_member(project: Project, name: str) -> None:
    project.set("sweeps", {"it": RATES})
    project.set(f"experiments.{name}", {"extends": "lenet-digits"})
    with pytest.raises(ValueError, match="rename one"):
        project.read()


def test_sweeps_of_the_catalog_are_experiments_of_it() -> None:
    entries = catalog.entries_of(catalog.CATALOG)
    for name, item in catalog.sweeps_of(entries["sweeps"], entries).items():
        assert entries["experiments"].keys() >= item.members(name).keys()
