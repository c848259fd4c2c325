"""Training a stack of networks of one shape at once: index, forward, loss, backward, mask, step, evaluate.

The stack lies in one tensor [networks, values], every network in a row of its own, so the optimiser is one kernel over all of them. There
is no coupling: each network has its own batches, dropout, augmentation and statistics, and its gradient depends on its row alone.
"""

import dataclasses
import gc
import resource
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from lth import passes
from lth.batches import Batches, Draws, Examples, Sets
from lth.contents import CURVES, from_curves
from lth.gradients import Gradient, Layout, compiles, masked
from lth.networks import Architecture
from lth.optimizers import OPTIMIZERS
from lth.settings import Recipe, unknown

Result = TypeVar("Result")
NO_MEMORY = ("can't allocate memory", "could not create a primitive")  # as torch and oneDNN say it
CHUNK = 1_000  # examples evaluated at once: the activations of Lenet then stay in a core's cache
CHUNK_OF_IMAGES = 50  # the same where there are convolutions

torch.backends.cudnn.deterministic, torch.backends.cudnn.allow_tf32 = True, False  # the same bits each time, of full precision
torch.set_flush_denormal(True)  # Adam's averages of dead units decay into denormal numbers, and these are 10 to 100 times slower


@dataclasses.dataclass(frozen=True)
class Stack:
    """What a training is made of: networks of one shape, each with what it starts from and its mask (arrays [networks, ...] by name), the
    examples, how they are trained, and all randomness.
    """

    architecture: Architecture
    weights: Mapping[str, np.ndarray]
    masks: Mapping[str, np.ndarray]
    sets: Sets
    recipe: Recipe
    draws: Draws

    def __len__(self) -> int:
        return len(next(iter(self.weights.values())))

    def first(self) -> "Stack":
        """The first network alone."""
        weights, masks = ({name: value[:1] for name, value in arrays.items()} for arrays in (self.weights, self.masks))
        return dataclasses.replace(self, weights=weights, masks=masks)


@dataclasses.dataclass
class State:
    """All that a training needs to go on from an evaluation: rows [networks, values], the optimiser's state, curves [networks, evaluations]."""

    iteration: int
    rows: Tensor
    best_rows: Tensor
    optimizer: dict[str, Tensor]
    curves: dict[str, np.ndarray]


@dataclasses.dataclass(frozen=True)
class Run:
    """What a training gives. Curves are [networks, evaluations] at `iterations`; measures [networks]; weights by name [networks, ...].

    Early stopping is the first iteration of minimum validation loss. `diverged` says that a loss was not finite; early stopping is then
    that of the finite part.
    """

    iterations: np.ndarray
    curves: dict[str, np.ndarray]
    measures: dict[str, np.ndarray]
    weights: dict[str, np.ndarray]


def train(
    stack: Stack, *, device: torch.device, start: int = 0, resume: State | None = None, on_evaluation: Callable[[State], None] = lambda state: None
) -> Run:
    """Trains a stack from its weights under its masks, from iteration `start` to the recipe's last.

    The incomplete last batch of an epoch is dropped. Weights are 0 where the mask is, before the first step and after every step, and so is
    the optimiser's state. `on_evaluation` sees the state after each evaluation; a training that is given one of these states as `resume`
    ends bit for bit as if it had never stopped. Raises ValueError where the memory is too small for the stack.
    """

    def work() -> Run:
        loop = Loop(stack, device, start, resume)
        for iteration in stack.recipe.evaluations(loop.state.iteration):
            loop.advance(iteration)
            if resume is None or iteration > resume.iteration:
                _record(loop.state, evaluate(loop.architecture, loop.layout, loop.state.rows, [loop.sets.validation, loop.sets.test]))
                on_evaluation(loop.state)
        return _finished(loop, start)

    return _or_what_fits(work, stack, device)


def weights_at(iteration: int, stack: Stack, *, device: torch.device) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """The weights [networks, ...] that `train` has after `iteration` steps, and whether those of each network are finite [networks]. Raises
    ValueError where the memory is too small for the stack.
    """

    def work() -> tuple[dict[str, np.ndarray], np.ndarray]:
        loop = Loop(stack, device)
        loop.advance(iteration)
        finite = torch.stack([torch.isfinite(row).all() for row in loop.state.rows])
        return loop.layout.unpack(loop.state.rows), finite.cpu().numpy()

    return _or_what_fits(work, stack, device)


