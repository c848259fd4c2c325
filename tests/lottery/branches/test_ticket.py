"""The winning ticket, and the branch that searches for the next mask."""

import numpy as np
import pytest
from starts import draw, halves, started

from lth.lottery import masks
from lth.lottery.branches.choices import BRANCHES
from lth.lottery.branches.search import SEARCH


@pytest.mark.parametrize("round", [0, 3])
@pytest.mark.parametrize("branch", ["ticket", "search"])
def test_a_ticket_starts_bit_equal_to_theta0(branch: str, round: int) -> None:
    weights = started(branch, repeats=2, round=round)
    for network, trial in enumerate((0, 0, 1, 1)):
        expected = masks.apply(masks.stacked([draw(trial)]), halves([(trial, 0)]))
        for name, value in expected.items():
            assert np.array_equal(weights[name][network], value[0])


def test_the_search_has_its_name_in_the_table() -> None:
    assert BRANCHES[SEARCH].__name__ == "Search"
