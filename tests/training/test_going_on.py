"""Training runs that go on from a state, or begin at a later iteration."""

import dataclasses

import numpy as np
import pytest
from stacks import (
    ADAM,
    CPU,
    LENET,
    LENET_DROPOUT,
    RESNET,
    SGD,
    Arrays,
    after_steps,
    changed,
    equal,
    stack_of,
    toy_arrays,
    toy_stack,
    trained,
)

from lth.networks.architecture import Architecture
from lth.training.layout import Layout
from lth.training.loop import weights_at
from lth.training.recipe import Recipe
from lth.training.state import State

WITHOUT_MOMENTUM = changed(SGD, momentum=0.0)


def copied(state: State) -> State:
    """A state that later steps don't change."""
    return dataclasses.replace(
        state,
        values=state.values.clone(),
        best_values=state.best_values.clone(),
        optimizer={name: value.clone() for name, value in state.optimizer.items()},
    )


def check_resuming(architecture: Architecture, recipe: Recipe) -> None:
    """A training run ends bit for bit the same from each of its states."""
    stack = toy_stack(architecture, 2, recipe)
    kept: list[State] = []
    whole = trained(stack, on_evaluation=lambda state: kept.append(copied(state)))
    assert [state.iteration for state in kept] == list(range(0, 21, recipe.evaluate_every))
    for state in kept:
        resumed = trained(stack, resume=state)
        assert equal(whole.weights, resumed.weights)
        assert equal(whole.curves, resumed.curves)
        assert equal(whole.measures, resumed.measures)


@pytest.mark.parametrize(
    ("architecture", "recipe"),
    [
        (LENET_DROPOUT, ADAM),
        (LENET, WITHOUT_MOMENTUM),
        (RESNET, SGD),
        (LENET, changed(ADAM, test_every=3)),
    ],
    ids=["adam", "sgd", "all", "rare tests"],
)
def test_a_run_goes_on_from_any_state_bit_for_bit(
    architecture: Architecture, recipe: Recipe
) -> None:
    check_resuming(architecture, recipe)


@pytest.mark.usefixtures("compiled_always")
def test_a_compiled_run_goes_on_bit_for_bit() -> None:
    check_resuming(LENET_DROPOUT, changed(ADAM, evaluate_every=10))


@pytest.mark.parametrize(
    ("architecture", "recipe"),
    [
        (LENET, ADAM),
        (LENET, changed(ADAM, weight_decay=0.1)),
        (LENET_DROPOUT, SGD),
        (RESNET, SGD),
    ],
    ids=["adam", "adam with weight decay", "sgd with momentum", "batch norm"],
)
def test_weights_at_are_those_that_a_run_passes(architecture: Architecture, recipe: Recipe) -> None:
    stack, layout = toy_stack(architecture, 2, recipe), Layout(architecture)
    passed: dict[int, Arrays] = {}

    def keep(state: State) -> None:
        passed[state.iteration] = layout.unpack(state.values)

    trained(stack, on_evaluation=keep)
    for iteration in (0, 5, 15):
        found, finite = weights_at(iteration, stack, device=CPU)
        assert equal(found, passed[iteration])
        assert finite.tolist() == [True, True]


def test_weights_that_are_not_finite_are_found() -> None:
    weights, masks = toy_arrays(LENET, 2)
    weights["output.bias"][1] = np.inf
    _, finite = weights_at(1, stack_of(LENET, weights, masks), device=CPU)
    assert finite.tolist() == [True, False]


def test_a_late_start_goes_on_with_schedule_order_and_dropout() -> None:
    # Without any state of the optimizer, to rewind is to go on.
    stack = toy_stack(LENET_DROPOUT, 2, WITHOUT_MOMENTUM)
    whole = trained(stack)
    middle, _ = weights_at(7, stack, device=CPU)
    rewound = dataclasses.replace(stack, weights=middle)
    late = trained(rewound, first=7)
    assert equal(late.weights, whole.weights)
    assert equal(late.curves, {name: curve[:, 2:] for name, curve in whole.curves.items()})
    assert not equal(trained(rewound).weights, whole.weights), "its start would be iteration 0"


def test_a_late_start_is_evaluated_from_there_on() -> None:
    late = trained(toy_stack(LENET, 2), first=7)
    assert late.iterations.tolist() == [10, 15, 20]
    assert set(late.measures["early_stop_iteration"]) <= {10, 15, 20}


def test_momentum_is_fresh_at_a_late_start() -> None:
    stack = toy_stack(RESNET, 1, SGD)
    rewound = dataclasses.replace(stack, weights=after_steps(stack, 7))
    without = dataclasses.replace(rewound, recipe=WITHOUT_MOMENTUM)
    first = after_steps(without, 8, first=7)
    assert equal(after_steps(rewound, 8, first=7), first)
