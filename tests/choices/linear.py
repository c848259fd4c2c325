"""A network for tests: one layer from the pixels to the classes."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from lth.networks.architecture import Mode, Network, Parameter, Values
from lth.networks.layers import dense

if TYPE_CHECKING:
    from torch import Tensor


class Linear(Network, tag="linear"):
    """Logistic regression."""

    def parameters(self, shape: tuple[int, ...], classes: int) -> list[Parameter]:
        """The layer `output`."""
        return dense("output", math.prod(shape), classes, "output")

    def forward(self, values: Values, images: Tensor, mode: Mode) -> Tensor:
        """The layer, and nothing else."""
        from torch.nn.functional import linear

        return linear(images.flatten(1), values["output.weight"], values["output.bias"])
