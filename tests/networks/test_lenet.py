"""Lenet against its definition in NumPy."""

from collections.abc import Mapping

import numpy as np
import pytest
import torch
from architectures import built, tensors
from rounding import agree, roundings_of, with_tolerances

from lth.networks.modes import EvaluationMode


@pytest.mark.parametrize("hidden", [[], [6], [6, 5]])
def test_lenet_is_relu_layers_and_a_linear_output(hidden: list[int]) -> None:
    architecture = built("lenet", (3, 4), 5, hidden=hidden)
    generator = np.random.default_rng(0)
    values = {p.name: generator.standard_normal(p.shape) for p in architecture.parameters}
    images = generator.standard_normal((8, 3, 4))

    def expected(values: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        x = images.reshape(8, 12)
        for number in range(1, len(hidden) + 1):
            x = np.maximum(x @ values[f"fc{number}.weight"].T + values[f"fc{number}.bias"], 0)
        return {"logits": x @ values["output.weight"].T + values["output.bias"]}

    logits = architecture.forward(tensors(values), torch.from_numpy(images), EvaluationMode())
    reference = with_tolerances(expected, values, roundings_of(architecture, 8, 1, 1))
    assert agree({"logits": logits.numpy()}, *reference)


def test_lenet_has_a_layer_for_each_hidden_size() -> None:
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


def test_lenet_has_at_most_100_hidden_layers() -> None:
    assert len(built("lenet", (2, 2), 2, hidden=[1] * 100).weights) == 101
    with pytest.raises(ValueError, match=r"network\.hidden: expected at most 100 layers, got 101"):
        built("lenet", (2, 2), 2, hidden=[1] * 101)


def test_a_hidden_layer_has_units() -> None:
    with pytest.raises(ValueError, match=r"network\.hidden\[1\]: expected a number of at least 1"):
        built("lenet", hidden=[3, 0])
