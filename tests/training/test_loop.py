"""The properties of a training run that the science rests on."""

from collections.abc import Mapping

import numpy as np
import pytest
from rounding import agree, roundings_of, with_tolerances
from stacks import (
    ADAM,
    CPU,
    LENET,
    LENET_DROPOUT,
    RESNET,
    SGD,
    Arrays,
    changed,
    equal,
    one,
    stack_of,
    toy_arrays,
    toy_stack,
    trained,
)
from torch import Tensor

from lth.networks.architecture import Architecture
from lth.training.layout import Layout
from lth.training.loop import Loop, advance
from lth.training.recipe import Recipe
from lth.training.state import State

NETWORKS = pytest.mark.parametrize(
    ("architecture", "recipe"), [(LENET_DROPOUT, ADAM), (RESNET, SGD)], ids=["lenet", "resnet"]
)
REGIMES = pytest.mark.parametrize(
    ("architecture", "recipe"),
    [
        (LENET, ADAM),
        (LENET, changed(ADAM, weight_decay=0.1)),
        (LENET_DROPOUT, SGD),
        (RESNET, SGD),
    ],
    ids=["adam", "adam with weight decay", "sgd with momentum", "batch norm"],
)


@NETWORKS
def test_a_network_of_a_stack_is_itself_alone(architecture: Architecture, recipe: Recipe) -> None:
    weights, masks = toy_arrays(architecture, 3, np.float64)

    def results(start: Mapping[str, np.ndarray]) -> Arrays:
        result = trained(stack_of(architecture, start, masks, recipe))
        return result.weights | result.curves

    roundings = roundings_of(architecture, recipe.batch, 8 * 8, recipe.iterations)
    together, allowed = with_tolerances(results, weights, roundings)
    for index in range(3):
        arrays = one(weights, index), one(masks, index)
        alone = trained(stack_of(architecture, *arrays, recipe, first=index))
        assert agree(one(together, index), alone.weights | alone.curves, allowed)


@NETWORKS
def test_networks_of_a_stack_are_not_coupled(architecture: Architecture, recipe: Recipe) -> None:
    weights, masks = toy_arrays(architecture, 2)
    others = {name: value.copy() for name, value in weights.items()}
    others["output.weight"][1] *= 2
    before, after = (
        trained(stack_of(architecture, arrays, masks, recipe)).weights
        for arrays in (weights, others)
    )
    assert equal(one(before, 0), one(after, 0))
    assert not np.array_equal(before["output.weight"][1], after["output.weight"][1])


@REGIMES
def test_pruned_weights_stay_exactly_zero(architecture: Architecture, recipe: Recipe) -> None:
    stack = toy_stack(architecture, 2, changed(recipe, evaluate_every=1))
    layout = Layout(architecture)
    seen: list[int] = []

    def watch(state: State) -> None:
        seen.append(state.iteration)
        for rows in [state.values, state.best_values, *averages_of(state)]:
            values = layout.unpack(rows)
            assert not any(values[name][~mask].any() for name, mask in stack.masks.items())

    result = trained(stack, on_evaluation=watch)
    assert seen == list(range(21))
    assert not result.measures["largest_pruned_weight"].any()


def averages_of(state: State) -> list[Tensor]:
    """What the optimizer keeps for each value, which is nothing before the first step."""
    averages = [value for value in state.optimizer.values() if value.shape == state.values.shape]
    expected = 1 if "momentum" in state.optimizer else 2
    assert len(averages) == (expected if state.iteration else 0)
    return averages


@REGIMES
def test_steps_leave_statistics_to_batch_norm(architecture: Architecture, recipe: Recipe) -> None:
    loop = Loop(toy_stack(architecture, 2, recipe), CPU)
    advance(loop, 3)
    first = loop.layout.trained
    for value in loop.state.optimizer.values():
        assert value.dim() == 0 or not value[:, first:].any()
    assert not loop.gradient[:, first:].any()


@pytest.mark.parametrize("architecture", [LENET, RESNET], ids=["lenet", "resnet"])
def test_training_starts_bit_equal_to_the_weights_given(architecture: Architecture) -> None:
    stack, layout = toy_stack(architecture, 2), Layout(architecture)
    first: list[Arrays] = []
    trained(stack, on_evaluation=lambda state: first.append(layout.unpack(state.values)))
    assert equal(first[0], stack.weights)


def test_same_streams_give_equal_bits_and_others_give_others() -> None:
    arrays = toy_arrays(LENET_DROPOUT, 2)
    first, again, other = (
        trained(stack_of(LENET_DROPOUT, *arrays, first=number)) for number in (0, 0, 10)
    )
    assert equal(first.weights, again.weights)
    assert equal(first.curves, again.curves)
    assert not equal(first.weights, other.weights)


def test_networks_are_evaluated_at_multiples_and_at_the_end() -> None:
    result = trained(toy_stack(LENET, 2, changed(ADAM, iterations=18)))
    assert result.iterations.tolist() == [0, 5, 10, 15, 18]
    assert result.test_iterations.tolist() == [0, 5, 10, 15, 18]
    assert {curve.shape for curve in result.curves.values()} == {(2, 5)}


@pytest.mark.parametrize("architecture", [LENET, RESNET], ids=["lenet", "resnet"])
def test_training_accuracy_is_that_of_the_weights_then(architecture: Architecture) -> None:
    # It learns, until steps a thousand times as large undo it: no rounding moves the best.
    slow = changed(ADAM, learning_rate=0.003, iterations=60, evaluate_every=20)
    recipe = changed(slow, drops=(40,), drop_factor=1000.0)
    result = trained(toy_stack(architecture, 1, recipe))
    stop = int(result.measures["early_stop_iteration"][0])
    assert 0 < stop < 60, "a toy whose best iteration lies inside the training run is needed here"
    shorter = trained(toy_stack(architecture, 1, changed(slow, iterations=stop)))
    for measure in ("train_accuracy", "train_loss"):
        found = result.measures[f"early_stop_{measure}"][0]
        assert found == shorter.measures[f"final_{measure}"][0]


@pytest.mark.parametrize(
    ("architecture", "recipe"), [(LENET, ADAM), (RESNET, SGD)], ids=["lenet", "resnet"]
)
def test_a_diverged_network_leaves_the_others_alone(
    architecture: Architecture, recipe: Recipe
) -> None:
    weights, masks = toy_arrays(architecture, 2)
    broken = {name: value.copy() for name, value in weights.items()}
    broken["output.bias"][1] = np.inf
    result, healthy = (
        trained(stack_of(architecture, arrays, masks, recipe)) for arrays in (broken, weights)
    )
    assert result.measures["diverged"].tolist() == [False, True]
    assert equal(one(result.weights, 0), one(healthy.weights, 0))
    assert not result.measures["largest_pruned_weight"].any()
