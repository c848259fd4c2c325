"""The training step against trusted references, and the properties that the science rests on."""

import dataclasses
import functools
import itertools
import subprocess
import sys
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import pytest
import torch
from torch.nn.utils import prune

from lth import networks, optimizers, seeds, tickets, training
from lth.settings import Network, Recipe

CPU = torch.device("cpu")
NETWORK = Network("lenet", (20, 12), "glorot-normal")
ARCHITECTURE = networks.build(NETWORK, (6, 6), 5)
RECIPE = Recipe("adam", 0.01, 10, 50, 10, "fresh")


def toy_sets(examples: int = 64) -> training.Sets:
    generator = np.random.default_rng(0)

    def some(count: int) -> training.Examples:
        labels = generator.integers(0, 5, count)
        images = (generator.integers(0, 100, (count, 6, 6)) + 30 * labels[:, None, None]).astype(np.uint8)
        return training.Examples(torch.from_numpy(images), torch.from_numpy(labels), 255)

    return training.Sets(some(examples), some(20), some(20))


def toy_stack(count: int, dtype: type = np.float32) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    drawn = [tickets.draw(ARCHITECTURE, "glorot-normal", 1, "initialization", trial=trial) for trial in range(count)]
    weights = {name: value.astype(dtype) for name, value in tickets.stack(drawn).items()}
    generator = np.random.default_rng(3)
    masks = {p.name: np.stack([generator.random(p.shape) < 0.6 for _ in range(count)]) for p in ARCHITECTURE.parameters if p.prunable}
    return tickets.masked(weights, masks), masks


def toy_order(network: int, epoch: int, count: int = 64) -> np.ndarray:
    return seeds.stream(7, "data order", network=network, epoch=epoch).permutation(count)


def one(arrays: dict[str, np.ndarray], index: int) -> dict[str, np.ndarray]:
    return {name: value[index : index + 1] for name, value in arrays.items()}


def run(weights, masks, recipe=RECIPE, order=toy_order, sets=None, **options) -> training.Run:
    return training.train(ARCHITECTURE, weights, masks, sets or toy_sets(), recipe, order, device=CPU, **options)


@pytest.fixture
def compiled_always(monkeypatch: pytest.MonkeyPatch) -> None:
    if not training.can_compile(CPU):
        pytest.skip("no C++ compiler here, so steps are never compiled")
    monkeypatch.setattr(training, "PAYS", 0)


def plain_training(weights, masks, recipe: Recipe, sets: training.Sets, order) -> dict[str, np.ndarray]:
    """The same training as anybody would write it: nn.Module, torch.optim, torch.nn.utils.prune."""
    sizes = [36, 20, 12, 5]
    layers = [torch.nn.Linear(a, b, dtype=torch.float64) for a, b in itertools.pairwise(sizes)]
    names = ["fc1", "fc2", "output"]
    for layer, name in zip(layers, names, strict=True):
        layer.weight.data = torch.from_numpy(weights[f"{name}.weight"][0].copy())
        layer.bias.data = torch.from_numpy(weights[f"{name}.bias"][0].copy())
        prune.custom_from_mask(layer, "weight", torch.from_numpy(masks[f"{name}.weight"][0]))
    model = torch.nn.Sequential(torch.nn.Flatten(), layers[0], torch.nn.ReLU(), layers[1], torch.nn.ReLU(), layers[2])
    kinds = {"adam": torch.optim.Adam, "sgd": torch.optim.SGD}
    optimizer = kinds[recipe.optimizer](model.parameters(), lr=recipe.learning_rate)
    steps = len(sets.training) // recipe.batch
    for iteration in range(recipe.iterations):
        epoch, step = divmod(iteration, steps)
        index = torch.from_numpy(order(0, epoch)[step * recipe.batch : (step + 1) * recipe.batch])
        images, labels = sets.training.at(index)
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(model(images.double() / 255), labels).backward()
        optimizer.step()
    return {f"{n}.weight": (layer.weight_orig * layer.weight_mask).detach().numpy()[None] for n, layer in zip(names, layers, strict=True)} | {
        f"{n}.bias": layer.bias.detach().numpy()[None] for n, layer in zip(names, layers, strict=True)
    }


@pytest.mark.parametrize("optimizer", ["adam", "sgd"])
def test_a_stack_of_one_is_torch_optim_with_torch_prune(optimizer: str) -> None:
    recipe = dataclasses.replace(RECIPE, optimizer=optimizer)
    weights, masks = toy_stack(1, np.float64)
    ours, reference = run(weights, masks, recipe).weights, plain_training(weights, masks, recipe, toy_sets(), toy_order)
    for name, value in reference.items():
        assert np.abs(ours[name] - value).max() < 1e-9, name


