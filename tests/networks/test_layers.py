"""Layers that networks share: dropout, and the images that halving networks take."""

from typing import Any

import pytest
import torch
from architectures import built
from torch import Tensor

from lth.networks.layers import Dropout, with_channels
from lth.networks.modes import EvaluationMode

HALVING = [("conv-2", 2), ("conv-4", 4), ("conv-6", 8), ("resnet-18", 4), ("vgg-19", 16)]
AFTER = [["hidden"], ["pooling"], ["pooling", "hidden"]]


class Watch(EvaluationMode):
    """Notes the dropout layers of a network: rate, number, and dimensions of their values."""

    def __init__(self) -> None:
        self.seen: list[tuple[float, int, int]] = []

    def dropout(self, x: Tensor, rate: float, number: int) -> Tensor:
        self.seen.append((rate, number, x.dim()))
        return x


def watched(name: str, rate: float, after: list[str]) -> list[tuple[float, int, int]]:
    architecture = built(name, (3, 8, 8), dropout={"rate": rate, "after": after})
    values = {p.name: torch.zeros(p.shape) for p in architecture.parameters}
    watch = Watch()
    architecture.forward(values, torch.zeros(2, 3, 8, 8), watch)
    return watch.seen


@pytest.mark.parametrize("after", AFTER)
@pytest.mark.parametrize(
    ("name", "pooling", "hidden"),
    [("conv-2", [1], [2, 3]), ("conv-4", [1, 2], [3, 4]), ("conv-6", [1, 2, 3], [4, 5])],
)
def test_dropout_acts_where_the_settings_say(
    name: str, pooling: list[int], hidden: list[int], after: list[str]
) -> None:
    expected = [(0.5, number, 4) for number in pooling if "pooling" in after]
    expected += [(0.5, number, 2) for number in hidden if "hidden" in after]
    assert watched(name, 0.5, after) == expected


@pytest.mark.parametrize("after", [["hidden"], ["pooling", "hidden"]])
def test_lenet_has_dropout_after_hidden_layers(after: list[str]) -> None:
    assert watched("lenet", 0.5, after) == [(0.5, 0, 2), (0.5, 1, 2)]


@pytest.mark.parametrize("name", ["lenet", "conv-4"])
def test_dropout_of_rate_0_is_none(name: str) -> None:
    assert watched(name, 0.0, ["hidden"]) == []


@pytest.mark.parametrize(
    ("rate", "after", "layers", "message"),
    [
        (0.5, ("pooling",), ["hidden"], "expected hidden for this network, got pooling"),
        (0.5, (), ["hidden", "pooling"], "expected hidden or pooling for this network, got none"),
        (0.5, ("hidden",), [], "expected no dropout for this network, got hidden"),
    ],
)
def test_dropout_that_never_acts_is_refused(
    rate: float, after: Any, layers: list[str], message: str
) -> None:
    with pytest.raises(ValueError, match=f"network.dropout.after: {message}"):
        Dropout(rate=rate, after=after).check(layers)
    Dropout(rate=0.0, after=after).check(layers)


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("lenet", {}, "expected hidden for this network, got pooling"),
        ("lenet", {"hidden": []}, "expected no dropout for this network, got pooling"),
    ],
)
def test_networks_check_where_dropout_acts(name: str, options: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        built(name, dropout={"rate": 0.5, "after": ["pooling"]}, **options)


def test_conv_needs_a_layer_for_its_dropout() -> None:
    with pytest.raises(ValueError, match="expected pooling or hidden for this network, got none"):
        built("conv-2", dropout={"rate": 0.5, "after": []})


@pytest.mark.parametrize(("name", "least"), HALVING)
def test_images_that_cannot_be_halved_are_refused(name: str, least: int) -> None:
    legal = f"images of at least {least}x{least} for {name}, which halves them"
    with pytest.raises(ValueError, match=f"name: expected {legal}, got 3x{least - 1}x40"):
        built(name, (3, least - 1, 40))
    with pytest.raises(ValueError, match=f"name: expected {legal}, got 5$"):
        built(name, (5,))
    assert built(name, (least, least)).weights


def test_images_without_channels_get_one() -> None:
    assert with_channels(torch.zeros(5, 3, 4)).shape == (5, 1, 3, 4)
    assert with_channels(torch.zeros(5, 2, 3, 4)).shape == (5, 2, 3, 4)
