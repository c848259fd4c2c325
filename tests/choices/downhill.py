"""An optimizer for tests: `downhill`, steps of one length, with momentum."""

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from torch import Tensor


class Downhill:
    """Moves each value by the learning rate against the sign of its gradient."""

    momentum: ClassVar[bool] = True

    @staticmethod
    def step(
        values: "Tensor",
        gradient: "Tensor",
        state: "dict[str, Tensor]",
        rate: float,
        momentum: float,
    ) -> None:
        """One step. The share `momentum` of the step before is added to it."""
        import torch

        before = state.setdefault("step", torch.zeros_like(values))
        before.mul_(momentum).sub_(gradient.sign(), alpha=rate)
        values.add_(before)
