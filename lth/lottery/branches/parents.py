"""What a branch makes its starting weights from."""

import dataclasses
from collections.abc import Mapping

import numpy as np

from lth import seeds
from lth.lottery.initializations.distribution import Distribution
from lth.lottery.masks import Masks, Weights


@dataclasses.dataclass(frozen=True)
class Parents:
    """One network: its mask, θ0, D_θ, and the seed and address of randomness of its own."""

    mask: Masks
    theta0: Weights
    distribution: Distribution
    seed: int
    address: Mapping[str, int | str]

    def stream(self, purpose: str, parameter: str) -> np.random.Generator:
        """The stream of randomness for a purpose and a parameter."""
        return seeds.stream(self.seed, purpose, parameter=parameter, **self.address)
