"""The networks of a stack by trial and repeat."""

import pytest

from lth.study.pairs import pairs_of


@pytest.mark.parametrize(
    ("block", "repeats", "pairs"),
    [
        ("trials-2-3", 2, [(2, 0), (2, 1), (3, 0), (3, 1)]),
        ("trials-0-2", 1, [(0, 0), (1, 0), (2, 0)]),
        ("trials-7-7", 1, [(7, 0)]),
    ],
)
def test_all_repeats_of_a_trial_come_before_the_next_trial(
    block: str, repeats: int, pairs: list[tuple[int, int]]
) -> None:
    assert pairs_of(block, repeats) == pairs
