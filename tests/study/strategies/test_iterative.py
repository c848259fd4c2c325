"""Iterative pruning with resetting: which files its masks and training runs are made from."""

import pytest
from planned import BLOCK, LAYERWISE, RUNS, STRATEGIES, inputs_of
from project import Project

from lth.study.references import InitialWeights, Making, TrainedWeights


@pytest.mark.parametrize("round", [1, 3])
def test_a_mask_is_pruned_from_the_ticket_before_it(project: Project, round: int) -> None:
    mask = project.study().mask("digits", BLOCK, "iterative", round)
    before = f"{RUNS}/iterative/round-{round - 1}" if round > 1 else f"{RUNS}/dense/round-0"
    assert inputs_of(mask) == {
        "mask": [f"{before}/mask.h5"],
        "weights": [f"{before}/ticket/run.h5"],
    }


def test_a_mask_has_a_rate_for_each_weight(project: Project) -> None:
    mask = project.study().mask("digits", BLOCK, "iterative", 3)
    rates = {"fc1.weight": 0.2, "fc2.weight": 0.2, "output.weight": 0.1}
    assert mask.settings["rates"] == rates
    assert mask.settings["making"]["method"] == "layer"


def test_what_no_rate_is_given_for_is_left_as_it_is(project: Project) -> None:
    project.set("experiments.r", {"extends": "resnet-18"})
    rates = project.study().mask("r", "trials-0-0", "iterative", 1).settings["rates"]
    shortcuts = {name for name in rates if "shortcut" in name}
    assert shortcuts
    assert {rates[name] for name in [*shortcuts, "output.weight"]} == {0.0}
    assert {rate for name, rate in rates.items() if name not in shortcuts} == {0.2, 0.0}


@pytest.mark.parametrize("branch", ["ticket", "reinit"])
def test_a_training_run_starts_from_theta0_under_its_mask(project: Project, branch: str) -> None:
    run = project.study().run("digits", BLOCK, "iterative", 3, branch)
    assert inputs_of(run) == {
        "dataset": ["results/datasets/digits.json"],
        "start": [f"{RUNS}/theta0.h5"],
        "mask": [f"{RUNS}/iterative/round-3/mask.h5"],
    }
    assert run.settings["start"] == {"kind": "theta0"}


def test_only_tickets_keep_their_weights(project: Project) -> None:
    study = project.study()
    branches = ("ticket", "reinit")
    runs = [study.run("digits", BLOCK, "iterative", 3, branch) for branch in branches]
    assert [run.settings["keep_weights"] for run in runs] == [True, False]
    assert [run.settings["repeats"] for run in runs] == [1, 1]


def test_rounds_follow_each_other_under_any_name(project: Project) -> None:
    project.set("figures", {})
    project.set(STRATEGIES, {"iterative": None, "slow": {"kind": "iterative", **LAYERWISE}})
    strategy = project.read().experiments["digits"].strategies["slow"]
    weights = TrainedWeights(strategy="slow", round=1, branch="ticket")
    making = Making(method="layer", strategy="slow", round=1, weights=weights)
    assert strategy.making("slow", 2) == making
    assert strategy.reset == InitialWeights()
