"""Training a stack of networks of one shape at once: index, forward, loss, backward, mask, step, evaluate.

The stack lies in one tensor [networks, values], every network in a row of its own, so the optimiser is one fused kernel over all of them.
There is no coupling: each network has its own batches, and its gradient depends on its row alone.
"""

import dataclasses
import math
import types
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor

from lth.networks import Architecture
from lth.optimizers import OPTIMIZERS
from lth.settings import Recipe, unknown

CURVES = ("validation_loss", "validation_accuracy", "test_loss", "test_accuracy")
PAYS = 6_000  # iterations from which compiling a step pays: it takes 20 to 30 s once on a machine, and 2 s where torch has it in its cache
CHUNK = 1_000  # examples evaluated at once: the activations of Lenet then stay in a core's cache

torch.set_flush_denormal(True)  # Adam's averages of dead units decay into denormal numbers, and these are 10 to 100 times slower


@dataclasses.dataclass(frozen=True)
class Examples:
    """Images uint8 [n, ...] and labels int64 [n] on the device; a pixel is divided by `brightest` when it is used."""

    images: Tensor
    labels: Tensor
    brightest: int

    def at(self, index: Tensor | slice) -> tuple[Tensor, Tensor]:
        return self.images[index], self.labels[index]

    def __len__(self) -> int:
        return len(self.labels)


@dataclasses.dataclass(frozen=True)
class Sets:
    """The three sets of examples of an experiment."""

    training: Examples
    validation: Examples
    test: Examples


class Layout:
    """Where each parameter of a network lies in its row. Every one begins at a multiple of 16 values, as vector units like it."""

    def __init__(self, architecture: Architecture):
        self.shapes = {parameter.name: parameter.shape for parameter in architecture.parameters}
        self.offsets: dict[str, int] = {}
        self.width = 0
        for parameter in architecture.parameters:
            self.offsets[parameter.name] = self.width
            self.width += -(-parameter.size // 16) * 16

    def views(self, row: Tensor) -> dict[str, Tensor]:
        """The parameters in a row [values] or in rows [networks, values], as views."""
        lead = row.shape[:-1]
        return {
            name: row[..., offset : offset + math.prod(self.shapes[name])].view(*lead, *self.shapes[name]) for name, offset in self.offsets.items()
        }

    def pack(self, arrays: Mapping[str, np.ndarray], fill: float = 0.0) -> Tensor:
        """A stack's arrays [networks, ...] as rows [networks, values]; parameters that are not among them get `fill`."""
        count = len(next(iter(arrays.values())))
        rows = torch.zeros(count, self.width, dtype=torch.from_numpy(next(iter(arrays.values()))).dtype)
        for name, view in self.views(rows).items():
            view.copy_(torch.from_numpy(np.ascontiguousarray(arrays[name]))) if name in arrays else view.fill_(fill)
        return rows

    def unpack(self, rows: Tensor) -> dict[str, np.ndarray]:
        """Rows [networks, values] as arrays [networks, ...]."""
        return {name: np.ascontiguousarray(view.cpu().numpy()) for name, view in self.views(rows).items()}

    def joined(self, values: Mapping[str, Tensor]) -> Tensor:
        """One network's values by name as a new row [values]."""
        flat = [torch.nn.functional.pad(values[name].reshape(-1), (0, -math.prod(shape) % 16)) for name, shape in self.shapes.items()]
        return torch.cat(flat)


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
    architecture: Architecture,
    weights: Mapping[str, np.ndarray],
    masks: Mapping[str, np.ndarray],
    sets: Sets,
    recipe: Recipe,
    order: Callable[[int, int], np.ndarray],
    *,
    device: torch.device,
    resume: State | None = None,
    on_evaluation: Callable[[State], None] = lambda state: None,
) -> Run:
    """Trains a stack from `weights` under `masks` (arrays [networks, ...]).

    `order(network, epoch)` is that network's permutation of the training set in that epoch; the incomplete last batch is dropped. Weights
    are 0 where the mask is, before the first step and after every step, and so is the optimiser's state. `on_evaluation` sees the state
    after each evaluation; a training that is given one of these states as `resume` ends bit for bit as if it had never stopped.
    """
    if recipe.optimizer not in OPTIMIZERS:
        raise unknown("recipe.optimizer", "optimizer", recipe.optimizer, OPTIMIZERS)
    layout = Layout(architecture)
    mask = layout.pack({name: value.astype(np.float32) for name, value in masks.items()}, fill=1.0).to(device)
    state = resume or State(0, (packed := layout.pack(weights)), packed, {}, {})
    rows, best = (torch.where(mask > 0, values.to(device), 0.0) for values in (state.rows, state.best_rows))
    moments = {name: value.to(device, copy=True) for name, value in state.optimizer.items()}
    state = State(state.iteration, rows, best, moments, state.curves)
    step, gradient, out = OPTIMIZERS[recipe.optimizer], stacked_gradient(architecture, layout, sets.training, recipe, device), torch.zeros_like(rows)
    batches = Batches(order, len(rows), len(sets.training), recipe.batch, device)
    for iteration in range(state.iteration, recipe.iterations + 1):
        if iteration % recipe.evaluate_every == 0 and (resume is None or iteration > resume.iteration):
            state.iteration = iteration
            _record(state, evaluate(architecture, layout, rows, [sets.validation, sets.test]))
            on_evaluation(state)
        if iteration < recipe.iterations:
            gradient(rows, mask, batches.at(iteration), out)
            step(rows, out, state.optimizer, recipe)
    return _finished(architecture, layout, state, mask, sets, recipe)


