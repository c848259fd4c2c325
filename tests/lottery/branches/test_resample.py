"""Weights drawn from the initial values that survive."""

import numpy as np
from starts import draw, halves, started


def test_resampled_weights_are_survivors_of_their_layer() -> None:
    weights, masks = started("resample"), halves([(0, 0), (1, 0)])
    for trial in (0, 1):
        for name, mask in masks.items():
            survivors = draw(trial)[name][mask[trial]]
            assert np.isin(weights[name][trial][mask[trial]], survivors).all()


def test_resampled_weights_are_drawn_with_replacement() -> None:
    mask = halves([(0, 0)])["fc1.weight"][0]
    drawn = started("resample")["fc1.weight"][0][mask]
    assert len(np.unique(drawn)) < len(drawn)
