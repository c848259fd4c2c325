"""Networks as data: sizes of the paper, what can be pruned, and the function that a network is."""

import numpy as np
import pytest
import torch

from lth import networks, tickets
from lth.settings import Network


def lenet(*hidden: int, shape: tuple[int, ...] = (28, 28), classes: int = 10) -> networks.Architecture:
    return networks.build(Network("lenet", hidden, "glorot-normal"), shape, classes)


def test_lenet_300_100_has_266200_weights_to_prune() -> None:
    parameters = lenet(300, 100).parameters
    sizes = {parameter.name: parameter.size for parameter in parameters if parameter.prunable}
    assert sizes == {"fc1.weight": 235_200, "fc2.weight": 30_000, "output.weight": 1_000}
    assert sum(sizes.values()) == 266_200


def test_biases_are_not_pruned_and_only_the_last_layer_is_the_output() -> None:
    parameters = lenet(5, 4, 3, shape=(2, 3), classes=7).parameters
    assert [(p.name, p.shape, p.layer, p.prunable) for p in parameters] == [
        ("fc1.weight", (5, 6), "hidden", True),
        ("fc1.bias", (5,), "hidden", False),
        ("fc2.weight", (4, 5), "hidden", True),
        ("fc2.bias", (4,), "hidden", False),
        ("fc3.weight", (3, 4), "hidden", True),
        ("fc3.bias", (3,), "hidden", False),
        ("output.weight", (7, 3), "output", True),
        ("output.bias", (7,), "output", False),
    ]


def test_fans_are_inputs_and_outputs() -> None:
    assert lenet(300, 100).parameters[0].fans == (784, 300)


@pytest.mark.parametrize("hidden", [(), (6,), (6, 5)])
def test_lenet_is_relu_layers_and_a_linear_output(hidden: tuple[int, ...]) -> None:
    architecture = lenet(*hidden, shape=(3, 4), classes=5)
    generator = np.random.default_rng(0)
    values = {p.name: generator.standard_normal(p.shape) for p in architecture.parameters}
    images = generator.standard_normal((8, 3, 4))
    x = images.reshape(8, 12)
    for index in range(len(hidden)):
        x = np.maximum(x @ values[f"fc{index + 1}.weight"].T + values[f"fc{index + 1}.bias"], 0)
    expected = x @ values["output.weight"].T + values["output.bias"]
    found = architecture.forward({name: torch.from_numpy(value) for name, value in values.items()}, torch.from_numpy(images))
    assert np.abs(found.numpy() - expected).max() < 1e-12


def test_a_drawn_network_fits_its_architecture() -> None:
    architecture = lenet(6, 5, shape=(8, 8))
    weights = {name: torch.from_numpy(value) for name, value in tickets.draw(architecture, "glorot-normal", 1, "initialization").items()}
    assert architecture.forward(weights, torch.zeros(3, 8, 8)).shape == (3, 10)
