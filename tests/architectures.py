"""Networks for tests: made from settings, and compared with plain layers of torch."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import torch
from rounding import agree, roundings_of, with_tolerances
from torch import Tensor
from torch.nn import functional

from lth.networks import choices
from lth.networks.architecture import Architecture, Network
from lth.networks.modes import EvaluationMode
from lth.settings import by_tag, read

NAMES = sorted(by_tag(choices.Network))
CIFAR = (3, 32, 32)
NO_DROPOUT = {"rate": 0.0, "after": []}
OPTIONS: Mapping[str, dict[str, Any]] = {
    "lenet": {"hidden": [300, 100], "dropout": NO_DROPOUT},
    "resnet-18": {},
    "vgg-19": {},
    "small-resnet-18": {},
    "small-vgg-19": {},
}  # the others have dropout only


def network(name: str, **options: Any) -> Network:
    """The settings of a network. `options` change those of the paper."""
    defaults = {"initialization": "glorot-normal"} | OPTIONS.get(name, {"dropout": NO_DROPOUT})
    return read(choices.Network, {"name": name} | defaults | options, "network")


def built(
    name: str, shape: tuple[int, ...] = CIFAR, classes: int = 10, **options: Any
) -> Architecture:
    """The architecture of a network."""
    return network(name, **options).architecture(shape, classes)


class Plain:
    """Layers as torch has them, in evaluation, on parameters by name."""

    def __init__(self, values: Mapping[str, Tensor]):
        self.values = values

    def norm(self, x: Tensor, name: str) -> Tensor:
        layer = torch.nn.BatchNorm2d(x.shape[1]).double().eval()
        state = {
            "weight": self.values[f"{name}.scale"],
            "bias": self.values[f"{name}.shift"],
            "running_mean": self.values[f"{name}.mean"],
            "running_var": self.values[f"{name}.variance"],
            "num_batches_tracked": torch.tensor(0),
        }
        layer.load_state_dict(state)
        return layer(x)

    def conv(self, x: Tensor, name: str, stride: int = 1) -> Tensor:
        weight, bias = self.values[f"{name}.weight"], self.values.get(f"{name}.bias")
        return functional.conv2d(x, weight, bias, stride=stride, padding=weight.shape[-1] // 2)

    def dense(self, x: Tensor, name: str) -> Tensor:
        return functional.linear(x, self.values[f"{name}.weight"], self.values[f"{name}.bias"])


def is_function(name: str, reference: Callable[[Plain, Tensor], Tensor]) -> bool:
    """Whether a network's logits are those of a function written with plain layers."""
    architecture = built(name, (3, 16, 16), 7)
    generator = np.random.default_rng(0)
    values: dict[str, np.ndarray] = {}
    for parameter in architecture.parameters:
        noise = generator.standard_normal(parameter.shape)
        if parameter.weight:
            values[parameter.name] = noise * np.sqrt(2 / parameter.fans[0])
        else:
            values[parameter.name] = np.abs(parameter.initial + 0.1 * noise)
    images = torch.from_numpy(generator.standard_normal((4, 3, 16, 16)))

    def expected(arrays: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        logits = reference(Plain(tensors(arrays)), images)
        return {"logits": logits.detach().numpy()}

    found = {"logits": architecture.forward(tensors(values), images, EvaluationMode()).numpy()}
    result, allowed = with_tolerances(expected, values, roundings_of(architecture, 4, 16 * 16, 1))
    assert found["logits"].shape == (4, 7)
    assert np.abs(found["logits"]).max() > 1000 * allowed["logits"], "there is something to compare"
    return agree(found, result, allowed)


def tensors(arrays: Mapping[str, np.ndarray]) -> dict[str, Tensor]:
    return {name: torch.from_numpy(array) for name, array in arrays.items()}
