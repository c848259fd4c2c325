"""`noise-0.5`: Gaussian noise added to θ0 (paper, appendix F)."""

from typing import ClassVar

import numpy as np

from lth.lottery.branches.parents import Parents
from lth.lottery.masks import Weights


class Noise:
    """The number is the noise's standard deviation, in those of the layer's initialization."""

    numbered: ClassVar[bool] = True

    @staticmethod
    def make(parents: Parents, number: float) -> Weights:
        """The starting weights before masking."""
        result = dict(parents.theta0)
        for name, deviation in parents.distribution.deviations().items():
            noise = parents.stream("noise", name).standard_normal(result[name].shape)
            result[name] = (result[name] + number * deviation * noise).astype(np.float32)
        return result
