"""All randomness of a training run: orders of examples, augmentation, and keys of dropout."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np

from lth import seeds

PADDING = 4  # pixels by which `flip-crop` moves an image at most
SHIFTS = (2, 2 * PADDING + 1, 2 * PADDING + 1)  # (flip, rows, columns) are drawn from 0 to below


@dataclasses.dataclass(frozen=True)
class Randomness:
    """Named streams at the address of each network of a stack.

    `address` are strategy, round and branch, and `pairs` are (trial, repeat) of each network. With
    the data order `shared` only the trial counts. `count` is the number of training examples.
    """

    seed: int
    address: Mapping[str, int | str]
    data_order: Literal["fresh", "shared"]
    pairs: Sequence[tuple[int, int]]
    count: int

    def order(self, network: int, epoch: int) -> np.ndarray:
        """A permutation of the training examples, int64 [examples]."""
        return self._stream("data order", network, epoch=epoch).permutation(self.count)

    def shifts(self, network: int, epoch: int) -> np.ndarray:
        """(flip, rows, columns) of each example of the epoch, in its order: int64 [examples, 3]."""
        stream = self._stream("augmentation", network, epoch=epoch)
        return stream.integers(0, SHIFTS, (self.count, 3))

    def key(self, network: int) -> int:
        """The key of its dropout: a signed number of 64 bits."""
        return int(self._stream("dropout", network).integers(-(1 << 63), (1 << 63) - 1))

    def _stream(self, purpose: str, network: int, **coordinates: int) -> np.random.Generator:
        trial, repeat = self.pairs[network]
        fresh = {**self.address, "repeat": repeat} if self.data_order == "fresh" else {}
        return seeds.stream(self.seed, purpose, trial=trial, **coordinates, **fresh)
