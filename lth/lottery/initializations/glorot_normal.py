"""`glorot-normal`: Glorot's normal initialization (Glorot & Bengio, 2010), not truncated."""

import math
from typing import ClassVar


class GlorotNormal:
    """The standard deviation follows from the fans of the layer."""

    numbered: ClassVar[bool] = False

    @staticmethod
    def deviation(fan_in: int, fan_out: int, number: float) -> float:
        """The standard deviation of a weight. `number` is not used."""
        return math.sqrt(2 / (fan_in + fan_out))
