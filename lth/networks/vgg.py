"""VGG-19 for small images (Simonyan & Zisserman, 2014, as adapted by Liu et al., 2019)."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from lth.networks.architecture import Mode, Network, Parameter, Values
from lth.networks.layers import convolution, dense, image_of, normalization, with_channels

if TYPE_CHECKING:
    from torch import Tensor


class Vgg19(Network, tag="vgg-19"):
    """Groups of 3x3 convolutions with batch norm and ReLU, average pooling, and one dense layer.

    Max-pooling lies between groups.
    """

    # (convolutions, channels) of each group
    GROUPS: ClassVar[tuple[tuple[int, int], ...]] = (
        (2, 64),
        (2, 128),
        (4, 256),
        (4, 512),
        (4, 512),
    )

    def parameters(self, shape: tuple[int, ...], classes: int) -> list[Parameter]:
        """Convolutions `conv11`, `conv12`, `conv21` ..., each with its `.norm`, and `output`."""
        channels, _, _ = image_of(self, shape, 2 ** (len(self.GROUPS) - 1))
        parameters: list[Parameter] = []
        for group, (count, width) in enumerate(self.GROUPS, start=1):
            for step in range(1, count + 1):
                name = f"conv{group}{step}"
                parameters += convolution(name, channels, width)
                parameters += normalization(f"{name}.norm", width)
                channels = width
        return parameters + dense("output", channels, classes, "output")

    def forward(self, values: Values, images: Tensor, mode: Mode) -> Tensor:
        """The groups, and the mean over each channel to the output layer."""
        from torch.nn.functional import conv2d, linear, max_pool2d, relu

        x = with_channels(images)
        for group, (count, _) in enumerate(self.GROUPS, start=1):
            x = x if group == 1 else max_pool2d(x, 2)
            for step in range(1, count + 1):
                name = f"conv{group}{step}"
                x = conv2d(x, values[f"{name}.weight"], padding=1)
                x = relu(mode.batch_norm(x, values, f"{name}.norm"))
        return linear(x.mean((2, 3)), values["output.weight"], values["output.bias"])
