"""Networks as data: the parameters of one network, and the function that applies them. A stack is the same function over many networks.

A new network is one function in NETWORKS, and a class for its options if it has any. Only calling `forward` needs torch, so
planning and pruning stay light.
"""

import dataclasses
import functools
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, Protocol

from lth.settings import Count, Rate, build, unknown

Layer = Literal["convolution", "hidden", "output", "shortcut", ""]


VALUES = 1_000_000_000  # of a network, at most: 4 GB in each of the ROWS of its training
LAYERS = 100  # of lenet, at most: each is planned and pruned by itself
ROWS = 11  # values a parameter: those, best ones, gradient, mask, optimiser, what it starts from, and a checkpoint that is written


@dataclasses.dataclass(frozen=True)
class Parameter:
    """One array of a network.

    `layer` is the class of a weight: it says which pruning rate applies. Shortcuts are counted but never pruned. What is no weight has
    `layer` "": no mask, not counted, and it starts from `initial`. What is not `trained` is a statistic of batch norm.
    """

    name: str
    shape: tuple[int, ...]
    layer: Layer
    initial: float = 0.0
    trained: bool = True

    @property
    def size(self) -> int:
        return math.prod(self.shape)

    @property
    def weight(self) -> bool:
        """Whether it is a weight: in the mask, and in the denominator of P_m."""
        return self.layer != ""

    @property
    def prunable(self) -> bool:
        """Whether there is a rate for its class."""
        return self.layer not in ("", "shortcut")

    @property
    def fans(self) -> tuple[int, int]:
        """(fan in, fan out) of a weight [out, in, ...]; those of a convolution count every place of its window."""
        window = math.prod(self.shape[2:])
        return self.shape[1] * window, self.shape[0] * window


class Pass(Protocol):
    """What differs between training and evaluation: a forward function calls these where its network has such a layer."""

    def batch_norm(self, x: Any, values: Mapping[str, Any], name: str) -> Any:
        """Normalises x [batch, channels, ...] with the parameters `name.scale`, `.shift`, `.mean` and `.variance`."""
        ...

    def dropout(self, x: Any, rate: float, place: int) -> Any:
        """Sets each value to 0 with probability `rate` and divides the others by 1 - rate; `place` numbers the layers that do so."""
        ...


@dataclasses.dataclass(frozen=True)
class Architecture:
    """A network's parameters in order (statistics last), and `forward(parameters by name, images [batch, ...], pass)` -> logits [batch, classes]."""

    parameters: tuple[Parameter, ...]
    forward: Callable[[Mapping[str, Any], Any, Pass], Any]

    @property
    def weights(self) -> tuple[Parameter, ...]:
        """The parameters that have a mask."""
        return tuple(parameter for parameter in self.parameters if parameter.weight)

    @property
    def memory(self) -> int:
        """Bytes that one network of a stack takes at most when it is trained on a CPU, activations aside (docs/performance.md)."""
        return ROWS * 4 * sum(parameter.size for parameter in self.parameters)


@dataclasses.dataclass(frozen=True)
class Dropout:
    """Dropout: its rate, and after which layers it acts. The paper does not say which; both kinds are usual."""

    rate: Rate
    after: tuple[Literal["hidden", "pooling"], ...]

    def check(self, layers: Sequence[str]) -> None:
        """Raises ValueError where it would never act, in a network with these kinds of layers."""
        if self.rate and not set(self.after) & set(layers):
            raise ValueError(
                f"network.dropout.after: expected {' or '.join(layers) or 'no dropout'} for this network, got {', '.join(self.after) or 'none'}"
            )

    def __call__(self, x: Any, layer: str, mode: Pass, place: int) -> Any:
        return mode.dropout(x, self.rate, place) if self.rate and layer in self.after else x


@dataclasses.dataclass(frozen=True)
class Network:
    """A network by name, and the distribution D_θ that its weights are drawn from. Kinds with options have them as further fields."""

    name: str
    initialization: str


@dataclasses.dataclass(frozen=True)
class Lenet(Network):
    """`lenet`, with the units of each hidden layer."""

    hidden: tuple[Count, ...]
    dropout: Dropout


@dataclasses.dataclass(frozen=True)
class Conv(Network):
    """`conv-2`, `conv-4` and `conv-6`."""

    dropout: Dropout


@dataclasses.dataclass(frozen=True)
class Kind:
    """A kind of network: the class of its settings, and the function from these, the images' shape and the number of classes."""

    settings: type[Network]
    build: Callable[[Any, tuple[int, ...], int], Architecture]


def dense(name: str, fan_in: int, fan_out: int, layer: Layer) -> list[Parameter]:
    """A fully-connected layer with bias."""
    return [Parameter(f"{name}.weight", (fan_out, fan_in), layer), Parameter(f"{name}.bias", (fan_out,), "")]


