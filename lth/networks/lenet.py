"""Lenet: fully-connected layers with ReLU (LeCun et al., 1998)."""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING, ClassVar

from lth.networks.architecture import FullyConnected, Mode, Network, Parameter, Values
from lth.networks.layers import Dropout, dense
from lth.settings import Count

if TYPE_CHECKING:
    from torch import Tensor


class Lenet(Network, tag="lenet"):
    """Lenet with the units of each hidden layer. Lenet-300-100 has hidden layers of 300 and 100."""

    MOST: ClassVar[int] = 100  # hidden layers, since each of them is planned and pruned apart

    hidden: tuple[Count, ...]
    dropout: Dropout

    def parameters(self, shape: tuple[int, ...], classes: int) -> list[Parameter]:
        """Dense layers `fc1`, `fc2` ... and `output`."""
        if len(self.hidden) > self.MOST:
            legal = f"at most {self.MOST} layers"
            raise ValueError(f"network.hidden: expected {legal}, got {len(self.hidden)}")
        self.dropout.check(["hidden"] if self.hidden else [])
        sizes = [math.prod(shape), *self.hidden]
        parameters: list[Parameter] = []
        for number, (fan_in, fan_out) in enumerate(itertools.pairwise(sizes), start=1):
            parameters += dense(f"fc{number}", fan_in, fan_out, "hidden")
        return parameters + dense("output", sizes[-1], classes, "output")

    def fully_connected(self) -> FullyConnected:
        """It has no other layers."""
        return FullyConnected(self.dropout.rate if "hidden" in self.dropout.after else 0.0)

    def forward(self, values: Values, images: Tensor, mode: Mode) -> Tensor:
        """Each hidden layer, then ReLU, then dropout. At last the output layer."""
        from torch.nn.functional import linear, relu

        x = images.flatten(1)
        for number in range(len(self.hidden)):
            name = f"fc{number + 1}"
            x = relu(linear(x, values[f"{name}.weight"], values[f"{name}.bias"]))
            x = self.dropout(x, "hidden", mode, number)
        return linear(x, values["output.weight"], values["output.bias"])
