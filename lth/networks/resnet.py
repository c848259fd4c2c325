"""Resnet-18 of the paper: a residual network for small images (He et al., 2016), of 20 layers."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from lth.networks.architecture import Mode, Network, Parameter, Values
from lth.networks.layers import convolution, dense, image_of, normalization, with_channels

if TYPE_CHECKING:
    from torch import Tensor


class Resnet18(Network, tag="resnet-18"):
    """A 3x3 convolution, stages of residual blocks, average pooling, and the output layer.

    A block is two 3x3 convolutions with a connection around them. The first block of each later
    stage halves the image and widens it, so its connection is a 1x1 convolution, the shortcut.
    Batch norm follows every convolution.
    """

    WIDTHS: ClassVar[tuple[int, ...]] = (16, 32, 64)  # channels of each stage
    BLOCKS: ClassVar[int] = 3  # in each stage

    def parameters(self, shape: tuple[int, ...], classes: int) -> list[Parameter]:
        """`conv`, `norm`, the parts of `block11`, `block12` ... and `output`."""
        channels, _, _ = image_of(self, shape, 2 ** (len(self.WIDTHS) - 1))
        first, last = self.WIDTHS[0], self.WIDTHS[-1]
        parameters = convolution("conv", channels, first) + normalization("norm", first)
        for name, inputs, width in self._blocks():
            parameters += convolution(f"{name}.conv1", inputs, width)
            parameters += normalization(f"{name}.norm1", width)
            parameters += convolution(f"{name}.conv2", width, width)
            parameters += normalization(f"{name}.norm2", width)
            if width != inputs:
                parameters += convolution(f"{name}.shortcut", inputs, width, "shortcut", size=1)
                parameters += normalization(f"{name}.norm3", width)
        return parameters + dense("output", last, classes, "output")

    def forward(self, values: Values, images: Tensor, mode: Mode) -> Tensor:
        """The first convolution, the blocks, and the mean over each channel to the output layer."""
        from torch.nn.functional import conv2d, linear, relu

        x = conv2d(with_channels(images), values["conv.weight"], padding=1)
        x = relu(mode.batch_norm(x, values, "norm"))
        for name, inputs, width in self._blocks():
            stride = 1 if width == inputs else 2
            y = conv2d(x, values[f"{name}.conv1.weight"], stride=stride, padding=1)
            y = relu(mode.batch_norm(y, values, f"{name}.norm1"))
            y = conv2d(y, values[f"{name}.conv2.weight"], padding=1)
            if width != inputs:
                x = conv2d(x, values[f"{name}.shortcut.weight"], stride=stride)
                x = mode.batch_norm(x, values, f"{name}.norm3")
            x = relu(mode.batch_norm(y, values, f"{name}.norm2") + x)
        return linear(x.mean((2, 3)), values["output.weight"], values["output.bias"])

    def _blocks(self) -> list[tuple[str, int, int]]:
        """The name of each block, and its channels in and out."""
        blocks: list[tuple[str, int, int]] = []
        inputs = self.WIDTHS[0]
        for stage, width in enumerate(self.WIDTHS, start=1):
            for number in range(1, self.BLOCKS + 1):
                blocks.append((f"block{stage}{number}", inputs, width))
                inputs = width
        return blocks
