"""Nested masks as the last round that keeps each weight."""

import numpy as np
import pytest

from lth.lottery import lifetimes

DENSE = np.ones((1, 4), bool)
ONE, TWO = np.array([[True, True, False, True]]), np.array([[False, True, False, True]])


def lives(*masks: np.ndarray) -> dict[str, np.ndarray]:
    found = lifetimes.dense({"fc": DENSE})
    for round, mask in enumerate(masks, start=1):
        found = lifetimes.extended(found, {"fc": mask}, round)
    return found


def test_a_weight_has_the_last_round_that_keeps_it() -> None:
    found = lives(ONE, TWO)["fc"]
    assert found.tolist() == [[1, 2, 0, 2]]
    assert found.dtype == np.uint8


def test_every_mask_comes_back() -> None:
    found = lives(ONE, TWO)["fc"]
    for round, mask in enumerate((DENSE, ONE, TWO)):
        assert np.array_equal(found >= round, mask)


def test_densities_are_those_of_the_masks() -> None:
    found = lives(ONE, TWO)
    assert [lifetimes.density(found, round).tolist() for round in range(3)] == [[1], [0.75], [0.5]]


def test_masks_that_are_not_nested_are_refused() -> None:
    with pytest.raises(ValueError, match=r"fc: round 2 keeps weights that round 1 has pruned"):
        lives(TWO, ONE)
    with pytest.raises(ValueError, match=r"fc: the dense network's mask does not keep every"):
        lifetimes.dense({"fc": ONE})
