"""Pruning before any training."""

import pytest
from planned import BLOCK, LAYERWISE, RUNS, STRATEGIES, inputs_of
from project import Project

from lth.study.graph import Study


@pytest.fixture
def study(project: Project) -> Study:
    project.set(f"{STRATEGIES}.early", {"kind": "early", **LAYERWISE})
    return project.study()


@pytest.mark.parametrize(
    ("round", "before"), [(1, "dense/round-0"), (2, "early/round-1"), (3, "early/round-2")]
)
def test_every_mask_is_pruned_from_theta0(study: Study, round: int, before: str) -> None:
    assert inputs_of(study.mask("digits", BLOCK, "early", round)) == {
        "mask": [f"{RUNS}/{before}/mask.h5"],
        "weights": [f"{RUNS}/theta0.h5"],
    }


def test_tickets_start_from_theta0(study: Study) -> None:
    run = study.run("digits", BLOCK, "early", 2, "ticket")
    assert inputs_of(run)["start"] == [f"{RUNS}/theta0.h5"]
