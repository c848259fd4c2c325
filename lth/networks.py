"""Networks as data: the parameters of one network, and the function that applies them. A stack is the same function over many networks.

A new network is one function in NETWORKS. Only calling `forward` needs torch, so planning and pruning stay light.
"""

import dataclasses
import math
from collections.abc import Callable, Mapping
from typing import Any, Literal

from lth.settings import Network, unknown


@dataclasses.dataclass(frozen=True)
class Parameter:
    """One array of a network. `layer` says which pruning rate applies; fans are those of the weight, and of no use for a bias."""

    name: str
    shape: tuple[int, ...]
    layer: Literal["hidden", "output"]
    prunable: bool

    @property
    def size(self) -> int:
        return math.prod(self.shape)

    @property
    def fans(self) -> tuple[int, int]:
        """(fan in, fan out) of a weight [out, in]."""
        return self.shape[1], self.shape[0]


@dataclasses.dataclass(frozen=True)
class Architecture:
    """A network's parameters in order, and `forward(parameters by name, images [batch, ...]) -> logits [batch, classes]`."""

    parameters: tuple[Parameter, ...]
    forward: Callable[[Mapping[str, Any], Any], Any]


def build(network: Network, shape: tuple[int, ...], classes: int) -> Architecture:
    """The architecture for images of `shape` (without the batch) and a number of classes."""
    if network.name not in NETWORKS:
        raise unknown("network.name", "network", network.name, NETWORKS)
    return NETWORKS[network.name](network, shape, classes)


def lenet(network: Network, shape: tuple[int, ...], classes: int) -> Architecture:
    """Fully-connected layers with ReLU between them (LeCun et al., 1998); Lenet-300-100 with hidden sizes 300 and 100."""
    sizes = [math.prod(shape), *network.hidden, classes]
    names = [f"fc{index + 1}" for index in range(len(network.hidden))] + ["output"]
    parameters: list[Parameter] = []
    for name, fan_in, fan_out in zip(names, sizes[:-1], sizes[1:], strict=True):
        layer = "output" if name == "output" else "hidden"
        parameters.append(Parameter(f"{name}.weight", (fan_out, fan_in), layer, prunable=True))
        parameters.append(Parameter(f"{name}.bias", (fan_out,), layer, prunable=False))

    def forward(values: Mapping[str, Any], images: Any) -> Any:
        from torch.nn.functional import linear, relu

        x = images.flatten(1)
        for name in names:
            x = linear(x, values[f"{name}.weight"], values[f"{name}.bias"])
            if name != "output":
                x = relu(x)
        return x

    return Architecture(tuple(parameters), forward)


NETWORKS: Mapping[str, Callable[[Network, tuple[int, ...], int], Architecture]] = {"lenet": lenet}
