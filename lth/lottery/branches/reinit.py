"""`reinit`: random reinitialization, the paper's main control."""

from typing import ClassVar

from lth.lottery.branches.parents import Parents
from lth.lottery.masks import Weights


class Reinit:
    """Starts from θ0', a fresh draw from D_θ under the same mask."""

    numbered: ClassVar[bool] = False

    @staticmethod
    def make(parents: Parents, number: float) -> Weights:
        """The starting weights before masking."""
        return parents.distribution.draw(parents.seed, "reinitialization", **parents.address)
