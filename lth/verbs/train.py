"""`lth train`: train the tickets of a block (trials x repeats) of one strategy, round and branch, as one stack."""

import dataclasses
import itertools
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import torch
from tqdm import tqdm

from lth import batches, code, contents, datasets, gradients, networks, origins, pruning, seeds, settings, store, tickets, training
from lth.places import trials_of
from lth.strategies import SEARCH


@dataclasses.dataclass(frozen=True)
class Training:
    """A training, wherever it begins and ends: where it belongs, and its settings."""

    experiment: str
    block: str
    strategy: str
    round: Annotated[int, settings.Range(0)]
    branch: str
    dataset: str
    seed: settings.Seed
    validation: settings.Count
    network: Any
    recipe: settings.Recipe


@dataclasses.dataclass(frozen=True)
class Plan(Training):
    """What a run depends on beside its inputs. `repeats` is per trial; `start_iteration` is 0, or the iteration of the dense training whose
    weights it starts from.
    """

    repeats: settings.Count
    keep_weights: bool
    start_iteration: Annotated[int, settings.Range(0)]

    def __post_init__(self):
        self.recipe.check_within(self.start_iteration, "start_iteration")


@dataclasses.dataclass(frozen=True)
class Block:
    """The networks of a training, read and checked: (trial, repeat) of each, whether an ancestor diverged, and the stack of them."""

    pairs: list[tuple[int, int]]
    ancestor_diverged: np.ndarray
    stack: training.Stack


def train(
    plan: Mapping[str, Any],
    key: str | None,
    dataset: Path,
    start: Path,
    mask: Path,
    out: Path,
    *,
    device: str,
    threads: int,
    checkpoint_every: float,
) -> None:
    """Trains and writes a file of kind `run` to `out`. `start` is the θ0 file of the block, or what its tickets are rewound to, or for the
    branch `search` the run of the round before.

    Every `checkpoint_every` seconds, at an evaluation, the state goes to a checkpoint beside `out`; a killed training goes on from there,
    bit for bit. A checkpoint of another key is never used.
    """
    torch.set_num_threads(threads)
    where, started = training.pick_device(device), time.monotonic()
    chosen: Plan = settings.build(Plan, plan, "--settings")
    begin, masks = store.find(start), store.find(mask, "mask")
    expected = "run" if chosen.branch == SEARCH else "rewound" if chosen.start_iteration else "theta0"
    if begin.origin.kind != expected or begin.origin.settings.get("iteration", 0) != chosen.start_iteration:
        found = f"{begin.origin.kind!r}, iteration {begin.origin.settings.get('iteration', 0)}"
        wanted = f"{expected!r}, iteration {chosen.start_iteration}, to start branch {chosen.branch!r} from"
        raise ValueError(f"{start}: expected a file of kind {wanted}, got kind {found}")
    origin = origin_of("run", plan, code.digest("verbs.train", plan), dataset, begin, masks)
    origins.expect(key, origin, out)
    block = read_block(chosen, chosen.repeats, dataset, begin, masks)
    checkpoint = out.with_name(f"{out.name}.checkpoint.part")
    for rest in out.parent.glob(f".{out.stem}.*.part"):  # what a kill in the middle of a write left behind
        rest.unlink(missing_ok=True)
    conditions = training.conditions(chosen.recipe, where)
    saved = _checkpoint_origin(origin, conditions)
    values = max(gradients.Layout(block.stack.architecture).width, len(chosen.recipe.evaluations(0)))
    resume = _resumed(checkpoint, saved, 100 * values * len(block.pairs))  # a dozen arrays of 8 bytes a value at most
    first = resume.iteration if resume else chosen.start_iteration
    print(f"{out}: {len(block.pairs)} networks, {chosen.recipe.iterations} iterations on {where}, from iteration {first}", flush=True)
    watch = _watch(chosen.recipe, checkpoint, saved, checkpoint_every)
    run = training.train(block.stack, device=where, start=chosen.start_iteration, resume=resume, on_evaluation=watch)
    store.write(out, origin, _arrays(run, block, keep_weights=chosen.keep_weights), conditions)
    checkpoint.unlink(missing_ok=True)
    if diverged := int(run.measures["diverged"].sum()):
        print(f"warning: {out}: loss was not finite in {diverged} of {len(block.pairs)} networks (column `diverged`)", flush=True)
    accuracy = f"{100 * run.measures['early_stop_test_accuracy'].mean():.2f} % (mean of {len(block.pairs)})"
    print(f"{out}: test accuracy at early stopping {accuracy}, {time.monotonic() - started:.0f} s", flush=True)


