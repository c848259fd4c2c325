"""Networks as data: sizes of the paper, what can be pruned, and the function that a network is."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
import torch
from rounding import agree, roundings_of, with_tolerances
from torch import Tensor
from torch.nn import functional

from lth import networks, passes, tickets

NO_DROPOUT = {"rate": 0.0, "after": []}
OPTIONS: dict[str, dict[str, Any]] = {"lenet": {"hidden": [300, 100], "dropout": NO_DROPOUT}, "resnet-18": {}, "vgg-19": {}}
CIFAR = (3, 32, 32)


def built(name: str, shape: tuple[int, ...] = CIFAR, classes: int = 10, **options: Any) -> networks.Architecture:
    chosen = OPTIONS.get(name, {"dropout": NO_DROPOUT}) | options
    network = networks.read({"name": name, "initialization": "glorot-normal", **chosen}, "network")
    return networks.architecture(network, shape, classes)


def sizes(architecture: networks.Architecture, *layers: str) -> int:
    return sum(weight.size for weight in architecture.weights if weight.layer in layers or not layers)


@pytest.mark.parametrize(
    ("name", "shape", "convolutions", "hidden", "output", "shortcuts"),
    [
        ("lenet", (28, 28), 0, 265_200, 1_000, 0),
        ("conv-2", CIFAR, 38_592, 4_259_840, 2_560, 0),
        ("conv-4", CIFAR, 259_776, 2_162_688, 2_560, 0),
        ("conv-6", CIFAR, 1_144_512, 1_114_112, 2_560, 0),
        ("resnet-18", CIFAR, 267_696, 0, 640, 2_560),
        ("vgg-19", CIFAR, 20_018_880, 0, 5_120, 0),
    ],
)
def test_networks_have_the_weights_of_the_paper(
    name: str, shape: tuple[int, ...], convolutions: int, hidden: int, output: int, shortcuts: int
) -> None:
    architecture = built(name, shape)
    assert [sizes(architecture, layer) for layer in ("convolution", "hidden", "output", "shortcut")] == [convolutions, hidden, output, shortcuts]
    total = {"lenet": 266_200, "conv-2": 4_300_992, "conv-4": 2_425_024, "conv-6": 2_261_184, "resnet-18": 270_896, "vgg-19": 20_024_000}
    assert sizes(architecture) == total[name]
    assert all(not weight.prunable for weight in architecture.weights if weight.layer == "shortcut")


def test_biases_have_no_mask_and_only_the_last_layer_is_the_output() -> None:
    parameters = built("lenet", (2, 3), 7, hidden=[5, 4, 3]).parameters
    assert [(p.name, p.shape, p.layer) for p in parameters] == [
        ("fc1.weight", (5, 6), "hidden"),
        ("fc1.bias", (5,), ""),
        ("fc2.weight", (4, 5), "hidden"),
        ("fc2.bias", (4,), ""),
        ("fc3.weight", (3, 4), "hidden"),
        ("fc3.bias", (3,), ""),
        ("output.weight", (7, 3), "output"),
        ("output.bias", (7,), ""),
    ]
    assert [p.weight for p in parameters] == [p.prunable for p in parameters] == [True, False] * 4


def test_fans_are_inputs_and_outputs_times_the_window() -> None:
    fans = {weight.name: weight.fans for weight in built("conv-2").weights}
    assert fans == {
        "conv11.weight": (27, 576),
        "conv12.weight": (576, 576),
        "fc1.weight": (16384, 256),
        "fc2.weight": (256, 256),
        "output.weight": (256, 10),
    }


@pytest.mark.parametrize("name", ["resnet-18", "vgg-19"])
def test_statistics_of_batch_norm_come_last_and_start_at_mean_0_and_variance_1(name: str) -> None:
    parameters = built(name).parameters
    assert [p.trained for p in parameters] == sorted((p.trained for p in parameters), reverse=True)
    initial = {p.name.rpartition(".")[2]: p.initial for p in parameters if not p.weight}
    assert initial == {"scale": 1.0, "shift": 0.0, "mean": 0.0, "variance": 1.0, "bias": 0.0}
    convolutions = sum(1 for p in parameters if p.layer in ("convolution", "shortcut"))
    assert sum(not p.trained for p in parameters) == 2 * convolutions


class Reference(torch.nn.Module):
    """The networks as one would write them with torch's own layers, in evaluation; parameters are taken in order."""

    def __init__(self, name: str, values: dict[str, Tensor]):
        super().__init__()
        self.name, self.values = name, values

    def norm(self, x: Tensor, name: str) -> Tensor:
        layer = torch.nn.BatchNorm2d(x.shape[1]).double().eval()
        layer.load_state_dict(
            {
                "weight": self.values[f"{name}.scale"],
                "bias": self.values[f"{name}.shift"],
                "running_mean": self.values[f"{name}.mean"],
                "running_var": self.values[f"{name}.variance"],
                "num_batches_tracked": torch.tensor(0),
            }
        )
        return layer(x)

    def conv(self, x: Tensor, name: str, stride: int = 1) -> Tensor:
        weight = self.values[f"{name}.weight"]
        return functional.conv2d(x, weight, self.values.get(f"{name}.bias"), stride=stride, padding=weight.shape[-1] // 2)

    def dense(self, x: Tensor, name: str) -> Tensor:
        return functional.linear(x, self.values[f"{name}.weight"], self.values[f"{name}.bias"])

    def forward(self, x: Tensor) -> Tensor:
        return {"conv-4": self.conv_4, "resnet-18": self.resnet, "vgg-19": self.vgg}[self.name](x)

    def conv_4(self, x: Tensor) -> Tensor:
        x = functional.max_pool2d(self.conv(self.conv(x, "conv11").relu(), "conv12").relu(), 2)
        x = functional.max_pool2d(self.conv(self.conv(x, "conv21").relu(), "conv22").relu(), 2).flatten(1)
        return self.dense(self.dense(self.dense(x, "fc1").relu(), "fc2").relu(), "output")

    def resnet(self, x: Tensor) -> Tensor:
        x = self.norm(self.conv(x, "conv"), "norm").relu()
        for stage in (1, 2, 3):
            for block in (1, 2, 3):
                name, stride = f"block{stage}{block}", 2 if stage > 1 and block == 1 else 1
                y = self.norm(self.conv(x, f"{name}.conv1", stride), f"{name}.norm1").relu()
                y = self.norm(self.conv(y, f"{name}.conv2"), f"{name}.norm2")
                if stride == 2:
                    x = self.norm(self.conv(x, f"{name}.shortcut", 2), f"{name}.norm3")
                x = (x + y).relu()
        return self.dense(functional.adaptive_avg_pool2d(x, 1).flatten(1), "output")

    def vgg(self, x: Tensor) -> Tensor:
        for group, count in enumerate((2, 2, 4, 4, 4), start=1):
            for step in range(1, count + 1):
                x = self.norm(self.conv(x, f"conv{group}{step}"), f"conv{group}{step}.norm").relu()
            x = functional.max_pool2d(x, 2) if group < 5 else functional.avg_pool2d(x, x.shape[-1])
        return self.dense(x.flatten(1), "output")


@pytest.mark.parametrize("name", ["conv-4", "resnet-18", "vgg-19"])
def test_a_network_is_the_function_that_torchs_layers_make(name: str) -> None:
    architecture = built(name, (3, 16, 16), 7)
    generator = np.random.default_rng(0)
    values = {p.name: np.abs(p.initial + 0.1 * generator.standard_normal(p.shape)) for p in architecture.parameters}
    values |= {p.name: generator.standard_normal(p.shape) * np.sqrt(2 / p.fans[0]) for p in architecture.weights}
    images = torch.from_numpy(generator.standard_normal((4, 3, 16, 16)))

    def expected(arrays: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        return {"logits": Reference(name, {key: torch.from_numpy(value) for key, value in arrays.items()})(images).detach().numpy()}

    tensors = {key: torch.from_numpy(value) for key, value in values.items()}
    found = {"logits": architecture.forward(tensors, images, passes.Evaluation()).numpy()}
    reference, allowed = with_tolerances(expected, values, roundings_of(architecture, 4, 16 * 16, 1))
    assert found["logits"].shape == (4, 7)
    assert np.abs(found["logits"]).max() > 1000 * allowed["logits"], "there is something to compare"
    assert agree(found, reference, allowed)


@pytest.mark.parametrize("hidden", [[], [6], [6, 5]])
def test_lenet_is_relu_layers_and_a_linear_output(hidden: list[int]) -> None:
    architecture = built("lenet", (3, 4), 5, hidden=hidden)
    generator = np.random.default_rng(0)
    values = {p.name: generator.standard_normal(p.shape) for p in architecture.parameters}
    images = generator.standard_normal((8, 3, 4))

    def expected(values: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        x = images.reshape(8, 12)
        for index in range(len(hidden)):
            x = np.maximum(x @ values[f"fc{index + 1}.weight"].T + values[f"fc{index + 1}.bias"], 0)
        return {"logits": x @ values["output.weight"].T + values["output.bias"]}

    tensors = {name: torch.from_numpy(value) for name, value in values.items()}
    found = architecture.forward(tensors, torch.from_numpy(images), passes.Evaluation()).numpy()
    assert agree({"logits": found}, *with_tolerances(expected, values, roundings_of(architecture, 8, 1, 1)))


@pytest.mark.parametrize(("name", "places"), [("lenet", [0, 1]), ("conv-2", [1, 2, 3]), ("conv-6", [1, 2, 3, 4, 5])])
@pytest.mark.parametrize("after", [["hidden"], ["pooling"], ["pooling", "hidden"]])
def test_dropout_acts_where_the_settings_say(name: str, places: list[int], after: list[str]) -> None:
    if (name, after) == ("lenet", ["pooling"]):
        with pytest.raises(ValueError, match=r"network\.dropout\.after: expected hidden for this network, got pooling"):
            built(name, dropout={"rate": 0.5, "after": after})
        return

    class Watch(passes.Evaluation):
        def __init__(self):
            self.seen: list[tuple[float, int, int]] = []

        def dropout(self, x: Tensor, rate: float, place: int) -> Tensor:
            self.seen.append((rate, place, x.dim()))
            return x

    architecture = built(name, (3, 8, 8), dropout={"rate": 0.5, "after": after})
    weights = {p.name: torch.zeros(p.shape) for p in architecture.parameters}
    watch = Watch()
    architecture.forward(weights, torch.zeros(2, 3, 8, 8), watch)
    pools = len(places) - 2 if name != "lenet" else 0
    expected = [(0.5, place, 4) for place in places[:pools] if "pooling" in after] + [
        (0.5, place, 2) for place in places[pools:] if "hidden" in after
    ]
    assert watch.seen == expected


@pytest.mark.parametrize("name", list(networks.NETWORKS))
@pytest.mark.parametrize("shape", [(16, 16), (1, 16, 20), (3, 24, 16)])
def test_networks_adapt_to_images_and_classes(name: str, shape: tuple[int, ...]) -> None:
    architecture = built(name, shape, 3)
    weights = tickets.Distribution(architecture, "normal-0.1").draw(1, "initialization")
    values = {name: torch.from_numpy(value) for name, value in weights.items()}
    assert architecture.forward(values, torch.zeros(2, *shape), passes.Evaluation()).shape == (2, 3)


@pytest.mark.parametrize(("name", "least"), [("conv-2", 2), ("conv-4", 4), ("conv-6", 8), ("resnet-18", 4), ("vgg-19", 16)])
def test_images_that_are_too_small_are_refused_and_the_least_are_not(name: str, least: int) -> None:
    message = rf"network.name: expected images of at least {least}x{least} for {name}, which halves them, got 3x{least - 1}x40"
    with pytest.raises(ValueError, match=message):
        built(name, (3, least - 1, 40))
    with pytest.raises(ValueError, match=r"network\.name: expected images of at least"):
        built(name, (5,))
    assert built(name, (least, least)).weights


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"name": "lennet"}, "network.name: unknown network 'lennet'; did you mean 'lenet'? legal: conv-2, conv-4, conv-6, lenet, resnet-18, vgg-19"),
        ({}, "network.name: unknown network None"),
        ("lenet", "network: expected a mapping, got 'lenet'"),
        ({"name": "resnet-18", "initialization": "glorot-normal", "hidden": [3]}, "network: unknown key 'hidden'; legal: initialization, name"),
        ({"name": "conv-2", "initialization": "glorot-normal"}, "network: missing key 'dropout'"),
        ({"name": "resnet-18"}, "network: missing key 'initialization'"),
    ],
)
def test_a_network_that_is_none_is_refused(data: Any, message: str) -> None:
    with pytest.raises(ValueError) as caught:
        networks.read(data, "network")
    assert str(caught.value).startswith(message)
