"""`shuffle`: the ticket's weights at other places of their layer."""

from typing import ClassVar

import numpy as np

from lth.lottery.branches.start import Start
from lth.lottery.masks import Weights


class Shuffle:
    """Permutes the surviving weights within each layer."""

    numbered: ClassVar[bool] = False

    @staticmethod
    def make(start: Start, number: float) -> Weights:
        """The starting weights before masking."""
        result = dict(start.theta0)
        for name, mask in start.mask.items():
            result[name] = np.zeros_like(start.theta0[name])
            survivors = start.theta0[name][mask]
            result[name][mask] = start.stream("shuffling", name).permutation(survivors)
        return result
