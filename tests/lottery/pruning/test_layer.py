"""Layer by layer: the masks of the paper's Lenet in rounds 0 to 24, and toy layers."""

import itertools

import numpy as np
import pytest
from pruned import prune, rounded, toy

from lth.lottery.masks import density, survivors

SHAPES = {"fc1.weight": (300, 784), "fc2.weight": (100, 300), "output.weight": (10, 100)}
RATES = {"fc1.weight": 0.2, "fc2.weight": 0.2, "output.weight": 0.1}
Arrays = dict[str, np.ndarray]


@pytest.fixture(scope="module")
def lenet() -> list[Arrays]:
    """The masks of each round. Weights are drawn anew, as training would change them."""
    generator = np.random.default_rng(1)
    masks = [{name: np.ones(shape, bool) for name, shape in SHAPES.items()}]
    for _ in range(24):
        weights = {
            name: generator.standard_normal(shape, np.float32) for name, shape in SHAPES.items()
        }
        masks.append(prune("layer", weights, masks[-1], RATES))
    return masks


@pytest.mark.parametrize(
    ("round", "layers", "percent"),
    [
        (0, [235_200, 30_000, 1_000], 100.0),
        (1, [188_160, 24_000, 900], 80.038),
        (3, [120_422, 15_360, 729], 51.281),
        (7, [49_325, 6_291, 478], 21.072),
        (9, [31_568, 4_026, 387], 13.517),
        (15, [8_275, 1_056, 206], 3.583),
        (24, [1_111, 142, 79], 0.500),
    ],
)
def test_lenet_has_exactly_so_many_weights_left(
    lenet: list[Arrays], round: int, layers: list[int], percent: float
) -> None:
    masks = lenet[round]
    assert [int(mask.sum()) for mask in masks.values()] == layers
    stack = {name: mask[None] for name, mask in masks.items()}
    assert survivors(stack).tolist() == [sum(layers)]
    assert rounded(3, 100 * density(stack)[0]) == percent


def test_the_masks_of_all_rounds_nest(lenet: list[Arrays]) -> None:
    for before, after in itertools.pairwise(lenet):
        assert not any((after[name] & ~before[name]).any() for name in SHAPES)


def test_no_pruned_weight_is_larger_than_one_left_in_its_layer() -> None:
    weights, masks = toy()
    after = prune("layer", weights, masks, {"a": 0.4, "b": 0.15})
    for name, mask in after.items():
        size = np.abs(weights[name])
        assert size[~mask].max() <= size[mask].min()
    assert [int(mask.sum()) for mask in after.values()] == [63 - 25, 20 - 3]


def test_layers_are_ranked_apart() -> None:
    weights = {"a": np.array([10.0, 20, 30, 40]), "b": np.array([0.4, 0.3, 0.2, 0.1])}
    masks = {name: np.ones(4, bool) for name in weights}
    after = prune("layer", weights, masks, {"a": 0.5, "b": 0.25})
    assert after["a"].tolist() == [False, False, True, True]
    assert after["b"].tolist() == [True, True, True, False]
