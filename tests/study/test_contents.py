"""Which arrays a file of each kind has, and how many networks."""

from typing import Any

import pytest
from planned import BLOCK, RANDOM, REWIND, STRATEGIES
from project import Project

from lth.study import contents
from lth.study.graph import Study

SHAPE, CLASSES = (8, 8), 10
INDEX = {"trial", "repeat"}


@pytest.fixture
def study(project: Project) -> Study:
    project.set(f"{STRATEGIES}.rewind", REWIND)
    branches = {"branches": {"reinit": 3}}
    project.set(f"{STRATEGIES}.random", RANDOM | {"rounds": 3} | branches)
    return project.study()


def arrays(plan: Any) -> dict[str, set[str]]:
    """The names of the arrays of a file by their group."""
    found: dict[str, set[str]] = {}
    for name in contents.template(plan, SHAPE, CLASSES):
        group, _, inner = name.rpartition("/")
        found.setdefault(group, set()).add(inner)
    return found


def weights(study: Study) -> set[str]:
    shapes = study.mask("digits", BLOCK, "dense", 0).settings["shapes"]
    return {*shapes, *(name.replace("weight", "bias") for name in shapes)}


def test_theta0_and_rewound_weights_are_all_parameters(study: Study) -> None:
    for node in (study.theta0("digits", BLOCK), study.rewound("digits", BLOCK, 100)):
        assert arrays(node.plan) == {"": INDEX, "weights": weights(study)}
        shapes = contents.template(node.plan, SHAPE, CLASSES)
        assert shapes["weights/fc1.weight"][0] == (5, 300, 64)


def test_a_mask_has_an_array_for_each_weight(study: Study) -> None:
    node = study.mask("digits", BLOCK, "random", 1)
    plan, names = node.plan, set(node.settings["shapes"])
    assert arrays(plan) == {"": INDEX | {"ancestor_diverged"}, "mask": names}
    assert contents.template(plan, SHAPE, CLASSES)["mask/fc1.weight"][0] == (15, 300, 64)


def test_a_run_has_weights_where_its_plan_says_so(study: Study) -> None:
    round_1 = ("digits", BLOCK, "iterative", 1)
    ticket, reinit = (study.run(*round_1, name).plan for name in ("ticket", "reinit"))
    assert arrays(ticket)["weights"] == weights(study)
    assert arrays(ticket) == {**arrays(reinit), "weights": weights(study)}
    assert {"curves", "measures", ""} == arrays(reinit).keys()


def test_a_rewound_run_has_fewer_evaluations(study: Study) -> None:
    plans = [study.run("digits", BLOCK, *at, "ticket").plan for at in (("dense", 0), ("rewind", 1))]
    shapes = [contents.template(plan, SHAPE, CLASSES)["iterations"][0] for plan in plans]
    assert shapes == [(1 + 1500 // 20,), (1 + (1500 - 100) // 20,)]


@pytest.mark.parametrize(("strategy", "networks"), [("iterative", 5), ("random", 15), ("dense", 5)])
def test_a_file_has_all_repeats_of_all_trials(study: Study, strategy: str, networks: int) -> None:
    plan: Any = study.mask("digits", BLOCK, strategy, int(strategy != "dense")).plan
    assert contents.networks_of(plan) == networks


def test_other_files_have_no_arrays(study: Study) -> None:
    with pytest.raises(ValueError, match=r"^kind 'table' is no HDF5 file$"):
        contents.template(study.table("digits").plan, SHAPE, CLASSES)
