"""Optimisers as functions over a whole stack at once. A new one is a function in OPTIMIZERS.

torch.optim's classes would do the same, but making one imports torch._dynamo: 2 s and 150 MB in every short training.
"""

from collections.abc import Callable, Mapping
from typing import Any

from lth.settings import Recipe

Optimizer = Callable[[Any, Any, dict[str, Any], Recipe, float], None]


def adam(rows: Any, gradient: Any, state: dict[str, Any], recipe: Recipe, rate: float) -> None:
    """One step of Adam (Kingma & Ba, 2015) with torch's own fused kernel: betas 0.9 and 0.999, epsilon 1e-8.

    Changes `rows` (tensor [networks, values]) and `state` (tensors by name; empty before the first step) in place. Where the gradient was
    always 0, values stay exactly as they are: so do pruned weights, and the statistics of batch norm.
    """
    import torch
    from torch.optim.adam import adam as adam_step

    if not state:
        state |= {"step": torch.zeros((), device=rows.device), "exp_avg": torch.zeros_like(rows), "exp_avg_sq": torch.zeros_like(rows)}
    betas = {"beta1": 0.9, "beta2": 0.999, "eps": 1e-8}
    plain = {"fused": True, "amsgrad": False, "maximize": False, "weight_decay": 0.0}
    lists = [[rows], [gradient], [state["exp_avg"]], [state["exp_avg_sq"]], [], [state["step"]]]
    adam_step(*lists, lr=rate, **betas, **plain)


def sgd(rows: Any, gradient: Any, state: dict[str, Any], recipe: Recipe, rate: float) -> None:
    """One step of stochastic gradient descent, with momentum (Sutskever et al., 2013, as torch.optim has it) where the recipe asks for it.

    The same of `rows` and `state` as `adam`.
    """
    import torch
    from torch.optim.sgd import sgd as sgd_step

    if recipe.momentum and not state:
        state["momentum"] = torch.zeros_like(rows)
    plain = {"fused": True, "dampening": 0.0, "nesterov": False, "maximize": False, "weight_decay": 0.0}
    sgd_step([rows], [gradient], [state.get("momentum")], momentum=recipe.momentum, lr=rate, **plain)


OPTIMIZERS: Mapping[str, Optimizer] = {"adam": adam, "sgd": sgd}