def origin_of(kind: str, plan: Mapping[str, Any], made_by: str, dataset: Path, start: store.Stored, mask: store.Stored) -> origins.Origin:
    """What a file says of itself that is made from a data set, weights to start from, and masks by code of the digest `made_by`."""
    manifest = datasets.read_manifest(dataset, plan["dataset"])
    data = origins.Input(str(dataset), manifest["key"], manifest["digest"])
    return origins.Origin(kind, plan, made_by, {"dataset": (data,), "start": (start.as_input(),), "mask": (mask.as_input(),)})


def read_block(plan: Training, repeats: int, dataset: Path, start: store.Stored, mask: store.Stored) -> Block:
    """Reads the examples, makes the starting weights of the branch for each trial and repeat, and checks that all belong together. Raises
    ValueError.
    """
    network = networks.read(plan.network, "--settings.network")
    tickets.check_initialization(network.initialization, "--settings.network.initialization")
    manifest, data = datasets.read(dataset, plan.dataset)
    architecture = networks.architecture(network, tuple(manifest["shape"]), manifest["classes"])
    for name in ("strategy", "round"):
        if mask.origin.settings[name] != getattr(plan, name):
            raise ValueError(f"{mask.path}: expected a mask of {name} {getattr(plan, name)}, got {mask.origin.settings[name]}")
    begin = start.load(contents.weights(start.origin.networks, architecture))
    kept = mask.load(contents.masks(mask.origin.networks, contents.shapes(architecture)))
    sets = examples(manifest, data, plan)
    if plan.recipe.batch > len(sets.training):
        raise ValueError(f"--settings.recipe.batch: expected at most the {len(sets.training)} training examples, got {plan.recipe.batch}")
    pairs = list(itertools.product(trials_of(plan.block), range(repeats)))
    rows, first = kept.rows(pairs), begin.rows(pairs)
    masks = {name: value[rows] for name, value in kept.group("mask").items()}
    given = {name: value[first] for name, value in begin.group("weights").items()}
    address = {"strategy": plan.strategy, "round": plan.round, "branch": plan.branch}
    distribution = tickets.Distribution(architecture, network.initialization)
    weights = tickets.start(plan.branch, plan.seed, address, pairs, masks, given, distribution)
    stack = training.Stack(architecture, weights, masks, sets, plan.recipe, Draws(plan, pairs, len(sets.training)))
    return Block(pairs, kept.arrays["ancestor_diverged"][rows], stack)


def _arrays(run: training.Run, block: Block, *, keep_weights: bool) -> dict[str, np.ndarray]:
    """What a run file holds (docs/format.md)."""
    measures = run.measures | {"weights_left": pruning.survivors(block.stack.masks), "density": pruning.density(block.stack.masks)}
    measures["ancestor_diverged"] = block.ancestor_diverged
    digests = [tickets.digest({name: value[index] for name, value in block.stack.weights.items()}) for index in range(len(block.pairs))]
    arrays = store.index(block.pairs) | {"iterations": run.iterations, "start_digest": np.array(digests, "S64")}
    arrays |= {f"curves/{name}": curve for name, curve in run.curves.items()}
    arrays |= {f"measures/{name}": value for name, value in measures.items()}
    return arrays | ({f"weights/{name}": value for name, value in run.weights.items()} if keep_weights else {})


