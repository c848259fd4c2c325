"""One-shot pruning: the dense network is pruned by each of the rates."""

import pytest
from planned import BLOCK, ONESHOT, RUNS, STRATEGIES, inputs_of
from project import Project


@pytest.mark.parametrize(("round", "hidden"), [(1, 0.5), (2, 0.9)])
def test_every_mask_is_pruned_from_the_dense_network(
    project: Project, round: int, hidden: float
) -> None:
    project.set(f"{STRATEGIES}.once", ONESHOT)
    mask = project.study().mask("digits", BLOCK, "once", round)
    assert inputs_of(mask) == {
        "mask": [f"{RUNS}/dense/round-0/mask.h5"],
        "weights": [f"{RUNS}/dense/round-0/ticket/run.h5"],
    }
    rates = {"fc1.weight": hidden, "fc2.weight": hidden, "output.weight": hidden / 2}
    assert mask.settings["rates"] == rates


def test_there_are_as_many_rounds_as_rates(project: Project) -> None:
    project.set(f"{STRATEGIES}.once", ONESHOT)
    assert project.read().experiments["digits"].strategies["once"].last_round == 2
