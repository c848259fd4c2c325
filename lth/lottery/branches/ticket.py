"""`ticket`: the winning ticket."""

from typing import ClassVar

from lth.lottery.branches.parents import Parents
from lth.lottery.masks import Weights


class Ticket:
    """Starts from θ0 itself."""

    numbered: ClassVar[bool] = False

    @staticmethod
    def make(parents: Parents, number: float) -> Weights:
        """The starting weights before masking."""
        return parents.theta0
