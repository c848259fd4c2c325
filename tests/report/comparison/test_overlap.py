"""Overlap of masks beside chance, on masks whose numbers can be counted by hand."""

import itertools
import math
from typing import Any

import numpy as np
import pytest

from lth.report.comparison.overlap import overlap
from lth.report.comparison.section import Spread


def bits(*texts: str) -> np.ndarray:
    """Masks of one layer [networks, weights]."""
    return np.array([[bit == "1" for bit in text] for text in texts])


def row(one: dict[str, np.ndarray], other: dict[str, np.ndarray], layer: str) -> dict[str, Any]:
    """The means of a layer's row by column, of masks network by network."""
    places = [(place, place) for place in range(len(next(iter(one.values()))))]
    (found,) = [item for item in overlap(one, other, places) if item["layer"] == layer]
    return {name: item.mean if isinstance(item, Spread) else item for name, item in found.items()}


A, B = bits("1111000000"), bits("0111110000")  # 4 and 5 of 10 weights, 3 of them in both


def test_shares_and_chance_are_those_counted_by_hand() -> None:
    assert row({"fc1": A}, {"fc1": B}, "fc1") == {
        "layer": "fc1",
        "weights": 10,
        "left_in_a": 4,
        "left_in_b": 5,
        "in_both": 3,
        "by_chance": 2,
        "deviation": pytest.approx(math.sqrt(2 / 3)),
        "times_chance": 1.5,
        "z": pytest.approx(1 / math.sqrt(2 / 3)),
        "percent_of_a": 75,
        "percent_of_b": 60,
        "jaccard": 0.5,
    }


def test_chance_is_that_of_all_masks_of_a_size() -> None:
    every = [[place in kept for place in range(6)] for kept in itertools.combinations(range(6), 2)]
    other = np.array(every)
    one = np.repeat(bits("111000"), len(every), axis=0)
    found = row({"fc1": one}, {"fc1": other}, "fc1")
    counts = (one & other).sum(axis=1)
    assert found["by_chance"] == pytest.approx(counts.mean())
    assert found["deviation"] == pytest.approx(counts.std())
    assert found["z"] == pytest.approx(0)


def test_all_layers_together_add_up() -> None:
    one, other = {"fc1": A, "fc2": bits("1100")}, {"fc1": B, "fc2": bits("1111")}
    found = row(one, other, "all")
    assert (found["weights"], found["in_both"], found["by_chance"]) == (14, 5, 4)
    assert found["deviation"] == pytest.approx(math.sqrt(2 / 3)), "fc2 has no choice"
    assert found["percent_of_b"] == pytest.approx(100 * 5 / 9)


def test_masks_that_have_no_choice_have_no_z() -> None:
    found = row({"fc1": bits("111")}, {"fc1": bits("110")}, "fc1")
    assert (found["in_both"], found["by_chance"], found["percent_of_b"]) == (2, 2, 100)
    assert math.isnan(found["z"])


def test_empty_masks_have_no_shares() -> None:
    found = row({"fc1": bits("0")}, {"fc1": bits("0")}, "fc1")
    assert (found["in_both"], found["by_chance"]) == (0, 0)
    assert all(math.isnan(found[name]) for name in ("z", "times_chance", "percent_of_a", "jaccard"))


def test_spreads_are_over_the_networks_compared() -> None:
    one, other = bits("1100", "1010", "1111"), bits("1100", "0011")
    first, _ = overlap({"fc1": one}, {"fc1": other}, [(0, 0), (1, 1)])
    assert first["in_both"] == Spread(1.5, 1.0, 2.0, (2.0, 1.0))


def test_masks_of_convolutions_are_counted_alike() -> None:
    shape = (1, 2, 1, 1, 5)
    found = row({"conv": A.reshape(shape)}, {"conv": B.reshape(shape)}, "conv")
    assert (found["weights"], found["in_both"], found["by_chance"]) == (10, 3, 2)
