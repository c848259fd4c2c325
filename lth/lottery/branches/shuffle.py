"""`shuffle`: the ticket's weights at other places of their layer."""

from typing import ClassVar

import numpy as np

from lth.lottery.branches.parents import Parents
from lth.lottery.masks import Weights


class Shuffle:
    """Permutes the surviving weights within each layer."""

    numbered: ClassVar[bool] = False

    @staticmethod
    def make(parents: Parents, number: float) -> Weights:
        """The starting weights before masking."""
        result = dict(parents.theta0)
        for name, mask in parents.mask.items():
            result[name] = np.zeros_like(parents.theta0[name])
            survivors = parents.theta0[name][mask]
            result[name][mask] = parents.stream("shuffling", name).permutation(survivors)
        return result