@dataclasses.dataclass(frozen=True)
class Draws:
    """The randomness of a training (see `batches.Draws`): named streams at the address of each network; `shared` leaves out of it all but
    the trial. `count` is the number of training examples.
    """

    plan: Training
    pairs: list[tuple[int, int]]
    count: int

    def order(self, network: int, epoch: int) -> np.ndarray:
        """A permutation of the training examples."""
        return self._stream("data order", network, epoch=epoch).permutation(self.count)

    def shifts(self, network: int, epoch: int) -> np.ndarray:
        """(flip, rows, columns) of each example of the epoch, in its order."""
        return self._stream("augmentation", network, epoch=epoch).integers(0, batches.SHIFTS, (self.count, 3))

    def key(self, network: int) -> int:
        """The key of its dropout."""
        return int(self._stream("dropout", network).integers(-(1 << 63), (1 << 63) - 1))

    def _stream(self, purpose: str, network: int, **coordinates: int) -> np.random.Generator:
        trial, repeat = self.pairs[network]
        fresh = {"strategy": self.plan.strategy, "round": self.plan.round, "branch": self.plan.branch, "repeat": repeat}
        address = fresh if self.plan.recipe.data_order == "fresh" else {}
        return seeds.stream(self.plan.seed, purpose, trial=trial, **coordinates, **address)


def examples(manifest: Mapping[str, Any], data: datasets.Data, plan: Training) -> batches.Sets:
    """The three sets, images uint8 and labels int64, normalised by statistics of the training set alone."""
    inner, outer = datasets.split(len(data.train_labels), plan.validation, plan.seed)
    images = data.train_images[inner]
    if plan.recipe.normalization == "standard":
        mean, deviation = datasets.channel_statistics(images)
        deviation = np.where(deviation > 0, deviation, 1.0)
    else:
        mean, deviation = np.zeros(()), np.full((), manifest["brightest"])

    def part(images: np.ndarray, labels: np.ndarray) -> batches.Examples:
        statistics = torch.from_numpy(mean.astype(np.float32)), torch.from_numpy(deviation.astype(np.float32))
        return batches.Examples(torch.from_numpy(images), torch.from_numpy(labels), *statistics)

    validation = part(data.train_images[outer], data.train_labels[outer])
    return batches.Sets(part(images, data.train_labels[inner]), validation, part(data.test_images, data.test_labels))


def _watch(recipe: settings.Recipe, checkpoint: Path, origin: origins.Origin, seconds: float) -> Callable[[training.State], None]:
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
            store.write(checkpoint, origin, _frozen(state))
        if state.iteration == recipe.iterations:
            bar.close()

    return watch


def _checkpoint_origin(origin: origins.Origin, conditions: Mapping[str, Any]) -> origins.Origin:
    """Its key tells checkpoints that were made under other conditions, whose bits would not go together."""
    return origins.Origin("checkpoint", {**origin.settings, "made_on": dict(conditions)}, origin.code, origin.inputs)


def _frozen(state: training.State) -> dict[str, np.ndarray]:
    arrays = {"iteration": np.array(state.iteration), "rows": state.rows.cpu().numpy(), "best_rows": state.best_rows.cpu().numpy()}
    arrays |= {f"optimizer/{name}": value.cpu().numpy() for name, value in state.optimizer.items()}
    return arrays | {f"curves/{name}": curve for name, curve in state.curves.items()}


def _resumed(checkpoint: Path, origin: origins.Origin, most: int) -> training.State | None:
    """The state in a checkpoint of this very node, or None. A checkpoint that is damaged, another's or made under other conditions is left
    out of account. `most` is how many bytes all of its arrays may have.
    """
    if not checkpoint.exists():
        return None
    try:
        found = store.find(checkpoint, "checkpoint")
        if found.origin.key != origin.key:
            before, now = (item.settings.get("made_on") for item in (found.origin, origin))
            reason = f"it was made on {before}, and this is {now}" if before != now else "it is of another plan"
            raise ValueError(f"{checkpoint}: {reason}")
        file = found.load(found.everything(most))
    except ValueError as error:
        print(f"warning: begins anew: {error}", flush=True)
        return None
    rows, best = (torch.from_numpy(file.arrays[name]) for name in ("rows", "best_rows"))
    optimizer = {name: torch.from_numpy(np.asarray(value)) for name, value in file.group("optimizer").items()}
    return training.State(int(file.arrays["iteration"]), rows, best, optimizer, file.group("curves"))