def _or_what_fits(work: Callable[[], Result], stack: Stack, device: torch.device) -> Result:
    """What a function gives; where memory does not suffice, ValueError with what fits."""
    try:
        return work()
    except (RuntimeError, MemoryError) as error:
        if not (isinstance(error, (torch.OutOfMemoryError, MemoryError)) or any(text in str(error) for text in NO_MEMORY)):
            raise
    # Only here, outside the handler, is the memory of the training free again: the exception held all of its frames.
    raise ValueError(_what_fits(stack, device))


def _what_fits(stack: Stack, device: torch.device) -> str:
    """What to tell after a training ran out of memory: the number of networks that would fit."""
    said = f"out of memory on {device} with {len(stack)} networks (trials x repeats) in a stack"
    gc.collect()
    free, each = _room_on_gpu(stack, device) if device.type == "cuda" else (_free_memory(), stack.architecture.memory)
    if free is None or free // each >= len(stack):  # it said no at another moment, or of what is not counted
        return f"{said}, which take up to {each / 2**20:,.0f} MiB each; choose a lower `block`, or run fewer jobs at once"
    room = f"{free / 2**30:.1f} GiB free"
    if free < each:
        return f"{said}; not even one fits ({room}); run fewer jobs at once"
    fit = f"about {free // each} would fit ({each / 2**30:.2f} GiB for one, {room})"
    return f"{said}; {fit}: choose `block` (and repeats) so that block x repeats is no more"


def _room_on_gpu(stack: Stack, device: torch.device) -> tuple[int, int]:
    """Bytes that are free beside the images, and those that one network takes, found out by a step and an evaluation of one; more than are
    free where not even one fits.
    """
    torch.cuda.empty_cache()
    free, _ = torch.cuda.mem_get_info(device)
    held = torch.cuda.memory_allocated(device)
    try:
        single = dataclasses.replace(stack.first(), sets=stack.sets.to(device))
        shared = torch.cuda.memory_allocated(device) - held
        torch.cuda.reset_peak_memory_stats(device)
        loop = Loop(single, device)
        loop.advance(1)
        evaluate(loop.architecture, loop.layout, loop.state.rows, [loop.sets.validation])
    except torch.OutOfMemoryError:
        return free, free + 1
    return free - shared, torch.cuda.max_memory_allocated(device) - held - shared


def _free_memory() -> int | None:
    """Bytes that this process may still take, or None where the system does not say."""
    try:
        lines = [line.split() for file in ("meminfo", "self/status") for line in Path("/proc", file).read_text().splitlines()]
        sizes = {words[0]: 1024 * int(words[1]) for words in lines if words[2:] == ["kB"]}
        free, taken = sizes["MemAvailable:"], sizes["VmSize:"]
    except (OSError, KeyError):
        return None
    limit, _ = resource.getrlimit(resource.RLIMIT_AS)
    return free if limit == resource.RLIM_INFINITY else max(0, min(free, limit - taken))


class Loop:
    """A training under way: its state, and steps that change it in place."""

    def __init__(self, stack: Stack, device: torch.device, start: int = 0, resume: State | None = None):
        self.architecture, self.recipe, self.sets = stack.architecture, stack.recipe, stack.sets.to(device)
        if self.recipe.optimizer not in OPTIMIZERS:
            raise unknown("recipe.optimizer", "optimizer", self.recipe.optimizer, OPTIMIZERS)
        self.layout = Layout(self.architecture)
        state = resume or State(start, (packed := self.layout.pack(stack.weights)), packed, {}, {})
        bits = np.int32 if state.rows.dtype == torch.float32 else np.int64
        self.mask = self.layout.pack({name: -value.astype(bits) for name, value in stack.masks.items()}, fill=-1).to(device)
        rows, best = (masked(values.to(device), self.mask) for values in (state.rows, state.best_rows))
        moments = {name: value.to(device, copy=True) for name, value in state.optimizer.items()}
        self.state = State(state.iteration, rows, best, moments, state.curves)
        self.gradient = Gradient(self.architecture, self.layout, self.recipe, device)
        self.out = torch.zeros_like(rows)
        self.batches = Batches(stack.draws, len(rows), self.sets.training, self.recipe, device)

    def advance(self, until: int) -> None:
        """Steps until as many were made."""
        step, state = OPTIMIZERS[self.recipe.optimizer], self.state
        for iteration in range(state.iteration, until):
            self.gradient(state.rows, self.mask, self.batches.at(iteration), self.out)
            step(state.rows, self.out, state.optimizer, self.recipe, self.recipe.rate(iteration))
        state.iteration = until


