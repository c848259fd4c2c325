"""The examples of a training run on a device, and the batch of each step.

Images lie there as bytes. A batch is an index into them, and augmentation happens there.
"""

import dataclasses
from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from lth.training.examples import Examples, Sets
from lth.training.randomness import PADDING, Randomness
from lth.training.recipe import Recipe


@dataclasses.dataclass(frozen=True)
class Loaded:
    """`Examples` as tensors on a device."""

    images: Tensor
    labels: Tensor
    mean: Tensor
    deviation: Tensor

    def __len__(self) -> int:
        return len(self.labels)

    @classmethod
    def of(cls, examples: Examples, device: torch.device) -> "Loaded":
        """Examples on a device."""
        arrays = (examples.images, examples.labels, examples.mean, examples.deviation)
        return cls(*(torch.from_numpy(array).to(device) for array in arrays))


@dataclasses.dataclass(frozen=True)
class LoadedSets:
    """`Sets` as tensors on a device."""

    training: Loaded
    validation: Loaded
    test: Loaded

    @classmethod
    def of(cls, sets: Sets, device: torch.device) -> "LoadedSets":
        """Sets on a device."""
        parts = (sets.training, sets.validation, sets.test)
        return cls(*(Loaded.of(part, device) for part in parts))


class Batch(NamedTuple):
    """The examples of one step, with what dropout depends on: of a stack, or of one network.

    Of a stack, images (bytes), labels and key have a first axis [networks]. The rest is the same
    for all networks.
    """

    images: Tensor
    labels: Tensor
    key: Tensor
    mean: Tensor
    deviation: Tensor
    iteration: Tensor

    def parts(self, *, at_once: bool) -> Iterator["Batch"]:
        """The batch of the stack itself, or that of each network."""
        if at_once:
            yield self
            return
        for images, labels, key in zip(self.images, self.labels, self.key, strict=True):
            if images.dim() == 4:  # a CPU's convolutions are fastest channels-last
                images = images.contiguous(memory_format=torch.channels_last)
            yield self._replace(images=images, labels=labels, key=key)


class Batches:
    """The batch of each step, from every network's own permutation of each epoch.

    The incomplete last batch of an epoch is dropped.
    """

    def __init__(
        self,
        randomness: Randomness,
        networks: int,
        examples: Loaded,
        recipe: Recipe,
        device: torch.device,
    ):
        self.randomness, self.networks, self.examples = randomness, networks, examples
        self.size, self.device = recipe.batch, device
        self.augmented = recipe.augmentation == "flip-crop"
        self.steps = len(examples) // recipe.batch
        keys = [randomness.key(network) for network in range(networks)]
        self.keys = torch.tensor(keys, dtype=torch.int64, device=device)
        self.epoch = -1
        self.index = self.shifts = torch.empty(0)

    def at(self, iteration: int) -> Batch:
        """The batch of the step that follows `iteration` steps."""
        epoch, step = divmod(iteration, self.steps)
        if epoch != self.epoch:
            self._begin(epoch)
        index, examples = self.index[step], self.examples
        images = examples.images[index]
        if self.augmented:
            channels = images.reshape(index.numel(), -1, *images.shape[-2:])
            images = flipped_and_cropped(channels, self.shifts[step].flatten(0, 1)).view(
                images.shape
            )
        number = torch.tensor(iteration, device=self.device)
        labels = examples.labels[index]
        return Batch(images, labels, self.keys, examples.mean, examples.deviation, number)

    def _begin(self, epoch: int) -> None:
        self.epoch = epoch
        self.index = self._drawn(self.randomness.order)
        if self.augmented:
            self.shifts = self._drawn(self.randomness.shifts)

    def _drawn(self, draw: Callable[[int, int], np.ndarray]) -> Tensor:
        """What is drawn for each example of the epoch, as [steps, networks, batch, ...]."""
        used = self.steps * self.size
        drawn = np.stack([draw(network, self.epoch)[:used] for network in range(self.networks)])
        parts = drawn.reshape(self.networks, self.steps, self.size, *drawn.shape[2:])
        return torch.from_numpy(np.ascontiguousarray(parts.swapaxes(0, 1))).to(self.device)


def flipped_and_cropped(images: Tensor, shifts: Tensor) -> Tensor:
    """Images [n, channels, height, width], each flipped and cropped by its own `shifts`.

    `shifts` is int64 [n, 3]: (flip, row, column). Every image gets a margin of PADDING zeros, is
    cropped to its size at (row, column), and is flipped where flip is 1. This is torchvision's
    RandomCrop and RandomHorizontalFlip.
    """
    count, _, height, width = images.shape
    flip, down, right = shifts.T[:, :, None]
    rows = torch.arange(height, device=images.device) + down - PADDING
    columns = torch.arange(width, device=images.device)
    columns = torch.where(flip > 0, width - 1 - columns, columns) + right - PADDING
    inside_rows = ((rows >= 0) & (rows < height))[:, :, None]
    inside_columns = ((columns >= 0) & (columns < width))[:, None, :]
    image = torch.arange(count, device=images.device)[:, None, None]
    row, column = rows.clamp(0, height - 1)[:, :, None], columns.clamp(0, width - 1)[:, None, :]
    taken = images[image, :, row, column]  # [n, height, width, channels]
    inside = (inside_rows & inside_columns)[..., None]
    return torch.where(inside, taken, 0).permute(0, 3, 1, 2).contiguous()
