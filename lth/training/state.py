"""What goes into a training run, what it is while it lasts, and what comes out of it."""

import dataclasses
from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor

from lth.networks.architecture import Architecture
from lth.training.batches import Sets
from lth.training.draws import Draws
from lth.training.layout import masked
from lth.training.recipe import Recipe


@dataclasses.dataclass(frozen=True)
class Stack:
    """Networks of one shape that are trained together, and all that their training depends on.

    `weights` are what they start from, and `masks` (bool) what of it is trained: arrays
    [networks, ...] by parameter name.
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
        """The first network only."""
        weights = {name: value[:1] for name, value in self.weights.items()}
        masks = {name: value[:1] for name, value in self.masks.items()}
        return dataclasses.replace(self, weights=weights, masks=masks)


@dataclasses.dataclass
class State:
    """All that a training run needs to go on after `iteration` steps.

    Rows are [networks, values], the best those of minimum validation loss yet. `optimizer` has
    tensors by name, and curves are [networks, evaluations].
    """

    iteration: int
    rows: Tensor
    best_rows: Tensor
    optimizer: dict[str, Tensor]
    curves: dict[str, np.ndarray]

    @classmethod
    def of(cls, rows: Tensor, iteration: int) -> "State":
        """That of a training run which begins with these rows."""
        return cls(iteration, rows, rows, {}, {})

    def to(self, device: torch.device, mask: Tensor) -> "State":
        """A copy on a device, with exact zeros where the mask (bits) is not set."""
        rows = masked(self.rows.to(device), mask)
        best_rows = masked(self.best_rows.to(device), mask)
        optimizer = {name: value.to(device, copy=True) for name, value in self.optimizer.items()}
        return State(self.iteration, rows, best_rows, optimizer, self.curves)

    def record(self, evaluation: Mapping[str, np.ndarray]) -> None:
        """Appends losses and accuracies [networks] to the curves of their names.

        Networks whose validation loss is the lowest yet are copied to the best rows.
        """
        lowest = self._lowest_losses()
        for network in np.flatnonzero(evaluation["validation_loss"] < lowest):
            self.best_rows[network] = self.rows[network]
        none = np.empty((len(self.rows), 0))
        before = {name: self.curves.get(name, none) for name in evaluation}
        self.curves = {
            name: np.column_stack([before[name], value]) for name, value in evaluation.items()
        }

    def _lowest_losses(self) -> np.ndarray:
        """The lowest finite validation loss of each network [networks], or infinity."""
        before = self.curves.get("validation_loss", np.full((len(self.rows), 1), np.inf))
        return np.min(np.where(np.isfinite(before), before, np.inf), axis=1)


@dataclasses.dataclass(frozen=True)
class Run:
    """What a training run gives.

    Curves are [networks, evaluations] at `iterations`, measures [networks] (see `measures`), and
    weights by parameter name [networks, ...].
    """

    iterations: np.ndarray
    curves: dict[str, np.ndarray]
    measures: dict[str, np.ndarray]
    weights: dict[str, np.ndarray]
