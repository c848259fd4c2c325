"""Each kernel of a layer against NumPy in float64, and dense layers against survivors."""

from types import ModuleType

import numpy as np
import pytest
from training.sparse.networks import Toy, filled, matrix_of, toy

from lth.training.sparse import dense, survivors
from lth.training.sparse.network import pack

EPSILON = 2.0**-53  # of float64: a sum of n products is off by n + 1 of it, times that of sizes
KERNELS = pytest.mark.parametrize("kernels", [survivors, dense], ids=["survivors", "dense"])
CASES = pytest.mark.parametrize(
    ("sizes", "density"),
    [
        ((37, 13, 9, 5), 0.5),
        ((37, 13, 9, 5), 1.0),
        ((8, 4, 4), 1.0),
        ((5, 3, 2), 0.3),
        ((1, 1, 1), 1.0),
        ((70, 66, 3), 0.02),
        ((6, 5, 4), 0.0),
        ((20, 3), 0.6),
    ],
)


def built(kernels: ModuleType, sizes: tuple[int, ...], density: float, kind: type) -> Toy:
    return toy(sizes, density, dtype=kind, dense=0.0 if kernels is dense else 2.0)


def agree(found: np.ndarray, expected: np.ndarray, sizes: np.ndarray, terms: int) -> bool:
    """Whether sums of products are as near as rounding allows. `sizes` are sums of sizes."""
    return bool((np.abs(found - expected) <= 2 * (terms + 2) * EPSILON * sizes).all())


@KERNELS
@CASES
def test_forward_is_weights_times_outputs(kernels, sizes, density) -> None:
    case = built(kernels, sizes, density, np.float64)
    network, values = case.network, pack(case.parameters, case.places)
    strips = filled(case.work(), network).outputs
    for layer in range(len(sizes) - 1):
        below, first, last = network.first[layer : layer + 3]
        weights = matrix_of(network, values, layer)
        biases = values[network.bias + first : network.bias + last, None]
        kernels.forward(network, values, strips, layer)
        expected = weights @ strips[below:first] + biases
        scale = np.abs(weights) @ np.abs(strips[below:first]) + np.abs(biases)
        if layer + 2 < len(sizes):
            expected = np.maximum(expected, 0)
        assert agree(strips[first:last], expected, scale, first - below)


@KERNELS
@CASES
def test_weight_gradients_are_errors_times_outputs(kernels, sizes, density) -> None:
    case = built(kernels, sizes, density, np.float64)
    network, work = case.network, filled(case.work(), case.network)
    work.gradient[:] = 1.0  # gradients of several blocks are added
    for layer in range(len(sizes) - 1):
        below, first, last = network.first[layer : layer + 3]
        kernels.weight_gradient(network, work.outputs, work.errors, work.gradient, layer)
        errors, outputs = work.errors[first:last], work.outputs[below:first]
        present = matrix_of(network, np.ones_like(work.gradient), layer) > 0
        found = matrix_of(network, work.gradient, layer)[present]
        expected, scale = 1 + errors @ outputs.T, 1 + np.abs(errors) @ np.abs(outputs.T)
        assert agree(found, expected[present], scale[present], 33)


@KERNELS
@CASES
def test_input_gradients_are_weights_times_errors(kernels, sizes, density) -> None:
    case = built(kernels, sizes, density, np.float64)
    network, values = case.network, pack(case.parameters, case.places)
    strips = filled(case.work(), network).errors
    for layer in range(1, len(sizes) - 1):
        below, first, last = network.first[layer : layer + 3]
        weights, before = matrix_of(network, values, layer), strips[below:first].copy()
        expected = before + weights.T @ strips[first:last]
        scale = np.abs(before) + np.abs(weights.T) @ np.abs(strips[first:last])
        kernels.input_gradient(network, values, strips, layer)
        assert agree(strips[below:first], expected, scale, last - first)


def test_bias_gradients_are_sums_of_errors() -> None:
    case = toy(density=0.3)
    network, work = case.network, filled(case.work(), case.network)
    for layer in range(3):
        survivors.bias_gradient(network, work.errors, work.gradient, layer)
    first = network.first[1]
    found = work.gradient[network.bias + first : network.bias + network.first[-1]]
    errors = work.errors[first:]
    assert agree(found, errors.sum(1), np.abs(errors).sum(1), 32)
    assert np.count_nonzero(work.gradient) == len(found)


def test_pruned_weights_of_a_dense_layer_have_no_gradient() -> None:
    case = built(dense, (37, 13, 9, 5), 0.5, np.float64)
    gradient = np.full(len(case.places), np.nan)
    for layer in range(3):
        dense.mask_gradient(case.network, gradient, layer)
    weights = len(case.network.kept)
    assert np.array_equal(np.isnan(gradient[:weights]), case.network.kept)
    assert (gradient[:weights][~case.network.kept] == 0).all()
    assert np.isnan(gradient[weights:]).all()


@CASES
@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_dense_kernels_and_survivors_give_the_same_bits(sizes, density, kind) -> None:
    results = []
    for kernels in (survivors, dense):
        case = built(kernels, sizes, density, kind)
        network, values = case.network, pack(case.parameters, case.places)
        work = filled(case.work(), network)
        for layer in range(len(sizes) - 1):
            kernels.forward(network, values, work.outputs, layer)
        for layer in range(len(sizes) - 2, -1, -1):
            kernels.weight_gradient(network, work.outputs, work.errors, work.gradient, layer)
            if layer:
                kernels.input_gradient(network, values, work.errors, layer)
        weights = len(network.kept)
        gradient = work.gradient[:weights][network.kept]
        results.append([work.outputs.tobytes(), work.errors.tobytes(), gradient.tobytes()])
    assert results[0] == results[1]


@KERNELS
def test_relu_keeps_nan_and_gives_positive_zeros(kernels) -> None:
    case = built(kernels, (3, 4, 2), 1.0, np.float64)
    values = np.zeros(len(case.places))
    strips = case.work().outputs
    strips[0, :4] = np.nan, np.inf, -np.inf, -1
    values[0] = 1.0
    kernels.forward(case.network, values, strips, 0)
    assert np.array_equal(strips[3, :4], [np.nan, np.inf, 0, 0], equal_nan=True)
    assert not np.signbit(strips[3, 2:]).any()
