"""Training a stack of networks of one shape at once: index, forward, loss, backward, mask, step, evaluate.

The stack lies in one tensor [networks, values], every network in a row of its own, so the optimiser is one kernel over all of them. There
is no coupling: each network has its own batches, dropout, augmentation and statistics, and its gradient depends on its row alone.
"""

import dataclasses
import gc
import math
import types
from collections.abc import Callable, Mapping
from typing import Any, Protocol

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from lth import passes
from lth.networks import Architecture
from lth.optimizers import OPTIMIZERS
from lth.settings import Recipe, unknown

CURVES = ("validation_loss", "validation_accuracy", "test_loss", "test_accuracy")
PAYS = 6_000  # iterations from which compiling a step pays: it takes 20 to 30 s once on a machine, and 2 s where torch has it in its cache
CHUNK = 1_000  # examples evaluated at once: the activations of Lenet then stay in a core's cache
CHUNK_OF_IMAGES = 50  # the same where there are convolutions
STACKED = (0, 0, 0, 0, 0, None, None, None)  # which arguments of a loss have one value a network
PADDING = 4  # pixels by which `flip-crop` moves an image at most

torch.backends.cudnn.deterministic, torch.backends.cudnn.allow_tf32 = True, False  # the same bits each time, of full precision
torch.set_flush_denormal(True)  # Adam's averages of dead units decay into denormal numbers, and these are 10 to 100 times slower


@dataclasses.dataclass(frozen=True)
class Examples:
    """Images uint8 [n, ...] and labels int64 [n] on the device. A pixel is used as (value - `mean`) / `deviation`; these are floats, or
    tensors that broadcast with an image.
    """

    images: Tensor
    labels: Tensor
    mean: Tensor
    deviation: Tensor

    def __len__(self) -> int:
        return len(self.labels)

    def to(self, device: torch.device) -> "Examples":
        """The same on a device."""
        return Examples(self.images.to(device), self.labels.to(device), self.mean.to(device), self.deviation.to(device))


@dataclasses.dataclass(frozen=True)
class Sets:
    """The three sets of examples of an experiment."""

    training: Examples
    validation: Examples
    test: Examples

    def to(self, device: torch.device) -> "Sets":
        """The same on a device."""
        return Sets(self.training.to(device), self.validation.to(device), self.test.to(device))


class Draws(Protocol):
    """All randomness of a training, by the network's number in the stack."""

    def order(self, network: int, epoch: int) -> np.ndarray:
        """A permutation of the training set."""
        ...

    def shifts(self, network: int, epoch: int) -> np.ndarray:
        """For each example of the epoch, in its order, (flip, rows, columns): int64 [n, 3] in 0..1, 0..2 PADDING, 0..2 PADDING."""
        ...

    def key(self, network: int) -> int:
        """The key of its dropout: a signed number of 64 bits."""
        ...


class Layout:
    """Where each parameter of a network lies in its row: first what is trained, then the statistics of batch norm, from `trained` on.

    Every one begins at a multiple of 16 values, as vector units like it. Kernels of convolutions lie channels-last, as do the images: in another
    order they and their gradients would be copied in every step.
    """

    def __init__(self, architecture: Architecture):
        self.shapes = {parameter.name: parameter.shape for parameter in architecture.parameters}
        self.statistics = [parameter.name for parameter in architecture.parameters if not parameter.trained]
        self.offsets: dict[str, int] = {}
        self.width = self.trained = 0
        for parameter in architecture.parameters:
            assert not parameter.trained or self.width == self.trained, "statistics come last"
            self.offsets[parameter.name] = self.width
            self.width += -(-parameter.size // 16) * 16
            if parameter.trained:
                self.trained = self.width

    def views(self, row: Tensor) -> dict[str, Tensor]:
        """The parameters in a row [values] or in rows [networks, values], as views."""
        return {name: self._view(row, name) for name in self.offsets}

    def _view(self, row: Tensor, name: str) -> Tensor:
        offset, shape = self.offsets[name], self.shapes[name]
        values = row[..., offset : offset + math.prod(shape)]
        if len(shape) != 4:
            return values.view(*values.shape[:-1], *shape)
        outputs, inputs, height, width = shape
        return values.view(*values.shape[:-1], outputs, height, width, inputs).movedim(-1, -3)

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
    draws: Draws,
    *,
    device: torch.device,
    start: int = 0,
    resume: State | None = None,
    on_evaluation: Callable[[State], None] = lambda state: None,
) -> Run:
    """Trains a stack from `weights` under `masks` (arrays [networks, ...]), from iteration `start` to the recipe's last.

    The incomplete last batch of an epoch is dropped. Weights are 0 where the mask is, before the first step and after every step, and so is
    the optimiser's state. `on_evaluation` sees the state after each evaluation; a training that is given one of these states as `resume`
    ends bit for bit as if it had never stopped. Raises ValueError where the memory is too small for the stack.
    """
    made = architecture, weights, masks, sets.training, recipe, draws, device
    return _or_what_fits(lambda: _trained(architecture, weights, masks, sets.to(device), recipe, draws, device, start, resume, on_evaluation), *made)


