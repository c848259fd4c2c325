"""The ticket's weights at other places."""

import numpy as np
from starts import draw, halves, started


def test_shuffled_weights_are_the_tickets_in_another_order() -> None:
    weights, masks = started("shuffle"), halves([(0, 0), (1, 0)])
    for name, mask in masks.items():
        before, after = draw(1)[name][mask[1]], weights[name][1][mask[1]]
        assert np.array_equal(np.sort(before), np.sort(after))
        assert not np.array_equal(before, after)
