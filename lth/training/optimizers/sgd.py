"""Stochastic gradient descent over a whole stack at once.

torch.optim's class would do the same, but making one imports the compiler: 2 s and 150 MB.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor


def sgd(
    rows: "Tensor", gradient: "Tensor", state: "dict[str, Tensor]", rate: float, momentum: float
) -> None:
    """One step of stochastic gradient descent by torch's own fused kernel.

    A momentum of 0 is none, else it is that of Sutskever et al. (2013), as torch.optim has it.

    Changes `rows` [networks, values] and `state` (tensors by name, none before the first step) in
    place. A value whose gradient was always 0 keeps its bits.
    """
    import torch
    from torch.optim.sgd import sgd as sgd_step

    if momentum and not state:
        state["momentum"] = torch.zeros_like(rows)
    sgd_step(
        [rows],
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