def convolution(name: str, channels_in: int, channels_out: int, layer: Layer = "convolution", *, size: int = 3) -> list[Parameter]:
    """A convolution without bias."""
    return [Parameter(f"{name}.weight", (channels_out, channels_in, size, size), layer)]


def normalization(name: str, channels: int) -> list[Parameter]:
    """Batch norm: what is trained, and its running statistics."""
    trained = [Parameter(f"{name}.scale", (channels,), "", initial=1.0), Parameter(f"{name}.shift", (channels,), "")]
    statistics = [("mean", 0.0), ("variance", 1.0)]
    return trained + [Parameter(f"{name}.{statistic}", (channels,), "", initial, trained=False) for statistic, initial in statistics]


def lenet(network: Lenet, shape: tuple[int, ...], classes: int) -> Architecture:
    """Fully-connected layers with ReLU between them (LeCun et al., 1998); Lenet-300-100 with hidden sizes 300 and 100."""
    if len(network.hidden) > LAYERS:
        raise ValueError(f"network.hidden: expected at most {LAYERS} layers, got {len(network.hidden)}")
    network.dropout.check(["hidden"] if network.hidden else [])
    sizes = [math.prod(shape), *network.hidden, classes]
    names = [*(f"fc{index + 1}" for index in range(len(network.hidden))), "output"]
    parameters: list[Parameter] = []
    for name, fan_in, fan_out in zip(names, sizes[:-1], sizes[1:], strict=True):
        parameters += dense(name, fan_in, fan_out, "output" if name == "output" else "hidden")

    def forward(values: Mapping[str, Any], images: Any, mode: Pass) -> Any:
        from torch.nn.functional import linear, relu

        x = images.flatten(1)
        for place, name in enumerate(names[:-1]):
            x = network.dropout(relu(linear(x, values[f"{name}.weight"], values[f"{name}.bias"])), "hidden", mode, place)
        return linear(x, values["output.weight"], values["output.bias"])

    return Architecture(tuple(parameters), forward)


