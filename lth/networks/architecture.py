"""A network as data: its parameters, and the function that applies them to images.

A stack is the same function over many networks. Only calling `forward` needs torch, so that
planning and pruning start quickly.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Literal, Protocol

from lth.settings import Settings

if TYPE_CHECKING:
    from torch import Tensor

Layer = Literal["convolution", "hidden", "output", "shortcut", ""]
Values = Mapping[str, "Tensor"]  # the parameters of one network by name

VALUES = 1_000_000_000  # in one network at most, which is 4 GB for each of the COPIES
COPIES = 11  # of all values: now, at their best, gradient, mask, optimizer, start, checkpoint


@dataclasses.dataclass(frozen=True)
class Parameter:
    """One array of a network.

    `layer` is the class of a weight. It says which pruning rate applies. Shortcuts are counted, but
    they are never pruned. A parameter with `layer` "" is no weight: it has no mask, it is not
    counted, and it starts from `initial`. The statistics of batch norm are not `trained`.
    """

    name: str
    shape: tuple[int, ...]
    layer: Layer
    initial: float = 0.0
    trained: bool = True

    @property
    def size(self) -> int:
        """The number of its values."""
        return math.prod(self.shape)

    @property
    def weight(self) -> bool:
        """Whether it is a weight: in the mask, and in the denominator of P_m."""
        return self.layer != ""

    @property
    def prunable(self) -> bool:
        """Whether there is a pruning rate for its class."""
        return self.layer not in ("", "shortcut")

    @property
    def fans(self) -> tuple[int, int]:
        """(fan in, fan out) of a weight [out, in, ...]. A convolution's count its whole window."""
        window = math.prod(self.shape[2:])
        return self.shape[1] * window, self.shape[0] * window


class Mode(Protocol):
    """What differs between training and evaluation. Networks call it in layers of these kinds."""

    def batch_norm(self, x: Tensor, values: Values, name: str) -> Tensor:
        """Normalizes x [batch, channels, ...].

        Its parameters are `name.scale`, `name.shift`, `name.mean` and `name.variance`.
        """
        ...

    def dropout(self, x: Tensor, rate: float, number: int) -> Tensor:
        """Sets each value to 0 with probability `rate`, and divides the others by 1 - rate.

        `number` is that of the dropout layer. No two layers of a network share one.
        """
        ...


@dataclasses.dataclass(frozen=True)
class FullyConnected:
    """What a training engine must know of a fully-connected network, if it calls no `forward`.

    Its parameters are the weights [outputs, inputs] and the biases [outputs] of each layer in turn.
    The first layer takes the pixels of an image in order. ReLU stands between two layers, then
    dropout at the rate `dropout`. Dropout layers are numbered from 0.
    """

    dropout: float


@dataclasses.dataclass(frozen=True)
class Architecture:
    """A network for images of one shape.

    `parameters` are in order, with the statistics of batch norm last. `forward` gives the logits
    [batch, classes] of images [batch, height, width] or [batch, channels, height, width].
    `fully_connected` is None for networks that have other layers.
    """

    parameters: tuple[Parameter, ...]
    forward: Callable[[Values, Tensor, Mode], Tensor]
    fully_connected: FullyConnected | None = None

    @property
    def weights(self) -> tuple[Parameter, ...]:
        """The parameters that have a mask."""
        return tuple(parameter for parameter in self.parameters if parameter.weight)

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """The shapes of the weights by name, which are those of a mask."""
        return {weight.name: weight.shape for weight in self.weights}

    @property
    def memory(self) -> int:
        """The most bytes that one network of a stack takes in training on a CPU.

        Activations are not counted (docs/performance.md).
        """
        return COPIES * 4 * sum(parameter.size for parameter in self.parameters)


class Network(Settings, tag_field="name"):
    """The settings of a network: its `name`, its options, and the name of D_θ.

    D_θ is what its weights are drawn from. Each network is a class tagged with its name, and has
    its own `parameters` and `forward`.
    """

    initialization: str

    def parameters(self, shape: tuple[int, ...], classes: int) -> list[Parameter]:
        """The parameters for images of `shape`. Raises ValueError where these do not fit."""
        raise NotImplementedError

    def forward(self, values: Values, images: Tensor, mode: Mode) -> Tensor:
        """The logits [batch, classes] of images [batch, ...]."""
        raise NotImplementedError

    def fully_connected(self) -> FullyConnected | None:
        """What an engine for fully-connected networks must know, or None for another network."""
        return None

    def architecture(self, shape: tuple[int, ...], classes: int) -> Architecture:
        """The network for images of `shape` (without the batch) and so many classes.

        Raises ValueError where the settings do not fit these, or where the network is too large.
        """
        parameters = sorted(self.parameters(shape, classes), key=lambda item: not item.trained)
        values = sum(parameter.size for parameter in parameters)
        if values > VALUES:
            limit = f"at most {VALUES:,} weights and other values"
            raise ValueError(f"network: expected {limit}, got {values:,}")
        return Architecture(tuple(parameters), self.forward, self.fully_connected())
