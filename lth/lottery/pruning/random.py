"""`random`: masks as dense as those before in each layer, but drawn."""

from typing import ClassVar

import numpy as np

from lth.lottery.pruning.method import Layers


class Random:
    """Draws which weights of each layer survive, all with the same probability."""

    together: ClassVar[bool] = False
    at_random: ClassVar[bool] = True

    @staticmethod
    def make(layers: Layers) -> dict[str, np.ndarray]:
        """The masks, with as many survivors in each layer as before."""
        result: dict[str, np.ndarray] = {}
        for name, mask in layers.masks.items():
            survivors = layers.stream(name).choice(mask.size, int(mask.sum()), replace=False)
            result[name] = np.zeros(mask.shape, bool)
            result[name].ravel()[survivors] = True
        return result
