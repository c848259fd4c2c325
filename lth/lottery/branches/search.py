"""`search`: a training run that only finds the next mask, and goes on where the last one ended.

Strategies plan it. No experiment lists it.
"""

from typing import ClassVar

from lth.lottery.branches.parents import Parents
from lth.lottery.masks import Weights

SEARCH = "search"


class Search:
    """Starts from the weights that it is given: those of the round before, not θ0."""

    numbered: ClassVar[bool] = False

    @staticmethod
    def make(parents: Parents, number: float) -> Weights:
        """The starting weights before masking."""
        return parents.theta0