Gradient = Callable[[Tensor, Tensor, Tensor, Tensor], None]


def stacked_gradient(architecture: Architecture, layout: Layout, examples: Examples, recipe: Recipe, device: torch.device) -> Gradient:
    """A function of (rows, mask, index [networks, batch], out) that fills `out` with the masked gradient of each network's mean cross-entropy.

    A short run goes over the stack by vmap, uncompiled. A long one is compiled: on a GPU for the whole stack, on a CPU for one network and
    repeated for each, since a CPU multiplies one matrix faster than a stack of them.
    """

    def loss(values: Mapping[str, Tensor], images: Tensor, labels: Tensor) -> Tensor:
        dtype = next(iter(values.values())).dtype
        return torch.nn.functional.cross_entropy(architecture.forward(values, images.to(dtype) / examples.brightest), labels)

    losses = torch.func.vmap(lambda row, images, labels: loss(layout.views(row), images, labels))

    def uncompiled(rows: Tensor, mask: Tensor, index: Tensor, out: Tensor) -> None:
        leaf = rows.detach().requires_grad_()
        (whole,) = torch.autograd.grad(losses(leaf, *examples.at(index)).sum(), leaf)
        out.copy_(torch.where(mask > 0, whole, 0.0))

    if recipe.iterations < PAYS or not can_compile(device):
        return uncompiled

    def one(row: Tensor, mask: Tensor, images: Tensor, labels: Tensor) -> Tensor:
        return torch.where(mask > 0, layout.joined(torch.func.grad(loss)(layout.views(row), images, labels)), 0.0)

    def stack(rows: Tensor, mask: Tensor, images: Tensor, labels: Tensor) -> Tensor:
        return torch.func.vmap(one)(rows, mask, images, labels)

    compiled = _compiled(stack if device.type == "cuda" else one)

    def on_gpu(rows: Tensor, mask: Tensor, index: Tensor, out: Tensor) -> None:
        out.copy_(compiled(rows, mask, *examples.at(index)))

    def on_cpu(rows: Tensor, mask: Tensor, index: Tensor, out: Tensor) -> None:
        for network in range(len(rows)):
            out[network] = compiled(rows[network], mask[network], *examples.at(index[network]))

    return on_gpu if device.type == "cuda" else on_cpu


def _compiled(function: Callable[..., Tensor]) -> Callable[..., Tensor]:
    # Shapes, types and device never change within a training, so the guards (0.1 ms a call) have nothing to find. But compiled code is kept
    # by code object: without a code object of its own, a second training in the process would run the first one's.
    code = types.CodeType.replace(function.__code__)
    own = types.FunctionType(code, function.__globals__, function.__name__, function.__defaults__, function.__closure__)
    options: dict[str, Any] = {"guard_filter_fn": lambda guards: [False] * len(guards)}
    return torch.compile(own, fullgraph=True, dynamic=False, options=options)


def can_compile(device: torch.device) -> bool:
    """Whether steps can be compiled here, found out by compiling one: it takes a C++ compiler and Python's headers. Says in a line if not."""
    try:
        torch.compile(lambda x: x + 1)(torch.zeros(2, device=device))
    except Exception as error:  # each of several compilers has its own
        reason = str(error).strip().splitlines()[0]
        print(f"steps run uncompiled, about half as fast: no working compiler for {device.type} ({reason})", flush=True)
        return False
    return True


class Batches:
    """The examples of each step: index [networks, batch], from every network's own permutation of each epoch."""

    def __init__(self, order: Callable[[int, int], np.ndarray], networks: int, examples: int, batch: int, device: torch.device):
        self.order, self.networks, self.batch, self.device = order, networks, batch, device
        self.steps = examples // batch
        self.epoch = -1
        self.index = torch.empty(0)

    def at(self, iteration: int) -> Tensor:
        """The index of the step that follows `iteration` steps."""
        epoch, step = divmod(iteration, self.steps)
        if epoch != self.epoch:
            orders = [self.order(network, epoch)[: self.steps * self.batch] for network in range(self.networks)]
            index = np.stack(orders).reshape(self.networks, self.steps, self.batch)
            self.index = torch.from_numpy(np.ascontiguousarray(index.swapaxes(0, 1))).to(self.device)
            self.epoch = epoch
        return self.index[step]


