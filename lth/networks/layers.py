"""The layers that several networks have: their parameters, and dropout."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from lth.networks.architecture import Layer, Mode, Network, Parameter
from lth.settings import Rate, Settings, tag_of

if TYPE_CHECKING:
    from torch import Tensor


def dense(name: str, fan_in: int, fan_out: int, layer: Layer) -> list[Parameter]:
    """A fully-connected layer with bias."""
    weight = Parameter(f"{name}.weight", (fan_out, fan_in), layer)
    return [weight, Parameter(f"{name}.bias", (fan_out,), "")]


def convolution(
    name: str, inputs: int, outputs: int, layer: Layer = "convolution", *, size: int = 3
) -> list[Parameter]:
    """A convolution without bias, from `inputs` to `outputs` channels, with a square window."""
    return [Parameter(f"{name}.weight", (outputs, inputs, size, size), layer)]


def normalization(name: str, channels: int) -> list[Parameter]:
    """Batch norm: its trained parameters, and its running statistics."""
    return [
        Parameter(f"{name}.scale", (channels,), "", initial=1.0),
        Parameter(f"{name}.shift", (channels,), ""),
        Parameter(f"{name}.mean", (channels,), "", trained=False),
        Parameter(f"{name}.variance", (channels,), "", initial=1.0, trained=False),
    ]


class Dropout(Settings):
    """Dropout: its rate, and the kinds of layers after which it acts.

    The paper does not say which. Both kinds are usual.
    """

    rate: Rate
    after: tuple[Literal["hidden", "pooling"], ...]

    def check(self, layers: Sequence[str]) -> None:
        """Raises ValueError where it would never act in a network with these kinds of layers."""
        if self.rate and not set(self.after) & set(layers):
            legal = " or ".join(layers) or "no dropout"
            found = ", ".join(self.after) or "none"
            raise ValueError(
                f"network.dropout.after: expected {legal} for this network, got {found}"
            )

    def __call__(
        self, x: Tensor, layer: Literal["hidden", "pooling"], mode: Mode, number: int
    ) -> Tensor:
        """Dropout after a layer of this kind. `number` is that of the dropout layer."""
        return mode.dropout(x, self.rate, number) if self.rate and layer in self.after else x


def image_of(network: Network, shape: tuple[int, ...], least: int) -> tuple[int, int, int]:
    """(channels, height, width) of images of `shape`, which may have no channels.

    Raises ValueError where a side is shorter than the `least` that the network can halve.
    """
    if len(shape) not in (2, 3) or min(shape[-2:]) < least:
        legal = f"at least {least}x{least} for {tag_of(type(network))}, which halves them"
        found = "x".join(map(str, shape))
        raise ValueError(f"network.name: expected images of {legal}, got {found}")
    channels, height, width = (1, *shape)[-3:]
    return channels, height, width


def with_channels(images: Tensor) -> Tensor:
    """Images as [batch, channels, height, width]. Those without channels get one."""
    return images if images.dim() == 4 else images[:, None]
