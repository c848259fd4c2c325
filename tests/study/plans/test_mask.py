"""Plans of masks: those that are pruned or drawn, and the dense network's."""

import pytest
from planned import BLOCK
from project import Project

from lth.study.plans.mask import Mask, dense_mask, weights_at
from lth.study.plans.plan import Address
from lth.study.references import InitialWeights, RewoundWeights, TrainedWeights


def plan(project: Project, strategy: str, round: int) -> Mask:
    found = project.study().mask("digits", BLOCK, strategy, round).plan
    assert isinstance(found, Mask)
    return found


def test_the_dense_mask_is_made_from_nothing(project: Project) -> None:
    dense = plan(project, "dense", 0)
    assert (dense.making, dense.rates, dense.inputs(), dense.entries()) == (None, {}, {}, ())
    assert (dense.strategy, dense.round, dense.repeats, dense.verb) == ("dense", 0, 1, "init")
    assert dense == dense_mask("digits", BLOCK, dense.shapes, dense.seed)


def test_other_masks_are_pruned(project: Project) -> None:
    pruned = plan(project, "iterative", 2)
    assert pruned.verb == "prune"
    assert [entry.__module__ for entry in pruned.entries()] == ["lth.lottery.pruning.layer"]
    assert pruned.shapes == plan(project, "dense", 0).shapes


@pytest.mark.parametrize(
    ("weights", "kind", "coordinates"),
    [
        (InitialWeights(), "theta0", {}),
        (RewoundWeights(iteration=5), "rewound", {"iteration": 5}),
        (
            TrainedWeights(strategy="s", round=2, branch="ticket"),
            "run",
            {"strategy": "s", "round": 2, "branch": "ticket"},
        ),
    ],
)
def test_weights_lie_at_the_address_of_their_kind(
    weights: InitialWeights | RewoundWeights | TrainedWeights,
    kind: str,
    coordinates: dict[str, str | int],
) -> None:
    block = {"experiment": "digits", "block": BLOCK}
    assert weights_at(weights, block) == Address(kind, block | coordinates)
