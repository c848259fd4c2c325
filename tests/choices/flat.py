"""An initialization for tests: `flat`, the same deviation in all layers."""

from typing import ClassVar


class Flat:
    """A standard deviation of 0.1 everywhere."""

    numbered: ClassVar[bool] = False

    @staticmethod
    def deviation(fan_in: int, fan_out: int, number: float) -> float:
        """The standard deviation of a weight."""
        return 0.1
