"""Training a stack of networks of one shape: index, forward, loss, backward, mask, step, evaluate.

The stack is one tensor [networks, values], so the optimizer is one kernel over all. The networks do
not depend on each other: each has its own batches, dropout, augmentation and statistics, and its
gradient depends only on its own values.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from lth.networks.architecture import Architecture
from lth.networks.modes import TrainingMode
from lth.training.batches import Batch, Batches, LoadedSets
from lth.training.compilation import compiles
from lth.training.device import reproducible
from lth.training.evaluation import evaluate
from lth.training.gradients import gradients_of, pays_at_once
from lth.training.layout import Layout, masked, parts_of
from lth.training.measures import at_stops, from_curves
from lth.training.optimizers.choices import OPTIMIZERS
from lth.training.stack import Result, Stack
from lth.training.state import State


@reproducible()
def train(
    stack: Stack,
    *,
    device: torch.device,
    first: int = 0,
    resume: State | None = None,
    on_evaluation: Callable[[State], None] = lambda state: None,
) -> Result:
    """Trains a stack from its weights under its masks, from iteration `first` to the last.

    Weights are 0 where the mask is, before the first step and after every step, and so is the state
    of the optimizer. `on_evaluation` sees the state after each evaluation. A training run that is
    given one of these as `resume` ends bit for bit as if it had never stopped. Where memory is too
    small it fails as torch does (see `memory.within_memory`).
    """
    loop = Loop(stack, device, first, resume)
    for iteration in stack.recipe.evaluations(loop.state.iteration):
        advance(loop, iteration)
        if resume is None or iteration > resume.iteration:
            names = stack.recipe.sets_at(iteration, first)
            sets = {name: getattr(loop.sets, name) for name in names}
            found = evaluate(loop.architecture, loop.layout, loop.state.values, sets)
            loop.state.keep_best(loop.state.record(found))
            on_evaluation(loop.state)
    return _finished(loop, first)


def advance(loop: Loop, until: int) -> None:
    """Makes steps until so many were made."""
    recipe, state = loop.recipe, loop.state
    optimizer = OPTIMIZERS[recipe.optimizer]
    for iteration in range(state.iteration, until):
        batch = loop.batches.at(iteration)  # index
        for part, examples in zip(loop.parts, batch.parts(at_once=loop.at_once), strict=True):
            # forward, loss, backward
            gradients, statistics = loop.backward(part.trained, part.statistics, examples)
            for name, gradient in gradients.items():
                if recipe.weight_decay:
                    gradient.add_(part.trained[name], alpha=recipe.weight_decay)
                masked(gradient, part.mask[name], out=part.gradient[name])  # mask
            for name, value in statistics.items():
                part.statistics[name].copy_(value)
        rate = recipe.rate(iteration)
        optimizer.step(state.values, loop.gradient, state.optimizer, rate, recipe.momentum)  # step
    state.iteration = until


def loss(
    architecture: Architecture,
    trained: Mapping[str, Tensor],
    statistics: Mapping[str, Tensor],
    batch: Batch,
) -> tuple[Tensor, dict[str, Tensor]]:
    """One network's mean cross-entropy (nats) on its batch, and its new statistics."""
    mode = TrainingMode(batch.key, batch.iteration)
    images = batch.images.to(next(iter(trained.values())).dtype)
    pixels = (images - batch.mean) / batch.deviation
    logits = architecture.forward({**trained, **statistics}, pixels, mode)
    return cross_entropy(logits, batch.labels), mode.statistics


class Loop:
    """A training run under way: all that it needs, on the device, with its state and gradient."""

    def __init__(
        self, stack: Stack, device: torch.device, first: int = 0, resume: State | None = None
    ):
        self.architecture, self.recipe = stack.architecture, stack.recipe
        self.sets = LoadedSets.of(stack.sets, device)
        self.layout = Layout(stack.architecture)
        state = resume or State.of(self.layout.pack(stack.weights), first)
        self.mask = self.layout.bits(stack.masks, state.values.dtype).to(device)
        self.state = state.to(device, self.mask)
        self.gradient = torch.zeros_like(self.state.values)
        self.batches = Batches(
            stack.randomness, len(stack), self.sets.training, stack.recipe, device
        )
        compiling = compiles(stack.recipe, device)
        self.at_once = pays_at_once(self.layout, device, compiling=compiling)
        tensors = (self.state.values, self.mask, self.gradient)
        self.parts = parts_of(self.layout, *tensors, at_once=self.at_once)
        own_loss = functools.partial(loss, stack.architecture)
        self.backward = gradients_of(own_loss, at_once=self.at_once, compiling=compiling)


@reproducible()
def weights_at(
    iteration: int, stack: Stack, *, device: torch.device
) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """The weights [networks, ...] that `train` has after `iteration` steps.

    Beside them, whether all weights of each network are finite [networks].
    """
    loop = Loop(stack, device)
    advance(loop, iteration)
    finite = torch.stack([torch.isfinite(each).all() for each in loop.state.values])
    return loop.layout.unpack(loop.state.values), finite.cpu().numpy()


def _finished(loop: Loop, first: int) -> Result:
    state = loop.state
    iterations, tests = (np.array(of(first)) for of in (loop.recipe.evaluations, loop.recipe.tests))
    values = {"early_stop": state.best_values, "final": state.values}
    sets = {"train": loop.sets.training, "test": loop.sets.test}

    def evaluated(stop: str, names: tuple[str, ...]) -> dict[str, np.ndarray]:
        some = {name: sets[name] for name in names}
        return evaluate(loop.architecture, loop.layout, values[stop], some)

    measures = at_stops(from_curves(iterations, tests, state.curves), tests, evaluated)
    networks = zip(state.values, loop.mask, strict=True)
    pruned = [masked(each, ~bits).abs().max() for each, bits in networks]
    measures["largest_pruned_weight"] = torch.stack(pruned).cpu().numpy()
    return Result(iterations, tests, state.curves, measures, loop.layout.unpack(state.values))
