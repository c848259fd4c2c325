"""Softmax cross-entropy against torch, in float64."""

import numpy as np
import pytest
import torch
from rounding import EPSILON
from torch.nn.functional import cross_entropy

from lth.training.sparse.loss import loss_gradient, losses

INFINITY = np.inf


def logits_of(classes: int, columns: int, size: float = 3.0) -> np.ndarray:
    return np.random.default_rng(classes).standard_normal((classes, columns)) * size


def labels_of(classes: int, count: int) -> np.ndarray:
    return np.random.default_rng(1).integers(0, classes, count)


def by_torch(logits: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray, int]:
    """Loss of each column, its derivatives, and how many are right."""
    leaf = torch.from_numpy(logits.T[: len(labels)].copy()).requires_grad_()
    loss = cross_entropy(leaf, torch.from_numpy(labels), reduction="none")
    (gradient,) = torch.autograd.grad(loss.sum(), leaf)
    right = (leaf.argmax(1).numpy() == labels).sum()
    return loss.detach().numpy(), gradient.numpy().T, int(right)


def losses_of(logits: np.ndarray, labels: np.ndarray) -> tuple[float, int]:
    scratch = np.zeros((3, logits.shape[1]), logits.dtype)
    return losses(logits, scratch, 0, len(logits), labels)


def allowed(logits: np.ndarray) -> float:
    """What roundings change of a column's loss, or of a share of 1.

    A difference of logits is rounded by a share of its size, and its exponential changes by as
    much. Sums over classes and over columns follow. Both computations round.
    """
    size = 1 + 2 * np.abs(logits).max()
    return 2 * EPSILON * (sum(logits.shape) + 4) * size


@pytest.mark.parametrize("classes", [1, 2, 10, 37])
@pytest.mark.parametrize("count", [1, 31, 32])
def test_losses_and_accuracies_are_those_of_torch(classes: int, count: int) -> None:
    logits, labels = logits_of(classes, 32), labels_of(classes, count)
    loss, right = losses_of(logits, labels)
    expected, _, right_by_torch = by_torch(logits, labels)
    assert abs(loss - expected.sum()) <= allowed(logits) * count
    assert right == right_by_torch


@pytest.mark.parametrize("classes", [1, 2, 10, 37])
@pytest.mark.parametrize(("count", "batch"), [(1, 1), (28, 60), (32, 128)])
def test_gradients_are_those_of_the_mean_of_the_batch(classes: int, count: int, batch: int) -> None:
    logits, labels = logits_of(classes, 32), labels_of(classes, count)
    errors, columns = np.full_like(logits, np.nan), np.arange(32.0)[None]
    loss_gradient(logits, errors, columns, 0, classes, labels, batch)
    _, expected, _ = by_torch(logits, labels)
    assert np.abs(errors[:, :count] - expected / batch).max() <= allowed(logits) / batch
    assert (errors[:, count:] == 0).all()


def test_ties_are_won_by_the_first_class_and_by_nan() -> None:
    logits = np.zeros((3, 32))
    logits[:, 0] = [1, 2, 2]
    logits[:, 1] = [1, np.nan, np.nan]
    logits[:, 2] = [np.nan, 9, INFINITY]
    logits[:, 3] = [-INFINITY, -INFINITY, 0]
    for column, label in ((0, 1), (1, 1), (2, 0), (3, 2)):
        one = np.repeat(logits[:, column : column + 1], 32, axis=1)
        assert losses_of(one, np.full(4, label))[1] == 4
        assert by_torch(one, np.full(4, label))[2] == 4


@pytest.mark.parametrize(
    "values",
    [(np.nan, 0, 1), (1, np.nan, 0), (INFINITY, 0, 1), (-INFINITY,) * 3, (0, INFINITY, INFINITY)],
)
def test_losses_that_are_no_numbers_are_nan(values: tuple[float, ...]) -> None:
    logits = np.repeat(np.array(values)[:, None], 32, axis=1)
    assert np.isnan(losses_of(logits, np.zeros(5, np.int64))[0])


def test_a_class_may_be_impossible() -> None:
    logits = np.zeros((3, 32))
    logits[1] = -INFINITY
    assert losses_of(logits, np.full(4, 1))[0] == INFINITY
    assert losses_of(logits, np.full(4, 0))[0] == pytest.approx(
        4 * np.log(2), rel=4 * EPSILON, abs=0
    )


def test_errors_too_small_to_matter_are_0() -> None:
    logits = np.zeros((3, 64), np.float32)
    logits[1], logits[2] = -40, -60
    errors, columns = np.ones_like(logits), np.arange(64, dtype=np.float32)[None]
    loss_gradient(logits, errors, columns, 0, 3, np.zeros(64, np.int64), 60)
    assert errors[1] == pytest.approx(np.exp(-40) / 60, rel=8 * 2.0**-23, abs=0)
    assert (errors[2] == 0).all()


def test_large_logits_lose_nothing() -> None:
    logits, labels = logits_of(10, 32, 200.0), labels_of(10, 32)
    loss, _ = losses_of(logits, labels)
    expected, _, _ = by_torch(logits, labels)
    assert abs(loss - expected.sum()) <= allowed(logits) * 32
