"""Batch norm and dropout in training and in evaluation."""

import functools

import pytest
import torch
from torch import Tensor

from lth.networks.modes import EvaluationMode, TrainingMode, uniform

CPU = torch.device("cpu")


def training(key: int = 1, iteration: int = 2) -> TrainingMode:
    return TrainingMode(torch.tensor(key), torch.tensor(iteration))


def norm() -> tuple[Tensor, dict[str, Tensor], torch.nn.BatchNorm2d]:
    """Values [5, 3, 4, 4], the parameters of batch norm, and torch's own layer with the same."""
    generator = torch.Generator().manual_seed(0)
    draw = functools.partial(torch.rand, generator=generator, dtype=torch.float64)
    values = {f"norm.{part}": draw(3) + 0.5 for part in ("scale", "shift", "mean", "variance")}
    layer = torch.nn.BatchNorm2d(3, dtype=torch.float64)
    layer.load_state_dict(
        {
            "weight": values["norm.scale"],
            "bias": values["norm.shift"],
            "running_mean": values["norm.mean"].clone(),
            "running_var": values["norm.variance"].clone(),
            "num_batches_tracked": torch.tensor(0),
        }
    )
    return draw(5, 3, 4, 4) * 3 - 1, values, layer


def test_training_normalizes_by_the_batch_as_torch_does() -> None:
    x, values, layer = norm()
    mode = training()
    assert torch.allclose(mode.batch_norm(x, values, "norm"), layer(x), rtol=0, atol=1e-13)
    state = layer.state_dict()
    expected = {"norm.mean": state["running_mean"], "norm.variance": state["running_var"]}
    assert mode.statistics.keys() == expected.keys()
    for name, value in expected.items():
        assert torch.allclose(mode.statistics[name], value, rtol=0, atol=1e-13)


def test_training_leaves_the_statistics_it_is_given() -> None:
    x, values, _ = norm()
    copies = {name: value.clone() for name, value in values.items()}
    training().batch_norm(x, values, "norm")
    assert all(torch.equal(values[name], copy) for name, copy in copies.items())


def test_evaluation_normalizes_by_the_running_statistics() -> None:
    x, values, layer = norm()
    found = EvaluationMode().batch_norm(x, values, "norm")
    assert torch.equal(found, layer.eval()(x))


def test_evaluation_drops_nothing() -> None:
    x = torch.rand(4, 5)
    assert EvaluationMode().dropout(x, 0.9, 1) is x


def test_dropout_sets_values_to_0_or_scales_them() -> None:
    x = torch.arange(1.0, 2_001).view(40, 50)
    found = training().dropout(x, 0.75, 3)
    kept = uniform(torch.tensor(1), torch.tensor(2), 3, 2_000, CPU).view(40, 50) >= 0.75
    assert torch.equal(found, torch.where(kept, x / 0.25, 0))
    assert 0.2 < kept.double().mean() < 0.3


def test_dropout_drops_at_its_rate() -> None:
    values = uniform(torch.tensor(1), torch.tensor(2), 3, 20_000, CPU)
    assert 0 <= values.min() <= values.max() < 1
    for rate in (0.1, 0.5, 0.9):
        deviation = (rate * (1 - rate) / 20_000) ** 0.5
        assert abs((values < rate).double().mean() - rate) < 4 * deviation


@pytest.mark.parametrize(("key", "iteration", "number"), [(2, 2, 3), (1, 3, 3), (1, 2, 4)])
def test_dropout_differs_by_key_iteration_and_layer(key: int, iteration: int, number: int) -> None:
    base = uniform(torch.tensor(1), torch.tensor(2), 3, 20_000, CPU)
    other = uniform(torch.tensor(key), torch.tensor(iteration), number, 20_000, CPU)
    for rate in (0.1, 0.5, 0.9):
        deviation = (rate * (1 - rate) / 20_000) ** 0.5
        assert abs((other < rate).double().mean() - rate) < 4 * deviation
    assert abs(torch.corrcoef(torch.stack([base, other]))[0, 1]) < 0.03


def test_dropout_differs_by_index() -> None:
    base = uniform(torch.tensor(1), torch.tensor(2), 3, 20_000, CPU)
    for other in (base.roll(1), base.flip(0)):
        assert abs(torch.corrcoef(torch.stack([base, other]))[0, 1]) < 0.03
