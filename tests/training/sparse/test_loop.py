"""Training runs of the sparse engine: the same as those of the torch engine but for rounding."""

import dataclasses
from collections.abc import Mapping

import numpy as np
import pytest
import stacks
from stacks import ADAM, LENET, LENET_DROPOUT, SGD, changed, equal, one, stack_of, toy_arrays

from lth.networks.architecture import Architecture
from lth.training.randomness import Randomness
from lth.training.recipe import Recipe
from lth.training.sparse.loop import train, weights_at
from lth.training.stack import Progress, Result, Stack

PLAIN = changed(SGD, augmentation="none", momentum=0.0, weight_decay=0.0, warmup=0, drops=())
ALL = changed(SGD, augmentation="none", normalization="standard")
CASES = {
    "adam": (LENET, ADAM),
    "adam, dropout and weight decay": (LENET_DROPOUT, changed(ADAM, weight_decay=1e-2)),
    "sgd": (LENET, PLAIN),
    "sgd and all there is": (LENET_DROPOUT, ALL),
    "rare tests": (LENET, changed(ADAM, test_every=3)),
    "larger batches": (LENET_DROPOUT, changed(ADAM, batch=27)),
}
NETWORKS = pytest.mark.parametrize(("architecture", "recipe"), CASES.values(), ids=CASES)


def toy_stack(architecture: Architecture, recipe: Recipe, dtype: type = np.float32) -> Stack:
    return stack_of(architecture, *toy_arrays(architecture, 3, dtype), recipe)


def results(run: Result) -> dict[str, np.ndarray]:
    return run.weights | run.curves | run.measures | {"iterations": run.iterations}


def close(some: Mapping[str, np.ndarray], other: Mapping[str, np.ndarray], most: float) -> bool:
    return some.keys() == other.keys() and all(
        value.shape == other[name].shape and np.abs(value * 1.0 - other[name]).max() < most
        for name, value in some.items()
    )


@NETWORKS
def test_runs_are_those_of_torch_in_float64(architecture: Architecture, recipe: Recipe) -> None:
    longer = changed(recipe, iterations=50)
    stack = toy_stack(architecture, longer, np.float64)
    assert close(results(train(stack)), results(stacks.trained(stack)), 1e-9)


@NETWORKS
def test_a_hundred_steps_of_float32_are_those_of_torch(
    architecture: Architecture, recipe: Recipe
) -> None:
    # The loss is smooth along these paths: a rounding of 6e-8 a step grows 10 times or so.
    stack = toy_stack(architecture, changed(recipe, iterations=100, learning_rate=1e-3))
    ours, theirs = train(stack), stacks.trained(stack)
    assert close(ours.weights, theirs.weights, 1e-4)


@NETWORKS
def test_a_network_of_a_stack_is_itself_alone(architecture: Architecture, recipe: Recipe) -> None:
    weights, masks = toy_arrays(architecture, 3)
    together = results(train(stack_of(architecture, weights, masks, recipe)))
    del together["iterations"]
    for number in range(3):
        arrays = one(weights, number), one(masks, number)
        alone = results(train(stack_of(architecture, *arrays, recipe, first=number)))
        del alone["iterations"]
        assert equal(alone, one(together, number))


def test_bits_do_not_depend_on_threads() -> None:
    stack = toy_stack(LENET_DROPOUT, ADAM)
    assert equal(results(train(stack, threads=1)), results(train(stack, threads=2)))


@NETWORKS
def test_a_run_goes_on_from_any_state_bit_for_bit(
    architecture: Architecture, recipe: Recipe
) -> None:
    stack = toy_stack(architecture, recipe)
    kept: list[dict[str, np.ndarray]] = []

    def keep(progress: Progress) -> None:
        kept.append({name: value.copy() for name, value in progress.arrays().items()})

    whole = results(train(stack, on_evaluation=keep))
    assert [int(each["iteration"]) for each in kept] == [0, 5, 10, 15, 20]
    for arrays in kept:
        assert equal(results(train(stack, resume=arrays)), whole)


def test_weights_at_are_those_that_a_run_passes() -> None:
    stack = toy_stack(LENET_DROPOUT, ADAM)
    rows: dict[int, np.ndarray] = {}

    def keep(progress: Progress) -> None:
        rows[progress.iteration] = progress.arrays()["values"]

    train(stack, on_evaluation=keep)
    for iteration in (0, 5, 15):
        weights, finite = weights_at(iteration, stack)
        flat = [value.reshape(3, -1) for value in weights.values()]
        assert np.array_equal(np.concatenate(flat, axis=1), rows[iteration])
        assert finite.tolist() == [True] * 3


def test_a_late_start_goes_on_with_schedule_order_and_dropout() -> None:
    stack = toy_stack(LENET_DROPOUT, changed(ALL, momentum=0.0))
    middle, _ = weights_at(7, stack)
    late, whole = train(dataclasses.replace(stack, weights=middle), first=7), train(stack)
    assert equal(late.weights, whole.weights)
    assert late.iterations.tolist() == [10, 15, 20]


def test_averages_are_fresh_at_a_late_start() -> None:
    whole = toy_stack(LENET, ADAM, np.float64)
    rewound = dataclasses.replace(whole, weights=weights_at(7, whole)[0])
    late = train(rewound, first=7)
    assert close(late.weights, stacks.trained(rewound, first=7).weights, 1e-9)


def test_networks_of_a_trial_may_share_their_order() -> None:
    weights, masks = toy_arrays(LENET_DROPOUT, 2)
    same = [{name: value[[0, 0]] for name, value in arrays.items()} for arrays in (weights, masks)]
    stack = stack_of(LENET_DROPOUT, *same)
    pairs = [(0, 0), (0, 1)]
    shared, fresh = (
        train(
            dataclasses.replace(stack, randomness=Randomness(7, {}, order, pairs, stacks.EXAMPLES))
        ).weights
        for order in ("shared", "fresh")
    )
    assert equal(one(shared, 0), one(shared, 1))
    assert not equal(one(fresh, 0), one(fresh, 1))


def test_what_is_pruned_is_zero() -> None:
    stack = toy_stack(LENET, ADAM)
    run = train(stack)
    for name, mask in stack.masks.items():
        assert not run.weights[name][~mask].any()
        assert run.weights[name][mask].any()
    assert run.measures["largest_pruned_weight"].tolist() == [0, 0, 0]


def test_weights_that_are_not_finite_are_recorded_as_by_torch() -> None:
    weights, masks = toy_arrays(LENET, 3)
    weights["output.bias"][1] = np.inf
    stack = stack_of(LENET, weights, masks)
    ours, theirs = train(stack), stacks.trained(stack)
    assert ours.measures["diverged"].tolist() == [False, True, False]
    for name in ("diverged", "early_stop_iteration", "final_test_accuracy", "final_test_loss"):
        assert np.array_equal(ours.measures[name], theirs.measures[name]) or close(
            {"": ours.measures[name][[0, 2]]}, {"": theirs.measures[name][[0, 2]]}, 1e-4
        )
    assert weights_at(1, stack)[1].tolist() == [True, False, True]


@pytest.mark.parametrize("density", [0.0, 1.0])
def test_nothing_and_everything_may_be_left(density: float) -> None:
    weights, masks = toy_arrays(LENET, 2, np.float64)
    full = {name: np.full_like(mask, density > 0) for name, mask in masks.items()}
    drawn = {name: value * full.get(name, True) for name, value in weights.items()}
    stack = stack_of(LENET, drawn, full)
    assert close(results(train(stack)), results(stacks.trained(stack)), 1e-9)
