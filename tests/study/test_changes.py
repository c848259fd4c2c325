"""What a change of the settings makes anew, and what it leaves as it was."""

from pathlib import Path
from typing import Any

import pytest
from planned import (
    DIGITS,
    LAYERWISE,
    ONESHOT,
    RANDOM,
    REWIND,
    RUNS,
    STRATEGIES,
    changed,
    keys_of,
    under,
)
from project import Project

ITERATIVE = f"{STRATEGIES}.iterative"
ORIGINS = "results/origins"
DENSITIES = {f"{ORIGINS}/figures/{name}.json" for name in ("early-stopping", "end-of-training")}
CURVES = {f"{ORIGINS}/figures/{name}-curves.json" for name in ("accuracy", "loss")}
REPORT = f"{ORIGINS}/reports/study.json"
METRICS = {f"{ORIGINS}/metrics.json", REPORT}
SUMMARIES = {f"{ORIGINS}/tables/digits.json"} | METRICS | DENSITIES


@pytest.fixture
def before(project: Project) -> dict[str, str]:
    return keys_of(project.study())


def test_nothing_changes_where_nothing_is_changed(project: Project, before: dict[str, str]) -> None:
    assert keys_of(project.study()) == before
    assert len(set(before.values())) == len(before)


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("early", {"kind": "early", **LAYERWISE}),
        ("continued", {"kind": "continued", **LAYERWISE}),
        ("slow", {"kind": "iterative", **LAYERWISE}),
        ("rewind", REWIND),
        ("random", RANDOM | {"rounds": 3}),
        ("oneshot", ONESHOT),
    ],
)
def test_another_strategy_leaves_masks_and_runs_of_the_others(
    project: Project, before: dict[str, str], name: str, settings: Any
) -> None:
    project.set(f"{STRATEGIES}.{name}", settings)
    assert changed(before, keys_of(project.study())) == SUMMARIES


def test_another_experiment_changes_metrics_and_report(
    project: Project, before: dict[str, str]
) -> None:
    project.set("experiments.again", {"extends": "lenet-digits"})
    assert changed(before, keys_of(project.study())) == METRICS


def test_another_figure_changes_the_report_alone(project: Project, before: dict[str, str]) -> None:
    project.set("figures.mine", {"extends": "early-stopping", "over": {"digits": "mine"}})
    after = keys_of(project.study())
    assert changed(before, after) == {REPORT}
    assert after.keys() - before.keys() == {f"{ORIGINS}/figures/mine.json"}


def test_more_rounds_leave_masks_and_runs_as_they_were(project: Project) -> None:
    for name in ("accuracy-curves", "loss-curves"):
        project.set(f"figures.{name}.panels", [[{"lines": ["iterative/ticket@100"]}]])
    before = keys_of(project.study())
    project.set(f"{ITERATIVE}.rounds", 14)
    after = keys_of(project.study())
    files = ("mask.h5", "ticket/run.h5", "reinit/run.h5")
    more = {f"{RUNS}/iterative/round-{round}/{file}" for round in (13, 14) for file in files}
    assert after.keys() - before.keys() == more
    assert changed(before, after) == SUMMARIES


def test_a_figure_changes_where_a_new_round_is_nearer(project: Project) -> None:
    for name, level in (("accuracy-curves", 1), ("loss-curves", 51.3)):
        project.set(f"figures.{name}.panels", [[{"lines": [f"iterative/ticket@{level}"]}]])
    before = keys_of(project.study())
    project.set(f"{ITERATIVE}.rounds", 13)
    found = changed(before, keys_of(project.study()))
    assert found & CURVES == {f"{ORIGINS}/figures/accuracy-curves.json"}


def test_more_trials_are_one_more_block(project: Project, before: dict[str, str]) -> None:
    project.set(f"{DIGITS}.trials", 10)
    after = keys_of(project.study())
    more = {path.replace("trials-5-9", "trials-0-4") for path in after.keys() - before.keys()}
    assert more == under(before, RUNS)
    assert not under(changed(before, after), "results/runs", "results/datasets")


