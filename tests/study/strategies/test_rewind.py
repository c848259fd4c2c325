"""Iterative pruning with rewinding: tickets start from an iteration of the dense training run."""

import pytest
from planned import BLOCK, REWIND, RUNS, STRATEGIES, inputs_of
from project import Project

from lth.study.graph import Study
from lth.study.plans.run import Run


@pytest.fixture
def study(project: Project) -> Study:
    project.set(f"{STRATEGIES}.rewind", REWIND)
    return project.study()


def test_tickets_start_from_an_iteration_of_the_dense_run(study: Study) -> None:
    run = study.run("digits", BLOCK, "rewind", 2, "ticket")
    assert inputs_of(run)["start"] == [f"{RUNS}/dense/round-0/iteration-100.h5"]
    assert run.settings["start"] == {"kind": "rewound", "iteration": 100}
    assert isinstance(run.plan, Run)
    assert run.plan.first_iteration == 100


def test_the_dense_run_itself_starts_from_theta0(study: Study) -> None:
    run = study.run("digits", BLOCK, "dense", 0, "ticket")
    assert run.settings["start"] == {"kind": "theta0"}
    assert isinstance(run.plan, Run)
    assert run.plan.first_iteration == 0


def test_rewound_weights_are_trained_from_theta0_without_a_mask(study: Study) -> None:
    assert inputs_of(study.rewound("digits", BLOCK, 100)) == {
        "dataset": ["results/datasets/digits.json"],
        "start": [f"{RUNS}/theta0.h5"],
        "mask": [f"{RUNS}/dense/round-0/mask.h5"],
    }


def test_masks_are_pruned_from_the_rewound_tickets(study: Study) -> None:
    assert inputs_of(study.mask("digits", BLOCK, "rewind", 2))["weights"] == [
        f"{RUNS}/rewind/round-1/ticket/run.h5"
    ]


def test_iteration_0_is_theta0(project: Project) -> None:
    project.set(f"{STRATEGIES}.rewind", REWIND | {"iteration": 0})
    study = project.study()
    run = study.run("digits", BLOCK, "rewind", 2, "ticket")
    assert inputs_of(run)["start"] == [f"{RUNS}/theta0.h5"]
    assert not [node for node in study.nodes() if node.kind == "rewound"]