@pytest.mark.usefixtures("compiled_always")
def test_compiled_steps_are_torch_optim_with_torch_prune_too() -> None:
    weights, masks = toy_stack(1, np.float64)
    ours, reference = run(weights, masks).weights, plain_training(weights, masks, RECIPE, toy_sets(), toy_order)
    for name, value in reference.items():
        assert np.abs(ours[name] - value).max() < 1e-9, name


@pytest.mark.usefixtures("compiled_always")
def test_a_second_compiled_training_in_a_process_runs_its_own_code(monkeypatch: pytest.MonkeyPatch) -> None:
    weights, masks = toy_stack(1)
    bright, dark = toy_sets(), toy_sets()
    dark = dataclasses.replace(dark, training=dataclasses.replace(dark.training, brightest=16))
    compiled = [run(weights, masks, sets=sets).weights for sets in (bright, dark, bright)]
    monkeypatch.setattr(training, "PAYS", 1_000_000)
    plain = [run(weights, masks, sets=sets).weights for sets in (bright, dark, bright)]
    for one_way, other in zip(compiled, plain, strict=True):
        assert all(np.abs(one_way[name] - other[name]).max() < 1e-4 for name in weights)
    assert np.abs(compiled[0]["fc1.weight"] - compiled[1]["fc1.weight"]).max() > 1e-3


def test_a_short_training_does_not_pay_for_the_import_of_the_compiler() -> None:
    script = "import sys, test_training as t; t.run(*t.toy_stack(2)); assert 'torch._dynamo' not in sys.modules"
    subprocess.run([sys.executable, "-c", script], cwd=Path(__file__).parent, check=True)


def test_each_network_of_a_stack_of_three_is_itself_alone() -> None:
    recipe = dataclasses.replace(RECIPE, iterations=100)
    weights, masks = toy_stack(3)
    together = run(weights, masks, recipe)
    for index in range(3):
        alone = run(one(weights, index), one(masks, index), recipe, lambda _, epoch, index=index: toy_order(index, epoch))
        for name, value in alone.weights.items():
            assert np.abs(together.weights[name][index] - value[0]).max() < 1e-4, name
        assert together.measures["early_stop_iteration"][index] == alone.measures["early_stop_iteration"][0]


def test_the_networks_of_a_stack_are_not_coupled() -> None:
    weights, masks = toy_stack(2)
    changed = {name: value.copy() for name, value in weights.items()}
    changed["fc1.weight"][1] *= 2
    before, after = run(weights, masks), run(changed, masks)
    assert all(np.array_equal(before.weights[name][0], after.weights[name][0]) for name in weights)
    assert not np.array_equal(before.weights["fc1.weight"][1], after.weights["fc1.weight"][1])


@pytest.mark.parametrize("optimizer", ["adam", "sgd"])
def test_pruned_weights_and_their_optimizer_state_stay_exactly_zero(optimizer: str) -> None:
    weights, masks = toy_stack(2)
    layout = training.Layout(ARCHITECTURE)
    seen: list[int] = []

    def watch(state: training.State) -> None:
        seen.append(state.iteration)
        moments = [value for value in state.optimizer.values() if value.shape == state.rows.shape]
        for rows in [state.rows, state.best_rows, *moments]:
            values = layout.unpack(rows)
            for name, mask in masks.items():
                assert not values[name][~mask].any(), name

    recipe = dataclasses.replace(RECIPE, optimizer=optimizer, evaluate_every=1)
    result = run(weights, masks, recipe, on_evaluation=watch)
    assert seen == list(range(51))
    assert not result.measures["largest_pruned_weight"].any()


def test_training_starts_bit_equal_to_the_weights_it_is_given() -> None:
    weights, masks = toy_stack(2)
    layout = training.Layout(ARCHITECTURE)
    first: list[dict[str, np.ndarray]] = []
    run(weights, masks, on_evaluation=lambda state: first.append(layout.unpack(state.rows.clone())))
    assert all(np.array_equal(first[0][name], weights[name]) for name in weights)


def test_same_streams_give_equal_bits_and_another_order_gives_others() -> None:
    weights, masks = toy_stack(2)
    first, again = run(weights, masks), run(weights, masks)
    other = run(weights, masks, order=lambda network, epoch: toy_order(network + 10, epoch))
    assert all(np.array_equal(first.weights[name], again.weights[name]) for name in weights)
    assert all(np.array_equal(first.curves[name], again.curves[name]) for name in first.curves)
    assert not np.array_equal(first.weights["fc1.weight"], other.weights["fc1.weight"])


@pytest.mark.usefixtures("compiled_always")
def test_a_compiled_training_that_goes_on_from_a_state_ends_bit_for_bit_the_same() -> None:
    test_a_training_that_goes_on_from_a_state_ends_bit_for_bit_the_same(30, "adam")


