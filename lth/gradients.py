"""The values of a stack of networks in rows, and the gradient of each network's loss, by the way that was measured to be fastest."""

import functools
import math
import types
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from lth import passes
from lth.batches import Batch
from lth.networks import Architecture
from lth.settings import Recipe

PAYS = 6_000  # iterations from which compiling a step pays: it takes 4 to 30 s once on a machine, and 2 s where torch has it in its cache
STACKED = (0, 0, 0, 0, 0, None, None, None)  # which arguments of a loss have one value a network


class Layout:
    """Where each parameter of a network lies in its row: first what is trained, then the statistics of batch norm, from `trained` on.

    Every one begins at a multiple of 16 values, as vector units like it. Kernels of convolutions lie channels-last, as do the images: in another
    order they and their gradients would be copied in every step.
    """

    def __init__(self, architecture: Architecture):
        self.shapes = {parameter.name: parameter.shape for parameter in architecture.parameters}
        self.statistics = [parameter.name for parameter in architecture.parameters if not parameter.trained]
        self.offsets: dict[str, int] = {}
        self.width = self.trained = 0
        for parameter in architecture.parameters:
            assert not parameter.trained or self.width == self.trained, "statistics come last"
            self.offsets[parameter.name] = self.width
            self.width += -(-parameter.size // 16) * 16
            if parameter.trained:
                self.trained = self.width

    def views(self, row: Tensor) -> dict[str, Tensor]:
        """The parameters in a row [values] or in rows [networks, values], as views."""
        return {name: self._view(row, name) for name in self.offsets}

    def _view(self, row: Tensor, name: str) -> Tensor:
        offset, shape = self.offsets[name], self.shapes[name]
        values = row[..., offset : offset + math.prod(shape)]
        if len(shape) != 4:
            return values.view(*values.shape[:-1], *shape)
        outputs, inputs, height, width = shape
        return values.view(*values.shape[:-1], outputs, height, width, inputs).movedim(-1, -3)

    def pack(self, arrays: Mapping[str, np.ndarray], fill: float = 0.0) -> Tensor:
        """A stack's arrays [networks, ...] as rows [networks, values]; parameters that are not among them get `fill`."""
        count = len(next(iter(arrays.values())))
        rows = torch.zeros(count, self.width, dtype=torch.from_numpy(next(iter(arrays.values()))).dtype)
        for name, view in self.views(rows).items():
            view.copy_(torch.from_numpy(np.ascontiguousarray(arrays[name]))) if name in arrays else view.fill_(fill)
        return rows

    def unpack(self, rows: Tensor) -> dict[str, np.ndarray]:
        """Rows [networks, values] as arrays [networks, ...]."""
        return {name: np.ascontiguousarray(view.cpu().numpy()) for name, view in self.views(rows).items()}


def masked(values: Tensor, mask: Tensor, out: Tensor | None = None) -> Tensor:
    """Values where all bits of `mask` are set, and 0 where none is. A product would leave NaN, and `torch.where` takes ten times as long."""
    kept = torch.bitwise_and(values.view(mask.dtype), mask, out=None if out is None else out.view(mask.dtype))
    return kept.view(values.dtype)


def pays_at_once(layout: Layout, device: torch.device, *, compiled: bool) -> bool:
    """Whether a stack goes through one multiplication of many matrices at once, rather than one network after the other. Measured
    (docs/performance.md): on a CPU for uncompiled steps of dense layers alone. Of a GPU it is taken for granted.
    """
    return device.type == "cuda" or not (compiled or any(len(shape) == 4 for shape in layout.shapes.values()))


class Gradient:
    """A function of (rows, mask, batch, out) that fills `out` with the masked gradient of each network's mean cross-entropy, weight decay
    included, and puts the new statistics of batch norm into the rows.
    """

    def __init__(self, architecture: Architecture, layout: Layout, recipe: Recipe, device: torch.device):
        self.architecture, self.layout, self.recipe = architecture, layout, recipe
        compiling = compiles(recipe, device)
        self.at_once = pays_at_once(layout, device, compiled=compiling)
        self.gradients = self._compiled() if compiling else self._plain

    def __call__(self, rows: Tensor, mask: Tensor, batch: Batch, out: Tensor) -> None:
        if self.at_once:
            self._step(rows, mask, out, batch.stack())
            return
        for network, row in enumerate(rows):
            self._step(row, mask[network], out[network], batch.of(network))

    def _step(self, rows: Tensor, mask: Tensor, out: Tensor, batch: tuple[Tensor, ...]) -> None:
        """For one network [values], or for a stack [networks, values]."""
        trained = self.layout.views(rows)
        fixed = {name: trained.pop(name) for name in self.layout.statistics}
        gradients, statistics = self.gradients(trained, fixed, *batch)
        places, masks = self.layout.views(out), self.layout.views(mask)
        for name, gradient in gradients.items():
            if self.recipe.weight_decay:
                gradient.add_(trained[name], alpha=self.recipe.weight_decay)
            masked(gradient, masks[name], places[name])
        for name, value in fixed.items():
            value.copy_(statistics[name])

    def _loss(self, trained: Mapping[str, Tensor], fixed: Mapping[str, Tensor], *batch: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        """One network's loss, and its new statistics."""
        images, labels, key, mean, deviation, iteration = batch
        mode = passes.Training(key, iteration)
        pixels = (images.to(next(iter(trained.values())).dtype) - mean) / deviation
        return cross_entropy(self.architecture.forward({**trained, **fixed}, pixels, mode), labels), mode.statistics

    def _plain(self, trained: Mapping[str, Tensor], fixed: Mapping[str, Tensor], *batch: Tensor) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
        # Leaves of their own: a gradient with respect to the rows would be a sum of as many whole rows as there are parameters.
        leaves = {name: value.detach().requires_grad_() for name, value in trained.items()}
        loss, statistics = (torch.func.vmap(self._loss, in_dims=STACKED) if self.at_once else self._loss)(leaves, fixed, *batch)
        gradients = torch.autograd.grad(loss.sum(), list(leaves.values()))
        return dict(zip(leaves, gradients, strict=True)), statistics

    def _compiled(self) -> Callable[..., tuple[dict[str, Tensor], dict[str, Tensor]]]:
        step = torch.func.grad(self._loss, has_aux=True)
        return compiled(torch.func.vmap(step, in_dims=STACKED) if self.at_once else step)


def compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function of tensors compiled, for arguments of the same shapes, types and device each time."""

    def called(*arguments: Any) -> Any:
        return function(*arguments)

    # Shapes, types and device never change within a training, so the guards (0.1 ms a call) have nothing to find. But compiled code is kept
    # by code object: without a code object of its own, a second training in the process would run the first one's.
    own = types.FunctionType(called.__code__.replace(), called.__globals__, called.__name__, None, called.__closure__)
    # torch keeps compiled code in a cache by its options, but not by the vector units that it was
    # written for: without them as an option, code for one CPU would be taken on another, and fail.
    from torch._inductor.cpu_vec_isa import pick_vec_isa  # it imports the compiler

    units = {"cpp.simdlen": pick_vec_isa().bit_width()}
    options: dict[str, Any] = units | {"guard_filter_fn": lambda guards: [False] * len(guards)}
    return torch.compile(own, fullgraph=True, dynamic=False, options=options)


def compiles(recipe: Recipe, device: torch.device) -> bool:
    """Whether the steps of a training are compiled here."""
    return recipe.iterations >= PAYS and can_compile(device)


@functools.cache
def can_compile(device: torch.device) -> bool:
    """Whether steps can be compiled here, found out by compiling one: it takes a C++ compiler and Python's headers. Says in a line if not."""
    try:
        compiled(lambda x: x + 1)(torch.zeros(2, device=device))
    except Exception as error:  # each of several compilers has its own
        reason = str(error).strip().splitlines()[0]
        print(f"steps run uncompiled, which is slower: no working compiler for {device.type} ({reason})", flush=True)
        return False
    return True
