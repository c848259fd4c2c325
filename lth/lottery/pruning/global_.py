"""`global`: all layers are pruned together."""

from typing import ClassVar

import numpy as np

from lth.lottery.pruning.magnitude import count, smallest
from lth.lottery.pruning.method import Layers


class Global:
    """Ranks the survivors of all layers with a rate above 0 as one, and prunes that rate of them.

    The rate is the same for all these layers.
    """

    together: ClassVar[bool] = True
    at_random: ClassVar[bool] = False

    @staticmethod
    def make(layers: Layers) -> dict[str, np.ndarray]:
        """The masks after pruning.

        Ties go by the name of the layer, then by lower flat index. Raises ValueError where no layer
        has a rate above 0.
        """
        names = sorted(name for name in layers.masks if layers.rates[name] > 0)
        if not names:
            raise ValueError(
                "rates: expected one above 0, to prune the layers with a rate together"
            )
        rate = max(layers.rates[name] for name in names)
        mask = np.concatenate([layers.masks[name].ravel() for name in names])
        weights = np.concatenate([layers.weights[name].ravel() for name in names])
        pruned = smallest(weights, mask, count(int(mask.sum()), rate))
        ends = np.cumsum([layers.masks[name].size for name in names])
        result = dict(layers.masks)
        for name, part in zip(names, np.split(pruned, ends[:-1]), strict=True):
            result[name] = part.reshape(layers.masks[name].shape)
        return result
