"""Values of a stack in one tensor, and masks as bits."""

import numpy as np
import pytest
import torch
from stacks import LENET, RESNET, equal, toy_arrays

from lth.networks.architecture import Architecture
from lth.training.layout import ALIGNED, Layout, masked, parts_of

NETWORKS = pytest.mark.parametrize("architecture", [LENET, RESNET], ids=["lenet", "resnet"])


@NETWORKS
def test_rows_hold_every_parameter_apart(architecture: Architecture) -> None:
    weights, _ = toy_arrays(architecture, 2)
    layout = Layout(architecture)
    packed = layout.pack(weights)
    assert equal(layout.unpack(packed), weights)
    for name, view in layout.views(packed).items():
        view.fill_(np.nan)
        found = layout.unpack(packed)
        assert np.isnan(found.pop(name)).all()
        assert equal(found, {other: weights[other] for other in found})
        view.copy_(torch.from_numpy(weights[name]))


def test_statistics_come_last() -> None:
    layout = Layout(RESNET)
    packed = layout.pack(toy_arrays(RESNET, 2)[0])
    for name, view in layout.views(packed).items():
        before = packed.clone()
        view.fill_(np.nan)
        changed = bool(torch.isnan(packed[:, layout.trained :]).any())
        assert changed == (name in layout.statistics)
        packed.copy_(before)


@NETWORKS
def test_parameters_are_aligned_and_fill_the_width(architecture: Architecture) -> None:
    layout = Layout(architecture)
    assert all(offset % ALIGNED == 0 for offset in layout.offsets.values())
    sizes = sum(parameter.size for parameter in architecture.parameters)
    assert sizes <= layout.width < sizes + ALIGNED * len(architecture.parameters)


def test_kernels_lie_channels_last() -> None:
    layout = Layout(RESNET)
    kernel = layout.views(layout.pack(toy_arrays(RESNET, 1)[0]))["conv.weight"][0]
    assert kernel.is_contiguous(memory_format=torch.channels_last)


def test_parameters_that_are_not_given_are_filled() -> None:
    weights, _ = toy_arrays(LENET, 2)
    layout = Layout(LENET)
    found = layout.unpack(layout.pack({"fc1.weight": weights["fc1.weight"]}, fill=7.0))
    assert np.array_equal(found["fc1.weight"], weights["fc1.weight"])
    assert all((value == 7.0).all() for name, value in found.items() if name != "fc1.weight")


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_masked_values_are_kept_or_exactly_zero(dtype: type) -> None:
    weights, masks = toy_arrays(LENET, 2, dtype)
    layout = Layout(LENET)
    values = {name: np.where(value == 0, np.nan, value) for name, value in weights.items()}
    values = {name: value.astype(dtype) for name, value in values.items()}
    packed = layout.pack(values)
    found = layout.unpack(masked(packed, layout.bits(masks, packed.dtype)))
    for name, mask in masks.items():
        assert np.array_equal(found[name], np.where(mask, values[name], 0), equal_nan=True)
        assert not np.signbit(found[name][~mask]).any()
    assert np.array_equal(found["fc1.bias"], values["fc1.bias"], equal_nan=True)


def test_a_part_is_a_network_or_the_whole_stack() -> None:
    layout = Layout(RESNET)
    packed = layout.pack(toy_arrays(RESNET, 3)[0])
    tensors = (packed, torch.zeros_like(packed), torch.ones_like(packed))
    (whole,) = parts_of(layout, *tensors, at_once=True)
    networks = parts_of(layout, *tensors, at_once=False)
    assert len(networks) == 3
    assert set(whole.statistics) == set(layout.statistics)
    assert not set(whole.trained) & set(layout.statistics)
    for number, network in enumerate(networks):
        assert torch.equal(network.trained["conv.weight"], whole.trained["conv.weight"][number])
    networks[1].gradient["conv.weight"].fill_(5)
    assert (whole.gradient["conv.weight"][1] == 5).all(), "they are views of the same tensors"
