"""`ticket`: the winning ticket."""

from typing import ClassVar

from lth.lottery.branches.start import Start
from lth.lottery.masks import Weights


class Ticket:
    """Starts from θ0 itself."""

    numbered: ClassVar[bool] = False

    @staticmethod
    def make(start: Start, number: float) -> Weights:
        """The starting weights before masking."""
        return start.theta0
