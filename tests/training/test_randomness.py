"""The randomness of training runs: where it differs, and that its bits never change."""

from typing import Any

import numpy as np
import pytest

from lth.training.randomness import Randomness

PAIRS = [(0, 0), (0, 1), (1, 0)]


def drawn(data_order: Any = "fresh", *, round: int = 1, count: int = 30) -> Randomness:
    address = {"strategy": "iterative", "round": round, "branch": "reinit"}
    return Randomness(3, address, data_order, PAIRS, count)


def orders(randomness: Randomness) -> list[list[int]]:
    return [randomness.order(network, 0).tolist() for network in range(len(PAIRS))]


def test_shared_order_gives_repeats_the_same_batches() -> None:
    first, second, other = orders(drawn("shared"))
    assert first == second != other
    assert orders(drawn("shared", round=2)) == [first, second, other]


def test_fresh_order_differs_by_trial_repeat_and_round() -> None:
    found = orders(drawn("fresh")) + orders(drawn("fresh", round=2))
    assert len({tuple(order) for order in found}) == 6


def test_an_order_is_a_permutation_of_the_examples() -> None:
    randomness = drawn()
    assert sorted(randomness.order(0, 0)) == sorted(randomness.order(0, 1)) == list(range(30))
    assert not np.array_equal(randomness.order(0, 0), randomness.order(0, 1))


def test_shifts_cover_their_range() -> None:
    shifts = drawn(count=2_000).shifts(0, 0)
    values = [np.unique(column).tolist() for column in shifts.T]
    assert values == [[0, 1], list(range(9)), list(range(9))]


def test_shifts_differ_by_network_and_epoch() -> None:
    randomness = drawn(count=2_000)
    shifts = randomness.shifts(0, 0)
    assert not np.array_equal(shifts, randomness.shifts(1, 0))
    assert not np.array_equal(shifts, randomness.shifts(0, 1))
    assert np.array_equal(shifts, drawn(count=2_000).shifts(0, 0))


@pytest.mark.parametrize(("data_order", "count"), [("fresh", 3), ("shared", 2)])
def test_keys_of_dropout_follow_the_data_order(data_order: str, count: int) -> None:
    randomness = drawn(data_order)
    assert len({randomness.key(network) for network in range(3)}) == count


def test_the_bits_of_draws_never_change() -> None:
    """Other numbers here mean that no published result can be made again."""
    fresh, shared = drawn("fresh", count=8), drawn("shared", count=8)
    assert fresh.order(1, 2).tolist() == [6, 3, 2, 7, 0, 4, 1, 5]
    assert fresh.shifts(1, 2)[:2].tolist() == [[1, 6, 3], [0, 5, 5]]
    assert fresh.key(1) == 6410731906704006969
    assert shared.order(1, 2).tolist() == [1, 6, 4, 0, 3, 5, 7, 2]
    assert shared.shifts(1, 2)[:2].tolist() == [[1, 1, 4], [0, 1, 5]]
    assert shared.key(1) == 1277502408680196422