def _trained(
    architecture: Architecture,
    weights: Mapping[str, np.ndarray],
    masks: Mapping[str, np.ndarray],
    sets: Sets,
    recipe: Recipe,
    draws: Draws,
    device: torch.device,
    start: int,
    resume: State | None,
    on_evaluation: Callable[[State], None],
) -> Run:
    loop = Loop(architecture, weights, masks, sets.training, recipe, draws, device, start, resume)
    state, layout = loop.state, loop.layout
    for iteration in recipe.evaluations(state.iteration):
        loop.advance(iteration)
        if resume is None or iteration > resume.iteration:
            _record(state, evaluate(architecture, layout, state.rows, [sets.validation, sets.test]))
            on_evaluation(state)
    return _finished(architecture, layout, state, loop.mask, sets, recipe, start)


def _or_what_fits(work: Callable[[], Any], *made: Any) -> Any:
    """What a function gives; where memory does not suffice, ValueError with what fits (`_what_fits` takes the rest)."""
    try:
        return work()
    except (RuntimeError, MemoryError) as error:
        if not (isinstance(error, (torch.OutOfMemoryError, MemoryError)) or "can't allocate memory" in str(error)):
            raise
    # Only here, outside the handler, is the memory of the training free again: the exception held all of its frames.
    raise ValueError(_what_fits(*made))


def _what_fits(
    architecture: Architecture,
    weights: Mapping[str, np.ndarray],
    masks: Mapping[str, np.ndarray],
    examples: Examples,
    recipe: Recipe,
    draws: Draws,
    device: torch.device,
) -> str:
    """What to tell after a training ran out of memory; on a GPU with the number of networks that fit, by a step of one of them."""
    count = len(next(iter(weights.values())))
    said = f"out of memory on {device} with {count} networks (trials x repeats) in a stack"
    if device.type != "cuda":
        each = 6 * 4 * Layout(architecture).width / 2**20
        return f"{said}, which take up to {each:,.0f} MiB each; choose a lower `block`, or run fewer jobs at once"
    gc.collect()
    torch.cuda.empty_cache()
    free, _ = torch.cuda.mem_get_info(device)
    before = torch.cuda.memory_allocated(device)
    torch.cuda.reset_peak_memory_stats(device)
    single = {name: value[:1] for name, value in weights.items()}, {name: value[:1] for name, value in masks.items()}
    try:
        Loop(architecture, *single, examples.to(device), recipe, draws, device).advance(1)
    except torch.OutOfMemoryError:
        return f"{said}; not even one fits into the {free / 2**30:.1f} GiB that are free"
    each = torch.cuda.max_memory_allocated(device) - before
    fit = f"about {max(1, free // each)} would fit ({each / 2**30:.2f} GiB for one, {free / 2**30:.1f} GiB free)"
    return f"{said}; {fit}: choose `block` so that block x repeats is no more"


