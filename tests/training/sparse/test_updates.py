"""Optimizers against torch.optim, in float64."""

import numpy as np
import pytest
import torch
from rounding import EPSILON

from lth.training.sparse.updates import adam, sgd

STEPS = 50
ROUNDINGS = 12  # of a value and its averages in a step, by either optimizer, at most
TINY = np.finfo(np.float32).tiny  # the smallest number that is not denormal


def gradients() -> np.ndarray:
    draw = np.random.default_rng(0)
    sizes = 10.0 ** draw.uniform(-9, 1, (STEPS, 64))
    found = draw.standard_normal((STEPS, 64)) * sizes
    found[:, ::5] = 0.0
    return found


def by_torch(make, start: np.ndarray, decay: float) -> np.ndarray:
    leaf = torch.from_numpy(start.copy()).requires_grad_()
    optimizer = make([leaf], lr=0.01, weight_decay=decay)
    for step, gradient in enumerate(gradients()):
        optimizer.param_groups[0]["lr"] = 0.01 / (1 + step % 3)
        leaf.grad = torch.from_numpy(gradient)
        optimizer.step()
    return leaf.detach().numpy()


def allowed(start: np.ndarray, step: float) -> float:
    """What roundings can add up to.

    Those of averages reach later steps, which is within STEPS * step. Decay only shrinks them.
    """
    return STEPS * ROUNDINGS * EPSILON * (np.abs(start).max() + STEPS * step)


@pytest.mark.parametrize("decay", [0.0, 1e-2])
def test_adam_is_that_of_torch(decay: float) -> None:
    start = np.random.default_rng(1).standard_normal(64)
    values, first, second = start.copy(), np.zeros(64), np.zeros(64)
    for step, gradient in enumerate(gradients()):
        adam(values, gradient, first, second, 0.01 / (1 + step % 3), decay, step + 1)
    expected = by_torch(torch.optim.Adam, start, decay)
    # Adam's steps are at most lr * 0.1 / sqrt(1 - 0.999), which is below 0.032.
    assert np.abs(values - expected).max() <= allowed(start, 0.032)
    assert np.abs(values - start).max() > 0.1


@pytest.mark.parametrize("decay", [0.0, 1e-2])
@pytest.mark.parametrize("momentum", [0.0, 0.9])
def test_sgd_is_that_of_torch(momentum: float, decay: float) -> None:
    start = np.random.default_rng(1).standard_normal(64)
    values, buffer = start.copy(), np.zeros(64)
    for step, gradient in enumerate(gradients()):
        sgd(values, gradient, buffer, 0.01 / (1 + step % 3), momentum, decay)

    def make(*args, **kwargs):
        return torch.optim.SGD(*args, momentum=momentum, **kwargs)

    # A step is at most lr / (1 - momentum) times the largest gradient, beside the decay.
    largest = 0.01 / (1 - momentum) * np.abs(gradients()).max()
    assert np.abs(values - by_torch(make, start, decay)).max() <= allowed(start, largest)


@pytest.mark.parametrize("number", [1, 2, 1_000, 112_480])
def test_adam_knows_the_number_of_its_step(number: int) -> None:
    values, first, second = np.zeros(16), np.zeros(16), np.zeros(16)
    adam(values, np.full(16, 2.0), first, second, 0.01, 0.0, number)
    mean, square = 0.2 / (1 - 0.9**number), 0.004 / (1 - 0.999**number)
    # Squares double the error of 0.999^number, and one less it has lost bits.
    rel = EPSILON * (ROUNDINGS + number * 0.999**number) / (1 - 0.999**number)
    assert values == pytest.approx(-0.01 * mean / (np.sqrt(square) + 1e-8), rel=rel, abs=0)


def test_values_without_a_gradient_keep_their_bits() -> None:
    start = np.random.default_rng(1).standard_normal(64).astype(np.float32)
    values, none = start.copy(), np.zeros(64, np.float32)
    first, second = np.zeros_like(start), np.zeros_like(start)
    for step in range(5):
        adam(values, none, first, second, 0.01, 0.0, step + 1)
        sgd(values, none, first, 0.01, 0.9, 0.0)
    assert values.tobytes() == start.tobytes()


def test_averages_of_dead_units_become_0_and_not_denormal() -> None:
    values, first, second = (np.zeros(32, np.float32) for _ in range(3))
    adam(values, np.full(32, 1e-3, np.float32), first, second, 1e-3, 0.0, 1)
    none, smallest = np.zeros(32, np.float32), []
    for step in range(2, 3000):
        adam(values, none, first, second, 1e-3, 0.0, step)
        smallest.append(first[0])
    assert (first == 0).all()
    assert min(value for value in smallest if value) > TINY
    buffer = np.full(32, 1e-3, np.float32)
    for _ in range(1000):
        sgd(values, none, buffer, 1e-3, 0.9, 0.0)
    assert (buffer == 0).all()


def test_values_that_are_not_finite_stay_so() -> None:
    values, first, second = (np.zeros(16) for _ in range(3))
    gradient = np.array([np.nan, np.inf] * 8)
    adam(values, gradient, first, second, 1e-3, 0.0, 1)
    assert np.isnan(values).all()
    values, buffer = np.zeros(16), np.zeros(16)
    sgd(values, gradient, buffer, 1e-3, 0.9, 0.0)
    assert np.array_equal(values, [np.nan, -np.inf] * 8, equal_nan=True)