def test_another_branch_leaves_masks_and_runs_as_they_were(
    project: Project, before: dict[str, str]
) -> None:
    project.set(f"{ITERATIVE}.branches.shuffle", 1)
    after = keys_of(project.study())
    assert {Path(path).parts[-2] for path in after.keys() - before.keys()} == {"shuffle"}
    assert len(after) - len(before) == 13
    assert changed(before, after) == SUMMARIES


def test_more_repeats_of_a_branch_change_its_runs_alone(
    project: Project, before: dict[str, str]
) -> None:
    project.set(f"{ITERATIVE}.branches.reinit", 2)
    found = under(changed(before, keys_of(project.study())), "results/runs")
    assert found == {path for path in before if path.endswith("reinit/run.h5")}


@pytest.mark.parametrize(
    ("key", "value"),
    [("recipe.learning_rate", 0.002), ("validation", 300), ("recipe.data_order", "shared")],
)
def test_the_recipe_changes_every_run_but_not_what_is_drawn(
    project: Project, before: dict[str, str], key: str, value: object
) -> None:
    project.set(f"{DIGITS}.{key}", value)
    kept = {"results/datasets/digits.json", f"{RUNS}/theta0.h5", f"{RUNS}/dense/round-0/mask.h5"}
    assert changed(before, keys_of(project.study())) == before.keys() - kept


def test_moments_change_the_table_and_what_is_made_from_it(
    project: Project, before: dict[str, str]
) -> None:
    project.set(f"{DIGITS}.moments", [500, 1000])
    assert changed(before, keys_of(project.study())) == SUMMARIES


def test_a_pruning_rate_changes_what_is_pruned_but_nothing_dense(
    project: Project, before: dict[str, str]
) -> None:
    project.set(f"{ITERATIVE}.rates.output", 0.15)
    kept = under(before, "results/datasets", f"{RUNS}/theta0.h5", f"{RUNS}/dense")
    assert changed(before, keys_of(project.study())) == before.keys() - kept
    assert len(kept) == 5


def test_the_method_changes_what_is_pruned_but_nothing_dense(
    project: Project, before: dict[str, str]
) -> None:
    project.set(ITERATIVE, {"method": "global", "rates": {"hidden": 0.2, "output": 0.2}})
    found = changed(before, keys_of(project.study()))
    assert not under(found, f"{RUNS}/dense", f"{RUNS}/theta0.h5")
    assert f"{RUNS}/iterative/round-1/mask.h5" in found


@pytest.mark.parametrize(("key", "value"), [("seed", 0), ("network.hidden", [100, 50])])
def test_the_seed_and_the_network_change_all_but_the_data(
    project: Project, before: dict[str, str], key: str, value: object
) -> None:
    project.set(f"{DIGITS}.{key}", value)
    found = changed(before, keys_of(project.study()))
    assert found == before.keys() - {"results/datasets/digits.json"}


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("colors", {"ticket": "black", "reinit": "red"}),
        ("width", 5),
        ("dpi", 100),
        ("bars", "interval"),
    ],
)
def test_the_style_changes_figures_and_their_report(
    project: Project, before: dict[str, str], key: str, value: object
) -> None:
    project.set(f"style.{key}", value)
    assert changed(before, keys_of(project.study())) == DENSITIES | CURVES | {REPORT}


def test_a_change_of_one_figure_changes_no_other_file(
    project: Project, before: dict[str, str]
) -> None:
    project.set("figures.loss-curves.panels", [[{"lines": ["dense/ticket"]}]])
    found = changed(before, keys_of(project.study()))
    assert found == {f"{ORIGINS}/figures/loss-curves.json", REPORT}


def test_a_change_of_one_experiment_leaves_the_others(project: Project) -> None:
    project.set("experiments.again", {"extends": "lenet-digits"})
    before = keys_of(project.study())
    project.set("experiments.again.recipe", {"learning_rate": 0.01})
    found = changed(before, keys_of(project.study()))
    assert not {path for path in found if "digits" in path} - under(found, f"{ORIGINS}/metrics")
    assert found
