"""Magnitude pruning by exact count: the numbers of the paper, ties, nesting, and global against layer-wise ranking."""

import itertools

import numpy as np
import pytest

from lth import pruning

SHAPES = {"fc1.weight": (300, 784), "fc2.weight": (100, 300), "output.weight": (10, 100)}
RATES = {"fc1.weight": 0.2, "fc2.weight": 0.2, "output.weight": 0.1}
Masks = dict[str, np.ndarray]


def unused(name: str) -> np.random.Generator:
    raise AssertionError(f"pruning by magnitude draws nothing ({name})")


def prune(method: str, weights: Masks, masks: Masks, rates: dict[str, float]) -> Masks:
    return pruning.METHODS[method].make(pruning.Layers(masks, weights, rates, unused))


def toy(seed: int = 0) -> tuple[Masks, Masks]:
    generator = np.random.default_rng(seed)
    shapes = {"a": (7, 9), "b": (5, 4)}
    weights = {name: generator.standard_normal(shape).astype(np.float32) for name, shape in shapes.items()}
    return weights, {name: np.ones(value.shape, bool) for name, value in weights.items()}


@pytest.fixture(scope="module")
def lenet() -> list[Masks]:
    """The masks of Lenet in rounds 0 to 24, each round's weights drawn anew as training would change them."""
    generator = np.random.default_rng(1)
    masks = [{name: np.ones(shape, bool) for name, shape in SHAPES.items()}]
    for _ in range(24):
        weights = {name: generator.standard_normal(shape, np.float32) for name, shape in SHAPES.items()}
        masks.append(prune("layer", weights, masks[-1], RATES))
    return masks


def stacked(masks: Masks) -> Masks:
    return {name: mask[None] for name, mask in masks.items()}


@pytest.mark.parametrize(
    ("round", "fc1", "fc2", "output", "percent"),
    [
        (0, 235_200, 30_000, 1_000, 100.0),
        (1, 188_160, 24_000, 900, 80.038),
        (3, 120_422, 15_360, 729, 51.281),
        (7, 49_325, 6_291, 478, 21.072),
        (9, 31_568, 4_026, 387, 13.517),
        (15, 8_275, 1_056, 206, 3.583),
        (24, 1_111, 142, 79, 0.500),
    ],
)
def test_lenet_has_exactly_so_many_weights_left(lenet: list[Masks], round: int, fc1: int, fc2: int, output: int, percent: float) -> None:
    masks = lenet[round]
    assert [int(mask.sum()) for mask in masks.values()] == [fc1, fc2, output]
    assert pruning.survivors(stacked(masks)).tolist() == [fc1 + fc2 + output]
    assert round_to(3, 100 * pruning.density(stacked(masks))[0]) == percent


def round_to(digits: int, value: float) -> float:
    return float(f"{value:.{digits}f}")


def test_the_masks_of_all_rounds_nest(lenet: list[Masks]) -> None:
    for before, after in itertools.pairwise(lenet):
        assert all(not (after[name] & ~before[name]).any() for name in SHAPES)


@pytest.mark.parametrize(("rate", "percent"), [(0.05, 95.01), (0.325, 67.56), (0.825, 17.66), (0.95, 5.18)])
def test_pruning_once_leaves_what_the_paper_says(rate: float, percent: float) -> None:
    sizes = [(235_200, rate), (30_000, rate), (1_000, rate / 2)]
    left = sum(size - pruning.count(size, share) for size, share in sizes)
    assert round_to(2, 100 * left / 266_200) == percent


def test_the_first_layer_of_lenet_loses_exactly_47040_weights_ties_or_not() -> None:
    assert pruning.count(235_200, 0.2) == 47_040
    for weights in (np.random.default_rng(0).standard_normal(235_200), np.full(235_200, 0.5), np.repeat([0.1, 0.2, 0.3], 78_400)):
        assert int((~pruning.smallest(weights, np.ones(235_200, bool), 47_040)).sum()) == 47_040


@pytest.mark.parametrize("rate", [0.0, 0.1, 0.2, 0.5, 0.325, 0.97])
@pytest.mark.parametrize("survivors", [0, 1, 4, 9, 10, 57])
def test_exactly_the_rounded_share_of_the_survivors_goes(rate: float, survivors: int) -> None:
    mask = np.zeros(60, bool)
    mask[np.random.default_rng(2).permutation(60)[:survivors]] = True
    after = pruning.smallest(np.random.default_rng(3).standard_normal(60), mask, pruning.count(survivors, rate))
    assert int(after.sum()) == survivors - round(rate * survivors)
    assert not (after & ~mask).any()


def test_no_pruned_weight_is_larger_than_a_kept_one_in_its_layer() -> None:
    weights, masks = toy()
    after = prune("layer", weights, masks, {"a": 0.4, "b": 0.15})
    for name, mask in after.items():
        size = np.abs(weights[name])
        assert size[~mask].max() <= size[mask].min()
    assert [int(mask.sum()) for mask in after.values()] == [63 - 25, 20 - 3]


def test_layers_are_ranked_apart() -> None:
    weights = {"a": np.array([10.0, 20, 30, 40]), "b": np.array([0.4, 0.3, 0.2, 0.1])}
    after = prune("layer", weights, {name: np.ones(4, bool) for name in weights}, {"a": 0.5, "b": 0.25})
    assert after["a"].tolist() == [False, False, True, True]
    assert after["b"].tolist() == [True, True, True, False]


