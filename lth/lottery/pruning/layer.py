"""`layer`: each layer is pruned by itself."""

from typing import ClassVar

import numpy as np

from lth.lottery.pruning.magnitude import count, smallest
from lth.lottery.pruning.method import Layers


class Layer:
    """Ranks the survivors of each layer, and prunes them by its own rate."""

    together: ClassVar[bool] = False
    at_random: ClassVar[bool] = False

    @staticmethod
    def make(layers: Layers) -> dict[str, np.ndarray]:
        """The masks after pruning. A rate of 0 leaves a layer as it is."""
        result: dict[str, np.ndarray] = {}
        for name, mask in layers.masks.items():
            number = count(int(mask.sum()), layers.rates[name])
            result[name] = smallest(layers.weights[name], mask, number)
        return result
