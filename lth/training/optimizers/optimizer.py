"""What an optimizer is."""

from typing import TYPE_CHECKING, ClassVar, Protocol

if TYPE_CHECKING:
    from torch import Tensor


class Optimizer(Protocol):
    """How a step changes values: a class in a file of its own, and a line in `choices`."""

    momentum: ClassVar[bool]  # whether it has one; where not, a recipe's must be 0

    @staticmethod
    def step(
        values: "Tensor",
        gradient: "Tensor",
        state: "dict[str, Tensor]",
        rate: float,
        momentum: float,
    ) -> None:
        """Makes one step over a whole stack at once.

        Changes `values` [networks, values] and `state` in place. The state is tensors by name, none
        before the first step. A value whose gradient was always 0 keeps its bits.
        """
        ...
