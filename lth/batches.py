"""The examples of a training, and the batch of each step: data lie on the device as bytes, a batch is an index, augmentation happens there."""

import dataclasses
from collections.abc import Callable
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from lth.settings import Recipe

PADDING = 4  # pixels by which `flip-crop` moves an image at most
SHIFTS = (2, 2 * PADDING + 1, 2 * PADDING + 1)  # below which its draws of (flip, rows, columns) lie


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
        """For each example of the epoch, in its order, (flip, rows, columns): int64 [n, 3] from 0 to below SHIFTS."""
        ...

    def key(self, network: int) -> int:
        """The key of its dropout: a signed number of 64 bits."""
        ...


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
