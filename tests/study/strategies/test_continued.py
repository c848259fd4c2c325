"""Pruning with continued training: the search goes on, and its tickets are reset."""

import pytest
from planned import BLOCK, LAYERWISE, RUNS, STRATEGIES, inputs_of
from project import Project

from lth.study.graph import Study

OWN = f"{RUNS}/continued"


@pytest.fixture
def study(project: Project) -> Study:
    project.set(f"{STRATEGIES}.continued", {"kind": "continued", **LAYERWISE})
    return project.study()


def test_the_first_mask_is_pruned_from_the_dense_network(study: Study) -> None:
    assert inputs_of(study.mask("digits", BLOCK, "continued", 1)) == {
        "mask": [f"{RUNS}/dense/round-0/mask.h5"],
        "weights": [f"{RUNS}/dense/round-0/ticket/run.h5"],
    }


def test_later_masks_are_pruned_from_the_search(study: Study) -> None:
    assert inputs_of(study.mask("digits", BLOCK, "continued", 3)) == {
        "mask": [f"{OWN}/round-2/mask.h5"],
        "weights": [f"{OWN}/round-2/search/run.h5"],
    }


def test_the_search_goes_on_from_the_run_before(study: Study) -> None:
    searches = [study.run("digits", BLOCK, "continued", round, "search") for round in (1, 2)]
    assert [inputs_of(run)["start"] for run in searches] == [
        [f"{RUNS}/dense/round-0/ticket/run.h5"],
        [f"{OWN}/round-1/search/run.h5"],
    ]
    before = {"kind": "run", "strategy": "continued", "round": 1, "branch": "search"}
    assert searches[1].settings["start"] == before


def test_the_search_keeps_its_weights_and_is_one_network_a_trial(study: Study) -> None:
    run = study.run("digits", BLOCK, "continued", 1, "search")
    assert (run.settings["repeats"], run.settings["keep_weights"]) == (1, True)


def test_tickets_are_reset_to_theta0(study: Study) -> None:
    run = study.run("digits", BLOCK, "continued", 3, "ticket")
    assert inputs_of(run)["start"] == [f"{RUNS}/theta0.h5"]


def test_the_search_is_in_no_table(study: Study) -> None:
    assert not [run for run in study.runs("digits") if run.settings["branch"] == "search"]
    searches = [node for node in study.nodes() if "/search/" in node.path]
    assert [node.path for node in searches] == [f"{OWN}/round-{n}/search/run.h5" for n in (2, 1)]
