"""Stochastic gradient descent over a whole stack at once.

torch.optim's class would do the same, but making one imports the compiler: 2 s and 150 MB.
"""

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from torch import Tensor


class Sgd:
    """Stochastic gradient descent, with the momentum of Sutskever et al. (2013).

    That is the momentum of torch.optim.SGD.
    """

    momentum: ClassVar[bool] = True

    @staticmethod
    def step(
        values: "Tensor",
        gradient: "Tensor",
        state: "dict[str, Tensor]",
        rate: float,
        momentum: float,
    ) -> None:
        """One step by torch's own fused kernel. A momentum of 0 is none.

        Changes `values` [networks, values] and `state` in place. The state is tensors by name, none
        before the first step. A value whose gradient was always 0 keeps its bits.
        """
        import torch
        from torch.optim.sgd import sgd as sgd_step

        if momentum and not state:
            state["momentum"] = torch.zeros_like(values)
        sgd_step(
            [values],
            [gradient],
            [state.get("momentum")],
            fused=True,
            weight_decay=0.0,
            momentum=momentum,
            lr=rate,
            dampening=0.0,
            nesterov=False,
            maximize=False,
        )