@torch.no_grad()
def evaluate(architecture: Architecture, layout: Layout, rows: Tensor, sets: list[Examples]) -> list[tuple[np.ndarray, np.ndarray]]:
    """For each set the mean cross-entropy (nats) and the accuracy (0 to 1) of every network [networks], float64."""
    chunk = CHUNK_OF_IMAGES if any(len(shape) == 4 for shape in layout.shapes.values()) else CHUNK
    results: list[tuple[np.ndarray, np.ndarray]] = []
    for examples in sets:
        loss = torch.zeros(len(rows), dtype=torch.float64, device=rows.device)
        correct = torch.zeros(len(rows), dtype=torch.int64, device=rows.device)
        pixels = torch.empty(chunk, *examples.images.shape[1:], dtype=rows.dtype, device=rows.device)  # fresh memory a chunk would be slow
        pixels = pixels.to(memory_format=torch.channels_last) if pixels.dim() == 4 else pixels
        for start in range(0, len(examples), chunk):
            images, labels = examples.images[start : start + chunk], examples.labels[start : start + chunk]
            floats = pixels[: len(labels)].copy_(images).sub_(examples.mean).div_(examples.deviation)
            logits = stacked_logits(architecture, layout, rows, floats, at_once=rows.device.type == "cuda")
            losses = cross_entropy(logits.transpose(1, 2), labels.expand(len(rows), -1), reduction="none")
            loss += losses.sum(dim=1)
            correct += (logits.argmax(2) == labels).sum(dim=1)
        results.append((loss.cpu().numpy() / len(examples), correct.cpu().numpy() / len(examples)))
    return results


def stacked_logits(architecture: Architecture, layout: Layout, rows: Tensor, images: Tensor, *, at_once: bool) -> Tensor:
    """Logits [networks, examples, classes] of every network for the same images, all at once or one network after another."""
    mode = passes.Evaluation()
    if at_once:
        return torch.func.vmap(lambda row: architecture.forward(layout.views(row), images, mode))(rows)
    return torch.stack([architecture.forward(layout.views(row), images, mode) for row in rows])


def _record(state: State, results: list[tuple[np.ndarray, np.ndarray]]) -> None:
    """Appends an evaluation to the curves, and keeps a copy of the networks whose validation loss is the lowest yet."""
    values = dict(zip(CURVES, (value for result in results for value in result), strict=True))
    before = state.curves.get("validation_loss", np.full((len(state.rows), 1), np.inf))
    lowest = np.min(np.where(np.isfinite(before), before, np.inf), axis=1)
    for network in np.flatnonzero(values["validation_loss"] < lowest):
        state.best_rows[network] = state.rows[network]
    state.curves = {name: np.column_stack([*([state.curves[name]] if state.curves else []), value]) for name, value in values.items()}


def _finished(loop: Loop, start: int) -> Run:
    state, iterations = loop.state, np.array(loop.recipe.evaluations(start))
    measures = from_curves(iterations, state.curves)
    for moment, rows in (("early_stop", state.best_rows), ("final", state.rows)):
        (result,) = evaluate(loop.architecture, loop.layout, rows, [loop.sets.training])
        measures[f"{moment}_train_loss"], measures[f"{moment}_train_accuracy"] = result
    pruned = [masked(row, ~bits).abs().max() for row, bits in zip(state.rows, loop.mask, strict=True)]
    measures["largest_pruned_weight"] = torch.stack(pruned).cpu().numpy()
    return Run(iterations, state.curves, measures, loop.layout.unpack(state.rows))


def pick_device(name: str) -> torch.device:
    """The device of a name: `auto` is a GPU where there is one, else the CPU. Raises ValueError for a device that is not there."""
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    if name.startswith("cuda") and not torch.cuda.is_available():
        raise ValueError(f"--device {name}: no GPU found; take cpu or auto")
    if name.startswith("cuda:") and int(name.removeprefix("cuda:")) >= torch.cuda.device_count():
        raise ValueError(f"--device {name}: this machine has {torch.cuda.device_count()} GPUs, counted from 0")
    return torch.device(name)


def conditions(recipe: Recipe, device: torch.device) -> dict[str, str | int | bool]:
    """What the bits of a training depend on beside its plan and inputs: the same key gives the same bits only under the same of these, and
    on one model of CPU or GPU.
    """
    name = torch.cuda.get_device_name(device) if device.type == "cuda" else device.type
    used = {"torch": torch.__version__, "device": name, "threads": torch.get_num_threads()}
    return {**used, "compiled": compiles(recipe, device), "cpu": torch.backends.cpu.get_cpu_capability()}