def conv(network: Conv, shape: tuple[int, ...], classes: int, *, widths: Sequence[int]) -> Architecture:
    """Pairs of 3x3 convolutions with ReLU, each pair followed by 2x2 max-pooling, then fully-connected layers of 256, 256 and the classes:
    the paper's Conv-2, -4 and -6, scaled-down VGG (Simonyan & Zisserman, 2014).
    """
    network.dropout.check(["pooling", "hidden"])
    channels, *sides = _image(shape, network.name, 2 ** len(widths))
    parameters: list[Parameter] = []
    for stage, width in enumerate(widths, start=1):
        for step, inputs in ((1, channels), (2, width)):
            name = f"conv{stage}{step}"
            parameters += [*convolution(name, inputs, width), Parameter(f"{name}.bias", (width,), "")]
        channels = width
    sizes = [channels * math.prod(side // 2 ** len(widths) for side in sides), 256, 256]
    parameters += dense("fc1", sizes[0], 256, "hidden") + dense("fc2", 256, 256, "hidden") + dense("output", 256, classes, "output")

    def forward(values: Mapping[str, Any], images: Any, mode: Pass) -> Any:
        from torch.nn.functional import conv2d, linear, max_pool2d, relu

        x = images if images.dim() == 4 else images[:, None]
        for stage in range(1, len(widths) + 1):
            for step in (1, 2):
                x = relu(conv2d(x, values[f"conv{stage}{step}.weight"], values[f"conv{stage}{step}.bias"], padding=1))
            x = network.dropout(max_pool2d(x, 2), "pooling", mode, stage)
        x = x.flatten(1)
        for place, name in enumerate(("fc1", "fc2"), start=len(widths) + 1):
            x = network.dropout(relu(linear(x, values[f"{name}.weight"], values[f"{name}.bias"])), "hidden", mode, place)
        return linear(x, values["output.weight"], values["output.bias"])

    return Architecture(tuple(parameters), forward)


def resnet(network: Network, shape: tuple[int, ...], classes: int, *, widths: Sequence[int] = (16, 32, 64), blocks: int = 3) -> Architecture:
    """Residual network for small images (He et al., 2016), which the paper calls Resnet-18: a 3x3 convolution, then stages of `blocks` pairs of
    3x3 convolutions with a connection around each pair, average pooling, and the output layer. A stage after the first halves the image and
    has a 1x1 projection in its first connection. Every convolution is followed by batch norm.
    """
    channels, *_ = _image(shape, network.name, 2 ** (len(widths) - 1))
    parameters = convolution("conv", channels, widths[0]) + normalization("norm", widths[0])
    places: list[tuple[str, int]] = []
    inputs = widths[0]
    for stage, width in enumerate(widths, start=1):
        for block in range(1, blocks + 1):
            name = f"block{stage}{block}"
            places.append((name, 1 if width == inputs else 2))
            parameters += convolution(f"{name}.conv1", inputs, width) + normalization(f"{name}.norm1", width)
            parameters += convolution(f"{name}.conv2", width, width) + normalization(f"{name}.norm2", width)
            if width != inputs:
                parameters += convolution(f"{name}.shortcut", inputs, width, "shortcut", size=1) + normalization(f"{name}.norm3", width)
            inputs = width
    parameters += dense("output", inputs, classes, "output")

    def forward(values: Mapping[str, Any], images: Any, mode: Pass) -> Any:
        from torch.nn.functional import conv2d, linear, relu

        x = images if images.dim() == 4 else images[:, None]
        x = relu(mode.batch_norm(conv2d(x, values["conv.weight"], padding=1), values, "norm"))
        for name, stride in places:
            y = conv2d(x, values[f"{name}.conv1.weight"], stride=stride, padding=1)
            y = conv2d(relu(mode.batch_norm(y, values, f"{name}.norm1")), values[f"{name}.conv2.weight"], padding=1)
            if stride > 1:
                x = mode.batch_norm(conv2d(x, values[f"{name}.shortcut.weight"], stride=stride), values, f"{name}.norm3")
            x = relu(mode.batch_norm(y, values, f"{name}.norm2") + x)
        return linear(x.mean((2, 3)), values["output.weight"], values["output.bias"])

    return Architecture(_statistics_last(parameters), forward)


def vgg(network: Network, shape: tuple[int, ...], classes: int, *, groups: Sequence[tuple[int, int]]) -> Architecture:
    """VGG for small images (Simonyan & Zisserman, 2014, as adapted by Liu et al., 2019): groups of (count, width) 3x3 convolutions with batch
    norm and ReLU, max-pooling between groups, average pooling after the last, and one dense layer.
    """
    channels, *_ = _image(shape, network.name, 2 ** (len(groups) - 1))
    parameters: list[Parameter] = []
    places: list[list[str]] = []
    for group, (count, width) in enumerate(groups, start=1):
        places.append([f"conv{group}{step}" for step in range(1, count + 1)])
        for name in places[-1]:
            parameters += convolution(name, channels, width) + normalization(f"{name}.norm", width)
            channels = width
    parameters += dense("output", channels, classes, "output")

    def forward(values: Mapping[str, Any], images: Any, mode: Pass) -> Any:
        from torch.nn.functional import conv2d, linear, max_pool2d, relu

        x = images if images.dim() == 4 else images[:, None]
        for names in places:
            x = x if names is places[0] else max_pool2d(x, 2)
            for name in names:
                x = relu(mode.batch_norm(conv2d(x, values[f"{name}.weight"], padding=1), values, f"{name}.norm"))
        return linear(x.mean((2, 3)), values["output.weight"], values["output.bias"])

    return Architecture(_statistics_last(parameters), forward)


def _statistics_last(parameters: Sequence[Parameter]) -> tuple[Parameter, ...]:
    return tuple(sorted(parameters, key=lambda parameter: not parameter.trained))


def _image(shape: tuple[int, ...], name: str, least: int) -> tuple[int, ...]:
    """(channels, height, width) of images [height, width] or [channels, height, width]. Raises ValueError where a side is under `least`."""
    if len(shape) not in (2, 3) or min(shape[-2:]) < least:
        found = f"at least {least}x{least} for {name}, which halves them, got {'x'.join(map(str, shape))}"
        raise ValueError(f"network.name: expected images of {found}")
    return (1, *shape)[-3:]


NETWORKS: Mapping[str, Kind] = {
    "lenet": Kind(Lenet, lenet),
    "conv-2": Kind(Conv, functools.partial(conv, widths=(64,))),
    "conv-4": Kind(Conv, functools.partial(conv, widths=(64, 128))),
    "conv-6": Kind(Conv, functools.partial(conv, widths=(64, 128, 256))),
    "resnet-18": Kind(Network, resnet),
    "vgg-19": Kind(Network, functools.partial(vgg, groups=((2, 64), (2, 128), (4, 256), (4, 512), (4, 512)))),
}


def read(data: Any, where: str) -> Network:
    """A network from plain data: `name`, `initialization`, and the options that networks of this name have. `where` is the dotted key for
    messages.
    """
    if not isinstance(data, Mapping):
        return build(Network, data, where)
    name = data.get("name")
    if not isinstance(name, str) or name not in NETWORKS:
        raise unknown(f"{where}.name", "network", name, NETWORKS)
    return build(NETWORKS[name].settings, data, where)


def architecture(network: Network, shape: tuple[int, ...], classes: int) -> Architecture:
    """The architecture for images of `shape` (without the batch) and a number of classes. Raises ValueError where it does not fit them."""
    built = NETWORKS[network.name].build(network, shape, classes)
    if (values := sum(parameter.size for parameter in built.parameters)) > VALUES:
        raise ValueError(f"network: expected at most {VALUES:,} weights and other values, got {values:,}")
    return built