def test_without_a_compiler_steps_run_uncompiled_and_a_line_says_so(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def refuse(*_: object, **__: object) -> NoReturn:
        raise RuntimeError("no compiler found\nand more of this")

    weights, masks = toy_stack(1)
    expected = run(weights, masks)
    monkeypatch.setattr(training, "PAYS", 0)
    monkeypatch.setattr(torch, "compile", refuse)
    capsys.readouterr()
    result = run(weights, masks)
    assert capsys.readouterr().out == "steps run uncompiled, about half as fast: no working compiler for cpu (no compiler found)\n"
    assert all(np.array_equal(result.weights[name], expected.weights[name]) for name in weights)


@pytest.mark.parametrize("optimizer", optimizers.OPTIMIZERS)
@pytest.mark.parametrize("stop_at", [0, 10, 30])
def test_a_training_that_goes_on_from_a_state_ends_bit_for_bit_the_same(stop_at: int, optimizer: Any) -> None:
    recipe = dataclasses.replace(RECIPE, optimizer=optimizer)
    weights, masks = toy_stack(2)
    kept: dict[int, training.State] = {}

    def keep(state: training.State) -> None:
        copies = {name: value.clone() for name, value in state.optimizer.items()}
        kept[state.iteration] = dataclasses.replace(state, rows=state.rows.clone(), best_rows=state.best_rows.clone(), optimizer=copies)

    whole = run(weights, masks, recipe, on_evaluation=keep)
    resumed = run(weights, masks, recipe, resume=kept[stop_at])
    assert all(np.array_equal(whole.weights[name], resumed.weights[name]) for name in weights)
    assert all(np.array_equal(whole.curves[name], resumed.curves[name]) for name in whole.curves)
    assert all(np.array_equal(whole.measures[name], resumed.measures[name]) for name in whole.measures)


def test_evaluations_are_at_0_k_2k_to_the_end_and_early_stopping_is_the_first_minimum() -> None:
    weights, masks = toy_stack(2)
    result = run(weights, masks)
    assert result.iterations.tolist() == [0, 10, 20, 30, 40, 50]
    assert result.curves["validation_loss"].shape == (2, 6)
    first = result.curves["validation_loss"].argmin(axis=1)
    assert (result.measures["early_stop_iteration"] == 10 * first).all()
    assert (result.measures["early_stop_test_accuracy"] == result.curves["test_accuracy"][[0, 1], first]).all()
    assert (result.measures["final_test_accuracy"] == result.curves["test_accuracy"][:, -1]).all()


def test_training_accuracy_at_early_stopping_is_that_of_the_weights_of_that_moment() -> None:
    weights, masks = toy_stack(1)
    sets = toy_sets()
    result = run(weights, masks, dataclasses.replace(RECIPE, learning_rate=0.2), sets=sets)
    stop = int(result.measures["early_stop_iteration"][0])
    assert 0 < stop < 50, "a toy whose best moment lies inside the training is needed here"
    shorter = run(weights, masks, dataclasses.replace(RECIPE, learning_rate=0.2, iterations=stop), sets=sets)
    assert result.measures["early_stop_train_accuracy"][0] == shorter.measures["final_train_accuracy"][0]


def test_a_diverged_network_is_recorded_and_leaves_the_others_alone() -> None:
    weights, masks = toy_stack(2)
    broken = {name: value.copy() for name, value in weights.items()}
    broken["output.bias"][1] = np.inf
    result, healthy = run(broken, masks), run(weights, masks)
    assert result.measures["diverged"].tolist() == [False, True]
    assert all(np.array_equal(result.weights[name][0], healthy.weights[name][0]) for name in weights)
    assert not result.measures["largest_pruned_weight"].any()


def test_batches_pass_over_every_example_once_an_epoch_and_drop_the_incomplete_last_batch() -> None:
    batches = training.Batches(functools.partial(toy_order, count=64), 2, 64, 10, CPU)
    epoch = torch.stack([batches.at(step) for step in range(6)], dim=1).reshape(2, -1)
    assert [len(set(network.tolist())) for network in epoch] == [60, 60]
    assert epoch[0].tolist() == toy_order(0, 0)[:60].tolist()
    assert batches.at(6)[1].tolist() == toy_order(1, 1)[:10].tolist()


@pytest.mark.parametrize(("examples", "batch", "steps"), [(55000, 60, 916), (45000, 60, 750), (45000, 64, 703), (45000, 128, 351)])
def test_an_epoch_has_as_many_steps_as_full_batches(examples: int, batch: int, steps: int) -> None:
    assert training.Batches(toy_order, 1, examples, batch, CPU).steps == steps


def test_an_unknown_gpu_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(ValueError, match="--device cuda: no GPU found; take cpu or auto"):
        training.pick_device("cuda")
    assert training.pick_device("auto") == CPU