def test_a_rate_of_0_leaves_a_layer_as_it_is() -> None:
    weights, masks = toy()
    for method in ("layer", "global"):
        after = prune(method, weights, masks, {"a": 0.5, "b": 0.0})
        assert [int(mask.sum()) for mask in after.values()] == [63 - 32, 20]


def test_global_pruning_ranks_all_survivors_together_and_counts_only_these() -> None:
    weights, masks = toy()
    masks["a"][:3] = False
    after = prune("global", weights, masks, {"a": 0.3, "b": 0.3})
    kept = np.concatenate([np.abs(weights[name][after[name]]) for name in masks])
    gone = np.concatenate([np.abs(weights[name][masks[name] & ~after[name]]) for name in masks])
    assert len(gone) == round(0.3 * (36 + 20))
    assert gone.max() <= kept.min()
    assert all(not (after[name] & ~masks[name]).any() for name in masks)


def test_of_equal_weights_global_pruning_takes_the_first_layers_first() -> None:
    weights = {"a": np.full((2, 2), -0.5), "b": np.full(4, 0.5)}
    after = prune("global", weights, {name: np.ones(value.shape, bool) for name, value in weights.items()}, {"a": 0.625, "b": 0.625})
    assert after["a"].tolist() == [[False, False], [False, False]]
    assert after["b"].tolist() == [False, True, True, True]


@pytest.mark.parametrize(("round", "percent"), [(4, 41.7), (6, 27.1), (7, 21.9), (10, 11.8)])
def test_resnet_pruned_globally_is_as_dense_as_in_the_paper(round: int, percent: float) -> None:
    left = 267_696
    for _ in range(round):
        left -= pruning.count(left, 0.2)
    assert round_to(1, 100 * (left + 2_560 + 640) / 270_896) == percent


@pytest.mark.parametrize(("round", "percent"), [(12, 6.9), (15, 3.5), (19, 1.5)])
def test_vgg_pruned_globally_is_as_dense_as_in_the_paper(round: int, percent: float) -> None:
    left = 20_018_880
    for _ in range(round):
        left -= pruning.count(left, 0.2)
    assert round_to(1, 100 * (left + 5_120) / 20_024_000) == percent


def test_random_masks_are_as_dense_in_each_layer_at_other_places() -> None:
    masks = {"a": np.arange(63).reshape(7, 9) < 20, "b": np.arange(20).reshape(5, 4) < 19}
    after = pruning.METHODS["random"].make(pruning.Layers(masks, {}, {}, lambda name: np.random.default_rng(len(name))))
    assert [int(mask.sum()) for mask in after.values()] == [20, 19]
    assert not np.array_equal(after["a"], masks["a"])


def test_every_place_of_a_random_mask_is_as_likely() -> None:
    masks, generator = {"a": np.arange(12).reshape(3, 4) < 3}, np.random.default_rng(0)
    many = sum(pruning.METHODS["random"].make(pruning.Layers(masks, {}, {}, lambda name: generator))["a"].astype(int) for _ in range(4000))
    assert np.abs(many - 1000).max() < 5 * np.sqrt(4000 * 0.25 * 0.75)


def test_the_sign_of_a_weight_does_not_matter() -> None:
    after = pruning.smallest(np.array([-3.0, 0.1, -0.2, 2.0]), np.ones(4, bool), 2)
    assert after.tolist() == [True, False, False, True]


def test_of_equal_weights_those_of_lower_flat_index_go_first() -> None:
    after = pruning.smallest(np.tile([0.5, -0.1, 0.1], 78_400), np.ones(235_200, bool), 47_040)
    assert np.array_equal(np.flatnonzero(~after), np.flatnonzero(np.arange(235_200) % 3)[:47_040])
    weights = np.array([[2.0, -1, 1], [1, 2, -1]])
    assert pruning.smallest(weights, np.ones((2, 3), bool), 3).tolist() == [[True, False, False], [False, True, True]]


def test_a_pruned_weight_takes_no_part_in_the_ranking() -> None:
    weights, mask = np.array([0.0, 0.0, 5.0, 4.0]), np.array([False, False, True, True])
    assert pruning.smallest(weights, mask, 1).tolist() == [False, False, True, False]


def test_a_weight_that_is_nan_counts_as_the_largest() -> None:
    weights = np.array([np.nan, 1.0, np.inf, 2.0])
    assert pruning.smallest(weights, np.ones(4, bool), 2).tolist() == [True, False, True, False]
    assert pruning.smallest(weights, np.ones(4, bool), 3).tolist() == [True, False, False, False]


def test_pruning_leaves_its_arguments_as_they_were() -> None:
    weights, masks = toy()
    copies = {name: value.copy() for name, value in weights.items()}
    for method in ("layer", "global"):
        prune(method, weights, masks, {"a": 0.5, "b": 0.5})
    assert all(mask.all() for mask in masks.values())
    assert all(np.array_equal(weights[name], copies[name]) for name in weights)


def test_density_and_survivors_are_those_of_each_network() -> None:
    masks = {"a": np.array([[True, True, False, False], [True, False, False, False]]), "b": np.array([[True], [False]])}
    assert pruning.survivors(masks).tolist() == [3, 1]
    assert pruning.density(masks).tolist() == [0.6, 0.2]
