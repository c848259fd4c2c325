"""All layers together: one ranking, ties by layer, and the densities of the paper."""

import numpy as np
import pytest
from pruned import prune, rounded, toy

from lth.lottery.pruning.choices import METHODS
from lth.lottery.pruning.magnitude import count


def test_the_survivors_of_all_layers_are_ranked_together() -> None:
    weights, masks = toy()
    masks["a"][:3] = False
    after = prune("global", weights, masks, {"a": 0.3, "b": 0.3})
    kept = np.concatenate([np.abs(weights[name][after[name]]) for name in masks])
    gone = np.concatenate([np.abs(weights[name][masks[name] & ~after[name]]) for name in masks])
    assert len(gone) == round(0.3 * (36 + 20))
    assert gone.max() <= kept.min()
    assert not any((after[name] & ~masks[name]).any() for name in masks)


def test_of_equal_weights_those_of_the_first_layers_go_first() -> None:
    weights = {"b": np.full(4, 0.5), "a": np.full((2, 2), -0.5)}
    masks = {name: np.ones(value.shape, bool) for name, value in weights.items()}
    after = prune("global", weights, masks, {"a": 0.625, "b": 0.625})
    assert list(after) == ["b", "a"]
    assert after["a"].tolist() == [[False, False], [False, False]]
    assert after["b"].tolist() == [False, True, True, True]


def test_some_layer_needs_a_rate() -> None:
    weights, masks = toy()
    with pytest.raises(ValueError, match="rates: expected one above 0, to prune the layers"):
        prune("global", weights, masks, {"a": 0.0, "b": 0.0})


@pytest.mark.parametrize(("round", "percent"), [(4, 41.7), (6, 27.1), (7, 21.9), (10, 11.8)])
def test_resnet_gets_as_sparse_as_in_the_paper(round: int, percent: float) -> None:
    left = after_rounds(267_696, round)
    assert rounded(1, 100 * (left + 2_560 + 640) / 270_896) == percent


@pytest.mark.parametrize(("round", "percent"), [(12, 6.9), (15, 3.5), (19, 1.5)])
def test_vgg_gets_as_sparse_as_in_the_paper(round: int, percent: float) -> None:
    left = after_rounds(20_018_880, round)
    assert rounded(1, 100 * (left + 5_120) / 20_024_000) == percent


def after_rounds(left: int, rounds: int) -> int:
    """The weights left of so many after rounds of pruning a fifth."""
    for _ in range(rounds):
        left -= count(left, 0.2)
    return left


def test_only_global_pruning_ranks_layers_together() -> None:
    assert [name for name, method in METHODS.items() if method.together] == ["global"]
