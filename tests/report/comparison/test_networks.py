"""Which networks of two stacks are compared."""

import pytest

from lth.report.comparison.networks import Pair, in_common, listed, within


@pytest.mark.parametrize(
    ("one", "other", "places"),
    [
        ([(0, 0), (1, 0)], [(0, 0), (1, 0)], [(0, 0), (1, 1)]),
        ([(0, 0), (1, 0)], [(1, 0), (2, 0)], [(1, 0)]),
        ([(0, 0), (0, 1)], [(0, 0), (0, 1), (0, 2)], [(0, 0), (1, 1)]),
        ([(0, 0)], [(0, 0), (0, 1)], [(0, 0), (0, 1)]),
        ([(0, 0), (0, 1), (1, 0), (1, 1)], [(0, 0), (1, 0)], [(0, 0), (1, 0), (2, 1), (3, 1)]),
        ([(0, 0)], [(1, 0)], [(0, 0)]),
        ([(0, 0), (1, 0)], [(2, 0)], []),
    ],
    ids=["equal", "some trials", "some repeats", "for all repeats", "trials", "alone", "none"],
)
def test_networks_are_the_same_by_trial_and_repeat(
    one: list[Pair], other: list[Pair], places: list[tuple[int, int]]
) -> None:
    assert in_common(one, other) == places


def test_any_two_networks_of_a_stack_are_compared_once() -> None:
    assert within([(0, 0), (1, 0), (2, 0)]) == [(0, 1), (0, 2), (1, 2)]


def test_trials_are_listed_once_and_in_order() -> None:
    assert listed([10, 2, 2, 0]) == "0, 2, 10"
