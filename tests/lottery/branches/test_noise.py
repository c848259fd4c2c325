"""Noise added to θ0."""

import numpy as np
import pytest
from starts import NO_DROPOUT

from lth.lottery import masks, tickets
from lth.lottery.initializations.distribution import Distribution
from lth.networks.conv import Conv2


@pytest.mark.parametrize("multiple", [0.5, 3.0])
def test_noise_is_a_multiple_of_the_initial_deviation(multiple: float) -> None:
    network = Conv2(initialization="glorot-normal", dropout=NO_DROPOUT)
    distribution = Distribution(network.architecture((3, 16, 16), 10), "glorot-normal")
    shapes = distribution.architecture.shapes
    theta0 = masks.stacked([distribution.draw(1, "initialization", trial=0)])
    kept = {name: np.ones((1, *shape), bool) for name, shape in shapes.items()}
    branch = f"noise-{multiple:g}"
    started = tickets.starting_weights(branch, 1, {}, [(0, 0)], kept, theta0, distribution)
    for name, deviation in distribution.deviations().items():
        noise, expected = started[name] - theta0[name], multiple * deviation
        assert noise.std() == pytest.approx(expected, rel=5 / np.sqrt(2 * noise.size))
        assert abs(noise.mean()) < 5 * expected / np.sqrt(noise.size)
