"""Adam over a whole stack at once.

torch.optim's class would do the same, but making one imports the compiler: 2 s and 150 MB.
"""

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from torch import Tensor


class Adam:
    """Adam (Kingma & Ba, 2015). Its betas are 0.9 and 0.999, and epsilon is 1e-8."""

    momentum: ClassVar[bool] = False

    @staticmethod
    def step(
        values: "Tensor",
        gradient: "Tensor",
        state: "dict[str, Tensor]",
        rate: float,
        momentum: float,
    ) -> None:
        """One step by torch's own fused kernel. It has no use for `momentum`.

        Changes `values` [networks, values] and `state` in place. The state is tensors by name, none
        before the first step. A value whose gradient was always 0 keeps its bits.
        """
        import torch
        from torch.optim.adam import adam as adam_step

        if not state:
            state["step"] = torch.zeros((), device=values.device)
            state["exp_avg"] = torch.zeros_like(values)
            state["exp_avg_sq"] = torch.zeros_like(values)
        adam_step(
            [values],
            [gradient],
            [state["exp_avg"]],
            [state["exp_avg_sq"]],
            [],
            [state["step"]],
            fused=True,
            amsgrad=False,
            beta1=0.9,
            beta2=0.999,
            lr=rate,
            weight_decay=0.0,
            eps=1e-8,
            maximize=False,
        )
