"""`reinit`: random reinitialization, the paper's main control."""

from typing import ClassVar

from lth.lottery.branches.start import Start
from lth.lottery.masks import Weights


class Reinit:
    """Starts from θ0', a fresh draw from D_θ under the same mask."""

    numbered: ClassVar[bool] = False

    @staticmethod
    def make(start: Start, number: float) -> Weights:
        """The starting weights before masking."""
        return start.distribution.draw(start.seed, "reinitialization", **start.address)
