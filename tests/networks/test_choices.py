"""All networks: reading them from settings, and images and classes of any number."""

from typing import Any

import pytest
import torch
from architectures import NAMES, built, network

from lth.networks import choices
from lth.networks.modes import EvaluationMode
from lth.settings import plain, read

SMALL = "small-conv-2, small-conv-4, small-conv-6, small-resnet-18, small-vgg-19"
LEGAL = f"conv-2, conv-4, conv-6, lenet, resnet-18, {SMALL}, vgg-19"


def test_the_table_has_the_networks_of_the_paper_and_small_ones() -> None:
    assert ", ".join(NAMES) == LEGAL


SIZES = {  # of all weights on the digits, and of those in convolutions
    "small-conv-2": (136_080, 2_448),
    "small-conv-4": (117_136, 16_272),
    "small-conv-6": (156_048, 71_568),
    "small-resnet-18": (77_072, 73_872),
    "small-vgg-19": (72_208, 71_568),
}


@pytest.mark.parametrize("name", SIZES)
def test_small_networks_are_as_large_as_is_said(name: str) -> None:
    weights = built(name, (8, 8), 10).weights
    convolutions = [weight.size for weight in weights if weight.layer == "convolution"]
    assert (sum(weight.size for weight in weights), sum(convolutions)) == SIZES[name]


@pytest.mark.parametrize("name", NAMES)
def test_settings_are_read_as_they_were_written(name: str) -> None:
    settings = network(name)
    assert plain(settings)["name"] == name
    assert read(choices.Network, plain(settings), "network") == settings


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("shape", [(16, 16), (1, 16, 20), (3, 24, 16)])
def test_networks_adapt_to_images_and_classes(name: str, shape: tuple[int, ...]) -> None:
    architecture = built(name, shape, 3)
    values = {p.name: torch.zeros(p.shape) for p in architecture.parameters}
    logits = architecture.forward(values, torch.zeros(2, *shape), EvaluationMode())
    assert logits.shape == (2, 3)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (
            {"name": "lennet"},
            f"network.name: unknown network 'lennet'; did you mean 'lenet'? legal: {LEGAL}",
        ),
        ({}, f"network: missing key 'name'; it is one of {LEGAL}"),
        ("lenet", "network: expected a mapping, got 'lenet'"),
        (
            {"name": "resnet-18", "initialization": "glorot-normal", "hidden": [3]},
            "network: unknown key 'hidden'; legal: initialization, name",
        ),
        (
            {"name": "conv-2", "initialization": "glorot-normal"},
            "network: missing key 'dropout'; it needs name, initialization, dropout",
        ),
        ({"name": "resnet-18"}, "network: missing key 'initialization'"),
    ],
)
def test_settings_that_are_no_network_are_refused(data: Any, message: str) -> None:
    with pytest.raises(ValueError) as caught:
        read(choices.Network, data, "network")
    assert str(caught.value).startswith(message)
