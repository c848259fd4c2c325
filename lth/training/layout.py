"""The values of a stack of networks in one tensor, and its masks as bits in the same order."""

import dataclasses
import math
from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor

from lth.networks.architecture import Architecture

ALIGNED = 16  # values, a multiple of which lies before each parameter, as vector units like it


class Layout:
    """Where each parameter of a network lies among its values: statistics of batch norm come last.

    Kernels of convolutions lie channels-last, as do the images. In another order they and their
    gradients would be copied in every step.
    """

    def __init__(self, architecture: Architecture):
        parameters = architecture.parameters
        self.shapes = {parameter.name: parameter.shape for parameter in parameters}
        self.statistics = [parameter.name for parameter in parameters if not parameter.trained]
        self.offsets: dict[str, int] = {}
        self.width = 0  # how many values a network has
        self.trained = 0  # how many of them come before its statistics
        for parameter in parameters:
            assert not parameter.trained or self.width == self.trained, "statistics come last"
            self.offsets[parameter.name] = self.width
            self.width += -(-parameter.size // ALIGNED) * ALIGNED
            if parameter.trained:
                self.trained = self.width

    @property
    def has_convolutions(self) -> bool:
        """Whether the network has convolutions."""
        return any(len(shape) == 4 for shape in self.shapes.values())

    def views(self, values: Tensor) -> dict[str, Tensor]:
        """The parameters in values [values] or [networks, values], as views."""
        return {name: self._view(values, name) for name in self.offsets}

    def _view(self, values: Tensor, name: str) -> Tensor:
        offset, shape = self.offsets[name], self.shapes[name]
        part = values[..., offset : offset + math.prod(shape)]
        if len(shape) != 4:
            return part.view(*part.shape[:-1], *shape)
        outputs, inputs, height, width = shape
        last = part.view(*part.shape[:-1], outputs, height, width, inputs)
        return last.movedim(-1, -3)

    def pack(self, arrays: Mapping[str, np.ndarray], fill: float = 0.0) -> Tensor:
        """A stack's arrays [networks, ...] as values [networks, values].

        Parameters that are not among them are filled with `fill`.
        """
        first = next(iter(arrays.values()))
        values = torch.zeros(len(first), self.width, dtype=torch.from_numpy(first).dtype)
        for name, view in self.views(values).items():
            if name in arrays:
                view.copy_(torch.from_numpy(np.ascontiguousarray(arrays[name])))
            else:
                view.fill_(fill)
        return values

    def unpack(self, values: Tensor) -> dict[str, np.ndarray]:
        """Values [networks, values] as arrays [networks, ...]."""
        views = self.views(values).items()
        return {name: np.ascontiguousarray(view.cpu().numpy()) for name, view in views}

    def bits(self, masks: Mapping[str, np.ndarray], dtype: torch.dtype) -> Tensor:
        """Masks (bool) as whole numbers [networks, values], of the size of that type.

        All bits are set where a value is kept, and where there is no mask. None is set elsewhere.
        """
        kind = np.int32 if dtype == torch.float32 else np.int64
        return self.pack({name: -mask.astype(kind) for name, mask in masks.items()}, fill=-1)


@dataclasses.dataclass(frozen=True)
class Part:
    """What a step reads and writes, as views by parameter name.

    It is one network of a stack, or all of them, and then each view has a first axis [networks].
    """

    trained: dict[str, Tensor]
    statistics: dict[str, Tensor]
    mask: dict[str, Tensor]
    gradient: dict[str, Tensor]


def parts_of(
    layout: Layout, values: Tensor, mask: Tensor, gradient: Tensor, *, at_once: bool
) -> list[Part]:
    """The stack itself as one part, or each of its networks."""
    tensors = (values, mask, gradient)
    parts = [tensors] if at_once else zip(*tensors, strict=True)
    return [_part(layout, *each) for each in parts]


def _part(layout: Layout, values: Tensor, mask: Tensor, gradient: Tensor) -> Part:
    trained = layout.views(values)
    statistics = {name: trained.pop(name) for name in layout.statistics}
    return Part(trained, statistics, layout.views(mask), layout.views(gradient))


def masked(values: Tensor, mask: Tensor, out: Tensor | None = None) -> Tensor:
    """Values where all bits of `mask` are set, and 0 where none is, in `out` if it is given.

    A product would leave NaN, and `torch.where` takes ten times as long.
    """
    whole = None if out is None else out.view(mask.dtype)
    return torch.bitwise_and(values.view(mask.dtype), mask, out=whole).view(values.dtype)