def weights_at(
    iteration: int,
    architecture: Architecture,
    weights: Mapping[str, np.ndarray],
    masks: Mapping[str, np.ndarray],
    examples: Examples,
    recipe: Recipe,
    draws: Draws,
    *,
    device: torch.device,
) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """The weights [networks, ...] that `train` has after `iteration` steps, and whether those of each network are finite [networks]. Raises
    ValueError where the memory is too small for the stack.
    """

    def work() -> tuple[dict[str, np.ndarray], np.ndarray]:
        loop = Loop(architecture, weights, masks, examples.to(device), recipe, draws, device)
        loop.advance(iteration)
        finite = torch.stack([torch.isfinite(row).all() for row in loop.state.rows])
        return loop.layout.unpack(loop.state.rows), finite.cpu().numpy()

    return _or_what_fits(work, architecture, weights, masks, examples, recipe, draws, device)


class Loop:
    """A training under way: its state, and steps that change it in place."""

    def __init__(
        self,
        architecture: Architecture,
        weights: Mapping[str, np.ndarray],
        masks: Mapping[str, np.ndarray],
        examples: Examples,
        recipe: Recipe,
        draws: Draws,
        device: torch.device,
        start: int = 0,
        resume: State | None = None,
    ):
        if recipe.optimizer not in OPTIMIZERS:
            raise unknown("recipe.optimizer", "optimizer", recipe.optimizer, OPTIMIZERS)
        self.layout, self.recipe = Layout(architecture), recipe
        state = resume or State(start, (packed := self.layout.pack(weights)), packed, {}, {})
        bits = np.int32 if state.rows.dtype == torch.float32 else np.int64
        self.mask = self.layout.pack({name: -value.astype(bits) for name, value in masks.items()}, fill=-1).to(device)
        rows, best = (masked(values.to(device), self.mask) for values in (state.rows, state.best_rows))
        moments = {name: value.to(device, copy=True) for name, value in state.optimizer.items()}
        self.state = State(state.iteration, rows, best, moments, state.curves)
        self.gradient = Gradient(architecture, self.layout, recipe, device)
        self.out = torch.zeros_like(rows)
        self.batches = Batches(draws, len(rows), examples, recipe, device)

    def advance(self, until: int) -> None:
        """Steps until as many were made."""
        step, state = OPTIMIZERS[self.recipe.optimizer], self.state
        for iteration in range(state.iteration, until):
            self.gradient(state.rows, self.mask, self.batches.at(iteration), self.out)
            step(state.rows, self.out, state.optimizer, self.recipe, self.recipe.rate(iteration))
        state.iteration = until


@dataclasses.dataclass(frozen=True)
class Batch:
    """The examples of one step: images [networks, batch, ...] as bytes, with what makes floats of them, labels [networks, batch], and what
    dropout depends on.
    """

    images: Tensor
    labels: Tensor
    mean: Tensor
    deviation: Tensor
    keys: Tensor
    iteration: Tensor

    def of(self, network: int) -> tuple[Tensor, ...]:
        """What a loss takes beside the values of one network. Images are channels-last, in which a CPU's convolutions are fastest."""
        images = self.images[network]
        images = images.contiguous(memory_format=torch.channels_last) if images.dim() == 4 else images
        return images, self.labels[network], self.keys[network], self.mean, self.deviation, self.iteration

    def stack(self) -> tuple[Tensor, ...]:
        """The same for a stack."""
        return self.images, self.labels, self.keys, self.mean, self.deviation, self.iteration


