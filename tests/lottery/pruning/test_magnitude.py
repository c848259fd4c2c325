"""Exact counts: of n survivors exactly the rounded share goes, ties or not."""

import numpy as np
import pytest
from pruned import prune, rounded, toy

from lth.lottery.pruning.magnitude import count, smallest


@pytest.mark.parametrize(
    ("rate", "percent"), [(0.05, 95.01), (0.325, 67.56), (0.825, 17.66), (0.95, 5.18)]
)
def test_pruning_once_leaves_what_the_paper_says(rate: float, percent: float) -> None:
    sizes = [(235_200, rate), (30_000, rate), (1_000, rate / 2)]
    left = sum(size - count(size, share) for size, share in sizes)
    assert rounded(2, 100 * left / 266_200) == percent


@pytest.mark.parametrize(
    "weights",
    [
        np.random.default_rng(0).standard_normal(235_200),
        np.full(235_200, 0.5),
        np.repeat([0.1, 0.2, 0.3], 78_400),
    ],
    ids=["no ties", "one value", "three values"],
)
def test_the_first_layer_of_lenet_loses_exactly_47040(weights: np.ndarray) -> None:
    assert count(235_200, 0.2) == 47_040
    after = smallest(weights, np.ones(235_200, bool), 47_040)
    assert int((~after).sum()) == 47_040


@pytest.mark.parametrize("rate", [0.0, 0.1, 0.2, 0.5, 0.325, 0.97])
@pytest.mark.parametrize("survivors", [0, 1, 4, 9, 10, 57])
def test_exactly_the_rounded_share_of_the_survivors_goes(rate: float, survivors: int) -> None:
    mask = np.zeros(60, bool)
    mask[np.random.default_rng(2).permutation(60)[:survivors]] = True
    weights = np.random.default_rng(3).standard_normal(60)
    after = smallest(weights, mask, count(survivors, rate))
    assert int(after.sum()) == survivors - round(rate * survivors)
    assert not (after & ~mask).any()


def test_halves_are_rounded_to_even() -> None:
    assert [count(survivors, 0.5) for survivors in (1, 3, 5, 7)] == [0, 2, 2, 4]


def test_the_sign_of_a_weight_does_not_matter() -> None:
    after = smallest(np.array([-3.0, 0.1, -0.2, 2.0]), np.ones(4, bool), 2)
    assert after.tolist() == [True, False, False, True]


def test_of_equal_weights_those_of_lower_index_go_first() -> None:
    after = smallest(np.tile([0.5, -0.1, 0.1], 78_400), np.ones(235_200, bool), 47_040)
    candidates = np.flatnonzero(np.arange(235_200) % 3)
    assert np.array_equal(np.flatnonzero(~after), candidates[:47_040])
    weights = np.array([[2.0, -1, 1], [1, 2, -1]])
    after = smallest(weights, np.ones((2, 3), bool), 3)
    assert after.tolist() == [[True, False, False], [False, True, True]]


def test_a_pruned_weight_takes_no_part_in_the_ranking() -> None:
    weights, mask = np.array([0.0, 0.0, 5.0, 4.0]), np.array([False, False, True, True])
    assert smallest(weights, mask, 1).tolist() == [False, False, True, False]


def test_a_weight_that_is_nan_counts_as_the_largest() -> None:
    weights = np.array([np.nan, 1.0, np.inf, 2.0])
    assert smallest(weights, np.ones(4, bool), 2).tolist() == [True, False, True, False]
    assert smallest(weights, np.ones(4, bool), 3).tolist() == [True, False, False, False]


@pytest.mark.parametrize("method", ["layer", "global"])
def test_pruning_leaves_its_arguments_as_they_were(method: str) -> None:
    weights, masks = toy()
    copies = {name: value.copy() for name, value in weights.items()}
    prune(method, weights, masks, {"a": 0.5, "b": 0.5})
    assert all(mask.all() for mask in masks.values())
    assert all(np.array_equal(weights[name], copies[name]) for name in weights)


@pytest.mark.parametrize("method", ["layer", "global"])
def test_a_rate_of_0_leaves_a_layer_as_it_is(method: str) -> None:
    weights, masks = toy()
    after = prune(method, weights, masks, {"a": 0.5, "b": 0.0})
    assert [int(mask.sum()) for mask in after.values()] == [63 - 32, 20]
