"""Conv-2, Conv-4 and Conv-6 of the paper: scaled-down VGG (Simonyan & Zisserman, 2014)."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from lth.networks.architecture import Mode, Network, Parameter, Values
from lth.networks.layers import Dropout, convolution, dense, image_of, with_channels

if TYPE_CHECKING:
    from torch import Tensor


class Conv(Network):
    """Stages of two 3x3 convolutions and 2x2 max-pooling, then three dense layers.

    `WIDTHS` are the channels of each stage. ReLU follows every layer but the last.
    """

    WIDTHS: ClassVar[tuple[int, ...]]
    HIDDEN: ClassVar[int] = 256  # units of each hidden layer

    dropout: Dropout

    def parameters(self, shape: tuple[int, ...], classes: int) -> list[Parameter]:
        """Convolutions `conv11`, `conv12`, `conv21` ..., then `fc1`, `fc2` and `output`."""
        self.dropout.check(["pooling", "hidden"])
        shrinkage = 2 ** len(self.WIDTHS)
        channels, height, width = image_of(self, shape, shrinkage)
        parameters: list[Parameter] = []
        for stage, outputs in enumerate(self.WIDTHS, start=1):
            for step, inputs in ((1, channels), (2, outputs)):
                name = f"conv{stage}{step}"
                parameters += convolution(name, inputs, outputs)
                parameters.append(Parameter(f"{name}.bias", (outputs,), ""))
            channels = outputs
        pixels = (height // shrinkage) * (width // shrinkage)
        parameters += dense("fc1", channels * pixels, self.HIDDEN, "hidden")
        parameters += dense("fc2", self.HIDDEN, self.HIDDEN, "hidden")
        return parameters + dense("output", self.HIDDEN, classes, "output")

    def forward(self, values: Values, images: Tensor, mode: Mode) -> Tensor:
        """The stages, then the dense layers. Dropout may follow pooling and hidden layers."""
        from torch.nn.functional import conv2d, linear, max_pool2d, relu

        x = with_channels(images)
        stages = len(self.WIDTHS)
        for stage in range(1, stages + 1):
            for name in (f"conv{stage}1", f"conv{stage}2"):
                x = relu(conv2d(x, values[f"{name}.weight"], values[f"{name}.bias"], padding=1))
            x = self.dropout(max_pool2d(x, 2), "pooling", mode, stage)
        x = x.flatten(1)
        for number, name in enumerate(("fc1", "fc2"), start=stages + 1):
            x = relu(linear(x, values[f"{name}.weight"], values[f"{name}.bias"]))
            x = self.dropout(x, "hidden", mode, number)
        return linear(x, values["output.weight"], values["output.bias"])


class Conv2(Conv, tag="conv-2"):
    """One stage."""

    WIDTHS: ClassVar[tuple[int, ...]] = (64,)


class Conv4(Conv, tag="conv-4"):
    """Two stages."""

    WIDTHS: ClassVar[tuple[int, ...]] = (64, 128)


class Conv6(Conv, tag="conv-6"):
    """Three stages."""

    WIDTHS: ClassVar[tuple[int, ...]] = (64, 128, 256)
