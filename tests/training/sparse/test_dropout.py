"""Dropout has the bits of the other engine."""

import numpy as np
import pytest
import torch
from training.sparse.networks import filled, toy

from lth.networks.modes import TrainingMode, uniform
from lth.training.sparse.compiling import compiled
from lth.training.sparse.dropout import draw, drop, least_kept, seed_of

KEYS = (0, 1, -1, (1 << 63) - 1, -(1 << 63))


@compiled
def _draws(key, iteration, layer, out):
    seed = seed_of(key, iteration, layer)
    for index in range(out.size):
        out[index] = draw(seed, np.uint64(index))


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize(("iteration", "layer"), [(0, 0), (2, 1), (112_479, 99)])
def test_draws_are_those_of_the_other_engine(key: int, iteration: int, layer: int) -> None:
    found = np.zeros(3000, np.int64)
    _draws(key, iteration, layer, found)
    expected = uniform(torch.tensor(key), torch.tensor(iteration), layer, 3000, torch.device("cpu"))
    assert np.array_equal(found * 2.0**-24, expected.numpy())


@compiled
def _least(rate):
    return least_kept(rate)


@pytest.mark.parametrize("rate", [1e-9, 0.1, 0.25, 1 / 3, 0.5, 0.9, 1 - 1e-7])
def test_a_draw_is_kept_from_the_rate_on(rate: float) -> None:
    least = _least(rate)
    near = torch.arange(least - 2, least + 3).to(torch.float32) * 2.0**-24
    assert (near >= rate).tolist() == [False, False, True, True, True]


@pytest.mark.parametrize("kind", [np.float32, np.float64])
@pytest.mark.parametrize("rate", [0.1, 0.5])
def test_units_are_dropped_as_in_a_tensor_of_the_whole_layer(kind: type, rate: float) -> None:
    case = toy((20, 30, 11, 4), 0.1, dtype=kind)
    network, work = case.network, filled(case.work(), case.network)
    first, last = network.first[1:3]
    numbers = network.number[first:last]
    assert len(numbers) < 30, "some units have no number of their own"
    whole = np.zeros((3 + work.outputs.shape[1], 30), kind)  # the first three have other columns
    whole[3:, numbers] = work.outputs[first:last].T
    mode = TrainingMode(torch.tensor(-5), torch.tensor(17))
    expected = mode.dropout(torch.from_numpy(whole), rate, 0).numpy()
    drop(network, work.outputs, 0, np.uint64(_seed(-5, 17, 0)), rate, 3)
    assert np.array_equal(work.outputs[first:last].T, expected[3:, numbers])


@compiled
def _seed(key, iteration, layer):
    return seed_of(key, iteration, layer)


def test_dropout_leaves_values_that_are_not_finite() -> None:
    case = toy((20, 30, 4), 1.0)
    work = case.work()
    work.outputs[20:50] = np.nan
    drop(case.network, work.outputs, 0, np.uint64(_seed(1, 2, 0)), 0.5, 0)
    assert np.isnan(work.outputs[20:50]).all()
