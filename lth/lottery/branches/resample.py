"""`resample`: weights drawn from D_m, the initial values that survive (paper, appendix F)."""

from typing import ClassVar

import numpy as np

from lth.lottery.branches.parents import Parents
from lth.lottery.masks import Weights


class Resample:
    """Draws each surviving weight from the initial values that survive in its layer."""

    numbered: ClassVar[bool] = False

    @staticmethod
    def make(parents: Parents, number: float) -> Weights:
        """The starting weights before masking. Values are drawn with replacement."""
        result = dict(parents.theta0)
        for name, mask in parents.mask.items():
            values = parents.theta0[name][mask]
            result[name] = np.zeros_like(parents.theta0[name])
            if values.size:
                result[name][mask] = parents.stream("resampling", name).choice(values, values.size)
        return result
