"""The gradients of a loss, in the way that was measured to be fastest (docs/performance.md)."""

import functools
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from lth.training.batches import Batch
from lth.training.compilation import compiled
from lth.training.layout import Layout

Tensors = dict[str, Tensor]
Loss = Callable[[Tensors, Tensors, Batch], tuple[Tensor, Tensors]]
Gradients = Callable[[Tensors, Tensors, Batch], tuple[Tensors, Tensors]]

# Where the arguments of a loss have the axis [networks] in a stack. In a batch, mean, deviation and
# iteration have none.
AXES: Any = (0, 0, Batch._make((0, 0, 0, None, None, None)))


def gradients_of(loss: Loss, *, at_once: bool, compiling: bool) -> Gradients:
    """The function that gives the gradients of a loss, and the new statistics that the loss gives.

    The loss is that of one network: its trained values and statistics by name, and its batch. With
    `at_once` the function is for a stack, and everything by name has a first axis [networks].
    """
    if compiling:
        differentiated = torch.func.grad(loss, has_aux=True)
        return compiled(torch.func.vmap(differentiated, AXES) if at_once else differentiated)
    return functools.partial(_gradients, torch.func.vmap(loss, AXES) if at_once else loss)


def _gradients(
    loss: Loss, trained: Tensors, statistics: Tensors, batch: Batch
) -> tuple[Tensors, Tensors]:
    # Leaves of their own: as views of all values, each would get a gradient as large as all values.
    leaves = {name: value.detach().requires_grad_() for name, value in trained.items()}
    value, updated = loss(leaves, statistics, batch)
    gradients = torch.autograd.grad(value.sum(), list(leaves.values()))
    return dict(zip(leaves, gradients, strict=True)), updated


def pays_at_once(layout: Layout, device: torch.device, *, compiling: bool) -> bool:
    """Whether a stack is faster at once than one network after the other.

    Measured on CPUs (docs/performance.md): only uncompiled steps of dense layers are. Of a GPU it
    is taken for granted.
    """
    return device.type == "cuda" or not (compiling or layout.has_convolutions)