class Batches:
    """The examples of each step, from every network's own permutation of each epoch."""

    def __init__(self, draws: Draws, networks: int, examples: Examples, recipe: Recipe, device: torch.device):
        self.draws, self.networks, self.examples, self.recipe, self.device = draws, networks, examples, recipe, device
        self.steps = len(examples) // recipe.batch
        self.keys = torch.tensor([draws.key(network) for network in range(networks)], dtype=torch.int64, device=device)
        self.epoch = -1
        self.index = self.shifts = torch.empty(0)

    def at(self, iteration: int) -> Batch:
        """The batch of the step that follows `iteration` steps."""
        epoch, step = divmod(iteration, self.steps)
        if epoch != self.epoch:
            self.epoch = epoch
            self.index = self._stacked(self.draws.order)
            if self.recipe.augmentation == "flip-crop":
                self.shifts = self._stacked(self.draws.shifts)
        images, labels = self.examples.images[self.index[step]], self.examples.labels[self.index[step]]
        if self.recipe.augmentation == "flip-crop":
            single = images.reshape(len(labels) * labels.shape[1], -1, *images.shape[-2:])
            images = flipped_and_cropped(single, self.shifts[step].flatten(0, 1)).view(images.shape)
        number = torch.tensor(iteration, device=self.device)
        return Batch(images, labels, self.examples.mean, self.examples.deviation, self.keys, number)

    def _stacked(self, draw: Callable[[int, int], np.ndarray]) -> Tensor:
        """What is drawn for each example of the epoch, as [steps, networks, batch, ...]."""
        drawn = np.stack([draw(network, self.epoch)[: self.steps * self.recipe.batch] for network in range(self.networks)])
        parts = drawn.reshape(self.networks, self.steps, self.recipe.batch, *drawn.shape[2:])
        return torch.from_numpy(np.ascontiguousarray(parts.swapaxes(0, 1))).to(self.device)


def flipped_and_cropped(images: Tensor, shifts: Tensor) -> Tensor:
    """Images [n, channels, height, width] with a margin of PADDING zeros, each cropped to its size at its (row, column) and flipped where its
    first number is 1: torchvision's RandomCrop and RandomHorizontalFlip. `shifts` is int64 [n, 3].
    """
    count, _, height, width = images.shape
    flip, down, right = shifts.T[:, :, None]
    rows = torch.arange(height, device=images.device) + down - PADDING
    columns = torch.arange(width, device=images.device)
    columns = torch.where(flip > 0, width - 1 - columns, columns) + right - PADDING
    inside = ((rows >= 0) & (rows < height))[:, :, None] & ((columns >= 0) & (columns < width))[:, None, :]
    each = torch.arange(count, device=images.device)[:, None, None]
    taken = images[each, :, rows.clamp(0, height - 1)[:, :, None], columns.clamp(0, width - 1)[:, None, :]]
    return torch.where(inside[..., None], taken, 0).permute(0, 3, 1, 2).contiguous()


def masked(values: Tensor, mask: Tensor, out: Tensor | None = None) -> Tensor:
    """Values where all bits of `mask` are set, and 0 where none is. A product would leave NaN, and `torch.where` takes ten times as long."""
    kept = torch.bitwise_and(values.view(mask.dtype), mask, out=None if out is None else out.view(mask.dtype))
    return kept.view(values.dtype)