@torch.no_grad()
def evaluate(architecture: Architecture, layout: Layout, rows: Tensor, sets: list[Examples]) -> list[tuple[np.ndarray, np.ndarray]]:
    """For each set the mean cross-entropy (nats) and the accuracy (0 to 1) of every network [networks], float64."""
    results: list[tuple[np.ndarray, np.ndarray]] = []
    for examples in sets:
        loss = torch.zeros(len(rows), dtype=torch.float64, device=rows.device)
        correct = torch.zeros(len(rows), dtype=torch.int64, device=rows.device)
        pixels = torch.empty(CHUNK, *examples.images.shape[1:], dtype=rows.dtype, device=rows.device)  # fresh memory a chunk would be slow
        for start in range(0, len(examples), CHUNK):
            images, labels = examples.at(slice(start, start + CHUNK))
            logits = stacked_logits(architecture, layout, rows, pixels[: len(labels)].copy_(images).div_(examples.brightest))
            losses = torch.nn.functional.cross_entropy(logits.transpose(1, 2), labels.expand(len(rows), -1), reduction="none")
            loss += losses.sum(dim=1)
            correct += (logits.argmax(2) == labels).sum(dim=1)
        results.append((loss.cpu().numpy() / len(examples), correct.cpu().numpy() / len(examples)))
    return results


def stacked_logits(architecture: Architecture, layout: Layout, rows: Tensor, images: Tensor) -> Tensor:
    """Logits [networks, examples, classes] of every network for the same images: on a GPU at once, on a CPU one network after another."""
    if rows.device.type == "cuda":
        return torch.func.vmap(lambda row: architecture.forward(layout.views(row), images))(rows)
    return torch.stack([architecture.forward(layout.views(row), images) for row in rows])


def _record(state: State, results: list[tuple[np.ndarray, np.ndarray]]) -> None:
    """Appends an evaluation to the curves, and keeps a copy of the networks whose validation loss is the lowest yet."""
    values = dict(zip(CURVES, (value for result in results for value in result), strict=True))
    before = state.curves.get("validation_loss", np.full((len(state.rows), 1), np.inf))
    lowest = np.min(np.where(np.isfinite(before), before, np.inf), axis=1)
    for network in np.flatnonzero(values["validation_loss"] < lowest):
        state.best_rows[network] = state.rows[network]
    state.curves = {name: np.column_stack([*([state.curves[name]] if state.curves else []), value]) for name, value in values.items()}


def _finished(architecture: Architecture, layout: Layout, state: State, mask: Tensor, sets: Sets, recipe: Recipe) -> Run:
    iterations = np.arange(0, recipe.iterations + 1, recipe.evaluate_every)
    loss = np.where(np.isfinite(state.curves["validation_loss"]), state.curves["validation_loss"], np.inf)
    stop = loss.argmin(axis=1)
    measures = {"early_stop_iteration": iterations[stop], "diverged": ~np.isfinite(np.stack(list(state.curves.values()))).all(axis=(0, 2))}
    for name, curve in state.curves.items():
        measures[f"early_stop_{name}"] = curve[np.arange(len(stop)), stop]
        measures[f"final_{name}"] = curve[:, -1]
    for moment, rows in (("early_stop", state.best_rows), ("final", state.rows)):
        (result,) = evaluate(architecture, layout, rows, [sets.training])
        measures[f"{moment}_train_loss"], measures[f"{moment}_train_accuracy"] = result
    measures["largest_pruned_weight"] = torch.where(mask > 0, 0.0, state.rows).abs().amax(dim=1).cpu().numpy()
    return Run(iterations, state.curves, measures, layout.unpack(state.rows))


def pick_device(name: str) -> torch.device:
    """The device of a name: `auto` is a GPU where there is one, else the CPU. Raises ValueError for a device that is not there."""
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    if name.startswith("cuda") and not torch.cuda.is_available():
        raise ValueError(f"--device {name}: no GPU found; take cpu or auto")
    if name.startswith("cuda:") and int(name.removeprefix("cuda:")) >= torch.cuda.device_count():
        raise ValueError(f"--device {name}: this machine has {torch.cuda.device_count()} GPUs, counted from 0")
    return torch.device(name)


def versions() -> dict[str, str]:
    """The versions that a training's bits depend on."""
    return {"torch": torch.__version__}
