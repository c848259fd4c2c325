"""`lth train`: train the tickets of a block (trials x repeats) of one strategy, round and branch, as one stack."""

import dataclasses
import functools
import itertools
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import torch
from tqdm import tqdm

from lth import code, datasets, keys, networks, pruning, seeds, settings, store, tickets, training
from lth.places import trials_of


@dataclasses.dataclass(frozen=True)
class Plan:
    """What a training depends on beside its inputs: where it belongs, and its settings. `repeats` is per trial."""

    experiment: str
    block: str
    strategy: str
    round: Annotated[int, settings.Range(0)]
    branch: str
    dataset: str
    seed: settings.Seed
    validation: settings.Count
    network: settings.Network
    recipe: settings.Recipe
    repeats: settings.Count
    keep_weights: bool


@dataclasses.dataclass(frozen=True)
class Task:
    """A training that has been read and checked: the networks of the stack as (trial, repeat), and what they start from."""

    plan: Plan
    origin: store.Origin
    architecture: networks.Architecture
    pairs: list[tuple[int, int]]
    weights: tickets.Weights
    masks: Mapping[str, np.ndarray]
    ancestor_diverged: np.ndarray
    sets: training.Sets


def train(
    plan: Mapping[str, Any],
    key: str | None,
    dataset: Path,
    theta0: Path,
    mask: Path,
    out: Path,
    *,
    device: str,
    threads: int,
    checkpoint_every: float,
) -> None:
    """Trains and writes a file of kind `run` to `out`.

    Every `checkpoint_every` seconds, at an evaluation, the state goes to a checkpoint beside `out`; a killed training goes on from there,
    bit for bit. A checkpoint of another key is never used.
    """
    torch.set_num_threads(threads)
    where, started = training.pick_device(device), time.monotonic()
    task = _task(plan, key, dataset, theta0, mask, where)
    checkpoint = out.with_name(f"{out.name}.checkpoint.part")
    for rest in out.parent.glob(f".{out.stem}.*.part"):  # what a kill in the middle of a write left behind
        rest.unlink(missing_ok=True)
    origin = _checkpoint_origin(task.origin, where)
    resume = _resumed(checkpoint, origin)
    recipe, count = task.plan.recipe, len(task.pairs)
    begin = f"from iteration {resume.iteration if resume else 0}"
    print(f"{out}: {count} networks, {recipe.iterations} iterations on {where}, {begin}", flush=True)
    run = training.train(
        task.architecture,
        task.weights,
        task.masks,
        task.sets,
        recipe,
        functools.partial(data_order, task.plan, task.pairs, len(task.sets.training)),
        device=where,
        resume=resume,
        on_evaluation=_watch(recipe, checkpoint, origin, checkpoint_every),
    )
    store.write(out, task.origin, _arrays(run, task), training.versions())
    checkpoint.unlink(missing_ok=True)
    if diverged := int(run.measures["diverged"].sum()):
        print(f"warning: {out}: loss was not finite in {diverged} of {count} networks (column `diverged`)", flush=True)
    accuracy = run.measures["early_stop_test_accuracy"].mean()
    print(f"{out}: test accuracy at early stopping {100 * accuracy:.2f} % (mean of {count}), {time.monotonic() - started:.0f} s", flush=True)


def _task(plan: Mapping[str, Any], key: str | None, dataset: Path, theta0: Path, mask: Path, where: torch.device) -> Task:
    """Reads the inputs and checks that they belong together. Raises ValueError."""
    chosen: Plan = settings.build(Plan, plan, "--settings")
    source, arrays = datasets.read(dataset, chosen.dataset)
    architecture = networks.build(chosen.network, source.shape, source.classes)
    trials = trials_of(chosen.block)
    start = store.read(theta0, "theta0", _template(architecture, len(trials), "weights", np.float32))
    masks = store.read(mask, "mask", _template(architecture, len(trials), "mask", np.bool_))
    for file in (start, masks):
        if file.arrays["trial"].tolist() != list(trials):
            raise ValueError(f"{file.path}: expected the trials of {chosen.block}, got {file.arrays['trial'].tolist()}")
    for name in ("strategy", "round"):
        if masks.origin.settings[name] != plan[name]:
            raise ValueError(f"{mask}: expected a mask of {name} {plan[name]}, got {masks.origin.settings[name]}")
    inputs = {"dataset": (str(dataset), datasets.manifest_of(chosen.dataset)["key"])}
    inputs |= {"theta0": (str(theta0), start.origin.key), "mask": (str(mask), masks.origin.key)}
    origin = store.Origin("run", plan, code.digest("verbs.train", plan), inputs)
    keys.expect(key, origin.key)
    sets = examples(arrays, source.brightest, chosen.validation, chosen.seed, where)
    if chosen.recipe.batch > len(sets.training):
        raise ValueError(f"--settings.recipe.batch: expected at most the {len(sets.training)} training examples, got {chosen.recipe.batch}")
    stacked = {name: np.repeat(value, chosen.repeats, axis=0) for name, value in masks.group("mask").items()}
    weights = tickets.masked(tickets.start(plan, trials, start.group("weights"), architecture), stacked)
    diverged = np.repeat(masks.arrays["ancestor_diverged"], chosen.repeats)
    return Task(chosen, origin, architecture, list(itertools.product(trials, range(chosen.repeats))), weights, stacked, diverged, sets)


