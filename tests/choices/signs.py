"""A branch for tests: `signs`, where only the signs of θ0 are kept."""

from typing import ClassVar

import numpy as np

from lth.lottery.branches.parents import Parents
from lth.lottery.masks import Weights


class Signs:
    """Starts from the signs of θ0, each a tenth."""

    numbered: ClassVar[bool] = False

    @staticmethod
    def make(parents: Parents, number: float) -> Weights:
        """The starting weights before masking."""
        signs = {name: np.sign(value) for name, value in parents.theta0.items()}
        return {name: np.float32(0.1) * sign for name, sign in signs.items()}
