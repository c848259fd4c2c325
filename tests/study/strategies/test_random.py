"""Random sparsity: masks that are drawn, as dense as those of another strategy."""

from planned import BLOCK, LAYERWISE, RANDOM, RUNS, STRATEGIES, inputs_of
from project import Project


def test_a_drawn_mask_is_made_from_the_mask_that_it_is_like(project: Project) -> None:
    project.set(f"{STRATEGIES}.random", RANDOM | {"rounds": 3})
    mask = project.study().mask("digits", BLOCK, "random", 2)
    assert inputs_of(mask) == {"mask": [f"{RUNS}/iterative/round-2/mask.h5"]}
    assert mask.settings["making"]["method"] == "random"
    assert (mask.settings["making"]["weights"], mask.settings["rates"]) == (None, {})


def test_the_strategy_that_it_is_like_may_have_any_name(project: Project) -> None:
    project.set(f"{STRATEGIES}.slow", {"kind": "iterative", **LAYERWISE})
    project.set(f"{STRATEGIES}.as-sparse", RANDOM | {"like": "slow", "rounds": 3})
    mask = project.study().mask("digits", BLOCK, "as-sparse", 3)
    assert inputs_of(mask) == {"mask": [f"{RUNS}/slow/round-3/mask.h5"]}


def test_every_repeat_has_a_mask_of_its_own(project: Project) -> None:
    branches = {"reinit": 4, "shuffle": 2}
    project.set(f"{STRATEGIES}.random", RANDOM | {"rounds": 3, "branches": branches})
    study = project.study()
    assert study.mask("digits", BLOCK, "random", 2).settings["repeats"] == 4
    assert study.run("digits", BLOCK, "random", 2, "shuffle").settings["repeats"] == 2
    assert study.mask("digits", BLOCK, "iterative", 2).settings["repeats"] == 1
