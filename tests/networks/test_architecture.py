"""What is known of a network before it is trained: sizes, classes of layers, fans, limits."""

import pytest
import torch
from architectures import CIFAR, NAMES, built, network

from lth.networks import architecture
from lth.networks.architecture import Architecture, Network, Parameter
from lth.networks.modes import EvaluationMode

CLASSES = ("convolution", "hidden", "output", "shortcut")


def sizes(architecture: Architecture) -> list[int]:
    """The weights of each class of layers."""
    weights = architecture.weights
    return [sum(weight.size for weight in weights if weight.layer == name) for name in CLASSES]


@pytest.mark.parametrize(
    ("name", "shape", "expected", "total"),
    [
        ("lenet", (28, 28), [0, 265_200, 1_000, 0], 266_200),
        ("conv-2", CIFAR, [38_592, 4_259_840, 2_560, 0], 4_300_992),
        ("conv-4", CIFAR, [259_776, 2_162_688, 2_560, 0], 2_425_024),
        ("conv-6", CIFAR, [1_144_512, 1_114_112, 2_560, 0], 2_261_184),
        ("resnet-18", CIFAR, [267_696, 0, 640, 2_560], 270_896),
        ("vgg-19", CIFAR, [20_018_880, 0, 5_120, 0], 20_024_000),
    ],
)
def test_networks_have_the_weights_of_the_paper(
    name: str, shape: tuple[int, ...], expected: list[int], total: int
) -> None:
    found = sizes(built(name, shape))
    assert found == expected
    assert sum(found) == total


def test_shortcuts_are_weights_and_never_pruned() -> None:
    weights = built("resnet-18").weights
    assert sum(weight.layer == "shortcut" for weight in weights) == 2
    assert all(weight.prunable == (weight.layer != "shortcut") for weight in weights)


def test_biases_are_no_weights() -> None:
    parameters = built("lenet", (2, 3), 7, hidden=[5, 4, 3]).parameters
    assert [p.weight for p in parameters] == [True, False] * 4
    assert [p.prunable for p in parameters] == [True, False] * 4
    assert [p.layer for p in parameters if not p.weight] == [""] * 4


def test_fans_are_inputs_and_outputs_times_the_window() -> None:
    assert {weight.name: weight.fans for weight in built("conv-2").weights} == {
        "conv11.weight": (27, 576),
        "conv12.weight": (576, 576),
        "fc1.weight": (16384, 256),
        "fc2.weight": (256, 256),
        "output.weight": (256, 10),
    }


@pytest.mark.parametrize("name", ["resnet-18", "vgg-19"])
def test_statistics_come_last_and_start_at_0_and_1(name: str) -> None:
    parameters = built(name).parameters
    trained = [p.trained for p in parameters]
    assert trained == sorted(trained, reverse=True)
    initial = {p.name.rpartition(".")[2]: p.initial for p in parameters if not p.weight}
    expected = {"scale": 1.0, "shift": 0.0, "mean": 0.0, "variance": 1.0, "bias": 0.0}
    assert initial == expected
    convolutions = sum(p.layer in ("convolution", "shortcut") for p in parameters)
    assert trained.count(False) == 2 * convolutions


@pytest.mark.parametrize("name", NAMES)
def test_shapes_are_those_of_the_weights_in_order(name: str) -> None:
    found = built(name)
    shapes = [(p.name, p.shape) for p in found.parameters if p.weight]
    assert list(found.shapes.items()) == shapes


def test_memory_is_11_copies_of_all_values_in_float32() -> None:
    assert built("lenet", (2, 3), 7, hidden=[5]).memory == 11 * 4 * (30 + 5 + 35 + 7)


def test_a_network_of_too_many_values_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(architecture, "VALUES", 1_078)
    assert built("lenet", (9,), 6, hidden=[67])  # 9 x 67 + 67 + 67 x 6 + 6 = 1,078 values
    message = "network: expected at most 1,078 weights and other values, got 1,094"
    with pytest.raises(ValueError, match=message):
        built("lenet", (9,), 6, hidden=[68])


def test_a_billion_values_are_the_most() -> None:
    message = r"network: expected at most 1,000,000,000 weights .* got 75,000,000,010"
    with pytest.raises(ValueError, match=message):
        built("lenet", (8, 8), 10, hidden=[1_000_000_000])


def test_a_network_is_its_parameters_and_a_function() -> None:
    unfinished = Network(initialization="glorot-normal")
    with pytest.raises(NotImplementedError):
        unfinished.architecture((3, 3), 2)
    with pytest.raises(NotImplementedError):
        unfinished.forward({}, torch.zeros(1, 3, 3), EvaluationMode())


def test_networks_of_equal_settings_are_equal() -> None:
    assert network("conv-2") == network("conv-2")
    assert hash(network("conv-2")) == hash(network("conv-2"))
    assert network("conv-2") != network("conv-4")


def test_a_parameters_size_is_the_product_of_its_shape() -> None:
    assert Parameter("a", (2, 3, 4), "hidden").size == 24
    assert Parameter("b", (), "").size == 1