class Gradient:
    """A function of (rows, mask, batch, out) that fills `out` with the masked gradient of each network's mean cross-entropy, weight decay
    included, and puts the new statistics of batch norm into the rows.

    Where a stack goes through one multiplication of many matrices at once, and where one network after the other, was measured
    (docs/performance.md): at once on a GPU, and on a CPU for short trainings of dense layers alone.
    """

    def __init__(self, architecture: Architecture, layout: Layout, recipe: Recipe, device: torch.device):
        self.architecture, self.layout, self.recipe = architecture, layout, recipe
        convolutions = any(len(shape) == 4 for shape in layout.shapes.values())
        compiled = recipe.iterations >= PAYS and can_compile(device)
        self.at_once = device.type == "cuda" or not (convolutions or compiled)
        self.gradients = self._compiled() if compiled else self._plain

    def __call__(self, rows: Tensor, mask: Tensor, batch: Batch, out: Tensor) -> None:
        if self.at_once:
            self._step(rows, mask, out, batch.stack())
            return
        for network, row in enumerate(rows):
            self._step(row, mask[network], out[network], batch.of(network))

    def _step(self, rows: Tensor, mask: Tensor, out: Tensor, batch: tuple[Tensor, ...]) -> None:
        """For one network [values], or for a stack [networks, values]."""
        trained = self.layout.views(rows)
        fixed = {name: trained.pop(name) for name in self.layout.statistics}
        gradients, statistics = self.gradients(trained, fixed, *batch)
        places, masks = self.layout.views(out), self.layout.views(mask)
        for name, gradient in gradients.items():
            if self.recipe.weight_decay:
                gradient.add_(trained[name], alpha=self.recipe.weight_decay)
            masked(gradient, masks[name], places[name])
        for name, value in fixed.items():
            value.copy_(statistics[name])

    def _loss(self, trained: Mapping[str, Tensor], fixed: Mapping[str, Tensor], *batch: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        """One network's loss, and its new statistics."""
        images, labels, key, mean, deviation, iteration = batch
        mode = passes.Training(key, iteration)
        pixels = (images.to(next(iter(trained.values())).dtype) - mean) / deviation
        return cross_entropy(self.architecture.forward({**trained, **fixed}, pixels, mode), labels), mode.statistics

    def _plain(self, trained: Mapping[str, Tensor], fixed: Mapping[str, Tensor], *batch: Tensor) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
        # Leaves of their own: a gradient with respect to the rows would be a sum of as many whole rows as there are parameters.
        leaves = {name: value.detach().requires_grad_() for name, value in trained.items()}
        loss, statistics = (torch.func.vmap(self._loss, in_dims=STACKED) if self.at_once else self._loss)(leaves, fixed, *batch)
        gradients = torch.autograd.grad(loss.sum(), list(leaves.values()))
        return dict(zip(leaves, gradients, strict=True)), statistics

    def _compiled(self) -> Callable[..., tuple[dict[str, Tensor], dict[str, Tensor]]]:
        step = torch.func.grad(self._loss, has_aux=True)
        return _compiled(torch.func.vmap(step, in_dims=STACKED) if self.at_once else step)


def _compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    def called(*arguments: Any) -> Any:
        return function(*arguments)

    # Shapes, types and device never change within a training, so the guards (0.1 ms a call) have nothing to find. But compiled code is kept
    # by code object: without a code object of its own, a second training in the process would run the first one's.
    own = types.FunctionType(called.__code__.replace(), called.__globals__, called.__name__, None, called.__closure__)
    options: dict[str, Any] = {"guard_filter_fn": lambda guards: [False] * len(guards)}
    return torch.compile(own, fullgraph=True, dynamic=False, options=options)


def can_compile(device: torch.device) -> bool:
    """Whether steps can be compiled here, found out by compiling one: it takes a C++ compiler and Python's headers. Says in a line if not."""
    try:
        torch.compile(lambda x: x + 1)(torch.zeros(2, device=device))
    except Exception as error:  # each of several compilers has its own
        reason = str(error).strip().splitlines()[0]
        print(f"steps run uncompiled, which is slower: no working compiler for {device.type} ({reason})", flush=True)
        return False
    return True


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


def _finished(architecture: Architecture, layout: Layout, state: State, mask: Tensor, sets: Sets, recipe: Recipe, start: int) -> Run:
    iterations = np.array(recipe.evaluations(start))
    loss = np.where(np.isfinite(state.curves["validation_loss"]), state.curves["validation_loss"], np.inf)
    stop = loss.argmin(axis=1)
    measures = {"early_stop_iteration": iterations[stop], "diverged": ~np.isfinite(np.stack(list(state.curves.values()))).all(axis=(0, 2))}
    for name, curve in state.curves.items():
        measures[f"early_stop_{name}"] = curve[np.arange(len(stop)), stop]
        measures[f"final_{name}"] = curve[:, -1]
    for moment, rows in (("early_stop", state.best_rows), ("final", state.rows)):
        (result,) = evaluate(architecture, layout, rows, [sets.training])
        measures[f"{moment}_train_loss"], measures[f"{moment}_train_accuracy"] = result
    pruned = [masked(row, ~bits).abs().max() for row, bits in zip(state.rows, mask, strict=True)]
    measures["largest_pruned_weight"] = torch.stack(pruned).cpu().numpy()
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
