"""What is left of a network, as flat arrays."""

import itertools

import numpy as np
import pytest
from training.sparse.networks import SIZES, Toy, masks_of, toy

from lth.training.sparse.network import aligned, network_of, pack, unpack


@pytest.mark.parametrize("density", [0.0, 0.02, 0.1, 0.5, 1.0])
@pytest.mark.parametrize("dense", [0.0, 0.45, 2.0])
def test_parameters_go_in_and_out(density: float, dense: float) -> None:
    case = toy(density=density, dense=dense)
    values = pack(case.parameters, case.places)
    assert len(values) % 16 == 0
    assert np.array_equal(unpack(values, case.places, len(case.parameters)), case.parameters)


@pytest.mark.parametrize("density", [0.02, 0.3, 1.0])
def test_each_value_has_a_place_of_its_own(density: float) -> None:
    case = toy(density=density, dense=2.0)
    used = case.places[case.places >= 0]
    assert len(set(used)) == len(used)
    weights, biases = sum(int(mask.sum()) for mask in case.masks), sum(SIZES[1:])
    assert len(used) == weights + biases


def test_weights_are_those_of_the_two_units_they_join() -> None:
    case = toy(density=0.2, dense=2.0)
    network, values = case.network, pack(case.parameters, case.places)
    for layer, (weights, biases) in enumerate(case.layers()):
        for u in range(network.first[layer + 1], network.first[layer + 2]):
            part = slice(network.indptr[u], network.indptr[u + 1])
            row = weights[network.number[u]]
            assert np.array_equal(values[part], row[network.number[network.source[part]]])
            assert (np.diff(network.source[part]) > 0).all()
            assert values[network.bias + u] == biases[network.number[u]]


def test_units_without_a_path_to_a_class_have_no_number() -> None:
    masks = [np.ones((3, 4), bool), np.array([[1, 0, 0], [0, 0, 0]], bool)]
    masks[0][0, 3] = False
    network, places = network_of(masks, 2.0)
    assert network.first.tolist() == [0, 3, 4, 6]
    assert network.number.tolist() == [0, 1, 2, 0, 0, 1]
    assert network.width.tolist() == [4, 3, 2]
    kept = [0, 1, 2, 15, 12, 21, 22]  # weights, then biases
    idle = [4, 5, 6, 7, 8, 9, 10, 11, 13, 14]
    assert places.tolist() == [*kept, *idle, *[-1] * 15]


def test_a_network_may_have_no_weights_left() -> None:
    network, _ = network_of([np.zeros((3, 4), bool), np.zeros((2, 3), bool)])
    assert network.first.tolist() == [0, 0, 0, 2]


def test_layers_are_dense_by_their_share_of_weights() -> None:
    masks = masks_of((40, 30, 20), 1.0)
    masks[0][:, ::2] = False  # inputs without weights do not count
    masks[1][:, :12] = False
    masks[1][:13, :] = False  # but classes do
    network, _ = network_of(masks, 0.45)
    assert network.dense.tolist() == [True, False]
    assert network.first.tolist() == [0, 20, 38, 58]


def test_a_dense_layer_has_its_pruned_weights_too() -> None:
    case = toy(density=0.5, dense=0.0)
    network = case.network
    assert network.dense.all()
    sizes = np.diff(network.first)
    assert len(network.kept) == (sizes[1:] * sizes[:-1]).sum()
    assert network.kept.sum() == sum(
        mask[np.ix_(*units)].sum() for mask, units in zip(case.masks, live(case), strict=True)
    )


def live(case: Toy) -> list[tuple[np.ndarray, np.ndarray]]:
    parts = np.split(case.network.number, case.network.first[1:-1])
    return [(above, below) for below, above in itertools.pairwise(parts)]


def test_arrays_begin_at_lines_of_the_cache() -> None:
    for size in range(1, 40):
        array = aligned((size, 3), np.float32)
        assert array.ctypes.data % 64 == 0
        assert array.flags.c_contiguous
        assert not array.any()