def _template(architecture: networks.Architecture, trials: int, group: str, dtype: type) -> dict[str, tuple[tuple[int, ...], type]]:
    chosen = [parameter for parameter in architecture.parameters if parameter.prunable or group == "weights"]
    return {"trial": ((trials,), np.int64)} | {f"{group}/{parameter.name}": ((trials, *parameter.shape), dtype) for parameter in chosen}


def _arrays(run: training.Run, task: Task) -> dict[str, np.ndarray]:
    """What a run file holds (docs/format.md)."""
    measures = run.measures | {"weights_left": pruning.survivors(task.masks), "density": pruning.density(task.masks)}
    measures["ancestor_diverged"] = task.ancestor_diverged
    digests = [tickets.digest({name: value[index] for name, value in task.weights.items()}) for index in range(len(task.pairs))]
    arrays = {"trial": np.array([trial for trial, _ in task.pairs]), "repeat": np.array([repeat for _, repeat in task.pairs])}
    arrays |= {"iterations": run.iterations, "start_digest": np.array(digests, "S64")}
    arrays |= {f"curves/{name}": curve for name, curve in run.curves.items()}
    arrays |= {f"measures/{name}": value for name, value in measures.items()}
    return arrays | ({f"weights/{name}": value for name, value in run.weights.items()} if task.plan.keep_weights else {})


def data_order(plan: Plan, pairs: list[tuple[int, int]], count: int, network: int, epoch: int) -> np.ndarray:
    """One network's permutation of its training examples in an epoch; `shared` leaves out of the address all but the trial."""
    trial, repeat = pairs[network]
    fresh = {"strategy": plan.strategy, "round": plan.round, "branch": plan.branch, "repeat": repeat}
    address = fresh if plan.recipe.data_order == "fresh" else {}
    return seeds.stream(plan.seed, "data order", trial=trial, epoch=epoch, **address).permutation(count)


def examples(data: datasets.Data, brightest: int, validation: int, seed: int, device: torch.device) -> training.Sets:
    """The three sets on the device: images uint8, labels int64."""
    inner, outer = datasets.split(len(data.train_labels), validation, seed)

    def on_device(images: np.ndarray, labels: np.ndarray) -> training.Examples:
        return training.Examples(torch.from_numpy(images).to(device), torch.from_numpy(labels).to(device), brightest)

    return training.Sets(
        on_device(data.train_images[inner], data.train_labels[inner]),
        on_device(data.train_images[outer], data.train_labels[outer]),
        on_device(data.test_images, data.test_labels),
    )


def _watch(recipe: settings.Recipe, checkpoint: Path, origin: store.Origin, seconds: float) -> Callable[[training.State], None]:
    bar = tqdm(total=recipe.iterations, unit="it", disable=not sys.stderr.isatty(), leave=False)
    marks = {"report": time.monotonic(), "checkpoint": time.monotonic()}

    def rings(name: str, every: float) -> bool:
        if time.monotonic() - marks[name] < every:
            return False
        marks[name] = time.monotonic()
        return True

    def watch(state: training.State) -> None:
        bar.update(state.iteration - bar.n)
        if bar.disable and rings("report", 60.0):
            print(f"iteration {state.iteration}/{recipe.iterations}: validation loss {state.curves['validation_loss'][:, -1].mean():.4f}", flush=True)
        if state.iteration < recipe.iterations and rings("checkpoint", seconds):
            store.write(checkpoint, origin, _frozen(state), training.versions())
        if state.iteration == recipe.iterations:
            bar.close()

    return watch


def _checkpoint_origin(origin: store.Origin, where: torch.device) -> store.Origin:
    """Its key tells checkpoints of another device or version of torch, whose bits would not go together."""
    settings = {**origin.settings, "device": where.type, **training.versions()}
    return store.Origin("checkpoint", settings, origin.code, origin.inputs)


def _frozen(state: training.State) -> dict[str, np.ndarray]:
    arrays = {"iteration": np.array(state.iteration), "rows": state.rows.cpu().numpy(), "best_rows": state.best_rows.cpu().numpy()}
    arrays |= {f"optimizer/{name}": value.cpu().numpy() for name, value in state.optimizer.items()}
    return arrays | {f"curves/{name}": curve for name, curve in state.curves.items()}


def _resumed(checkpoint: Path, origin: store.Origin) -> training.State | None:
    """The state in a checkpoint of this very node, or None; a checkpoint that is damaged or another's is left out of account."""
    if not checkpoint.exists():
        return None
    try:
        file = store.read(checkpoint, "checkpoint")
    except ValueError as error:
        print(f"warning: begins anew: {error}", flush=True)
        return None
    if file.origin.key != origin.key:
        return None
    rows, best = (torch.from_numpy(file.arrays[name]) for name in ("rows", "best_rows"))
    optimizer = {name: torch.from_numpy(np.asarray(value)) for name, value in file.group("optimizer").items()}
    return training.State(int(file.arrays["iteration"]), rows, best, optimizer, file.group("curves"))
