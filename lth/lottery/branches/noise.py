"""`noise-0.5`: Gaussian noise added to θ0 (paper, appendix F)."""

from typing import ClassVar

import numpy as np

from lth.lottery.branches.start import Start
from lth.lottery.masks import Weights


class Noise:
    """The number is the noise's standard deviation, in those of the layer's initialization."""

    numbered: ClassVar[bool] = True

    @staticmethod
    def make(start: Start, number: float) -> Weights:
        """The starting weights before masking."""
        result = dict(start.theta0)
        for name, deviation in start.distribution.deviations().items():
            noise = start.stream("noise", name).standard_normal(result[name].shape)
            result[name] = (result[name] + number * deviation * noise).astype(np.float32)
        return result
