"""Random reinitialization."""

import numpy as np
import pytest
from starts import GLOROT, draw, halves, started


def test_a_new_draw_shares_no_weight_with_another() -> None:
    mask = halves([(0, 0), (0, 1), (1, 0), (1, 1)])["fc1.weight"]
    drawn = started("reinit", repeats=2)["fc1.weight"][mask]
    theta0 = [draw(trial)["fc1.weight"].ravel() for trial in (0, 1)]
    assert len(np.unique(np.concatenate([drawn, *theta0]))) == 4 * 27 + 2 * 54


def test_a_new_draw_has_the_deviation_of_the_initialization() -> None:
    weights = started("reinit", range(200))["fc1.weight"]
    survivors = weights[weights != 0]
    deviation = GLOROT.deviations()["fc1.weight"]
    assert survivors.std() == pytest.approx(deviation, rel=5 / np.sqrt(2 * survivors.size))
