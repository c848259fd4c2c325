"""Masks: density, exact zeros, and the arrays of a mask file."""

import numpy as np
from starts import draw

from lth.files import hdf5
from lth.lottery import masks

TWO = {
    "a": np.array([[True, True, False, False], [True, False, False, False]]),
    "b": np.array([[True], [False]]),
}


def test_density_and_survivors_are_those_of_each_network() -> None:
    assert masks.survivors(TWO).tolist() == [3, 1]
    assert masks.density(TWO).tolist() == [0.6, 0.2]


def test_a_stack_has_the_networks_on_the_first_axis() -> None:
    stack = masks.stacked([draw(0), draw(1)])
    assert stack["fc1.weight"].shape == (2, 6, 9)
    assert np.array_equal(stack["fc1.weight"][1], draw(1)["fc1.weight"])


def test_pruned_weights_are_exact_positive_zeros() -> None:
    weights = masks.stacked([draw(0)])
    mask = {"fc1.weight": np.random.default_rng(0).random((1, 6, 9)) < 0.5}
    pruned = masks.apply(weights, mask)["fc1.weight"][~mask["fc1.weight"]]
    assert pruned.size
    assert pruned.tobytes() == bytes(4 * pruned.size)


def test_weights_that_are_left_stay_bit_equal() -> None:
    weights = masks.stacked([draw(0)])
    mask = {"fc1.weight": np.random.default_rng(0).random((1, 6, 9)) < 0.5}
    result = masks.apply(weights, mask)
    kept = mask["fc1.weight"]
    assert np.array_equal(result["fc1.weight"][kept], weights["fc1.weight"][kept])
    assert result["output.weight"] is weights["output.weight"]
    assert result["fc1.weight"].dtype == np.float32


def test_a_mask_file_holds_the_pairs_the_masks_and_divergence() -> None:
    assert masks.template(3, {"a": (7, 9), "b": [5]}) == {
        "trial": ((3,), hdf5.INTEGER),
        "repeat": ((3,), hdf5.INTEGER),
        "ancestor_diverged": ((3,), hdf5.BOOL),
        "mask/a": ((3, 7, 9), hdf5.BOOL),
        "mask/b": ((3, 5), hdf5.BOOL),
    }
