"""A method of pruning for tests: `largest`, where large weights go first."""

from typing import ClassVar

import numpy as np

from lth.lottery.pruning.magnitude import count, smallest
from lth.lottery.pruning.method import Layers


class Largest:
    """Prunes the survivors of largest magnitude in each layer."""

    together: ClassVar[bool] = False
    at_random: ClassVar[bool] = False

    @staticmethod
    def make(layers: Layers) -> dict[str, np.ndarray]:
        """The masks after pruning."""
        result: dict[str, np.ndarray] = {}
        for name, mask in layers.masks.items():
            number = count(int(mask.sum()), layers.rates[name])
            small = 1 / (1 + np.abs(layers.weights[name]))
            result[name] = smallest(small, mask, number)
        return result
