"""What a method of pruning is, and what it works on."""

import dataclasses
from collections.abc import Callable, Mapping
from typing import ClassVar, Protocol

import numpy as np

from lth.lottery.masks import Masks


@dataclasses.dataclass(frozen=True)
class Layers:
    """What a method works on, for one network.

    `masks` are those of the round before, by layer. `weights` are compared by magnitude, and
    `rates` are the shares to prune. Both are empty for a method that needs none. `stream` gives a
    generator for each layer.
    """

    masks: Masks
    weights: Mapping[str, np.ndarray]
    rates: Mapping[str, float]
    stream: Callable[[str], np.random.Generator]


class Method(Protocol):
    """A method of pruning: a class in a file of its own, and a line in `choices`."""

    together: ClassVar[bool]  # whether it ranks all layers with a rate as one
    at_random: ClassVar[bool]  # whether it draws masks, from no weights or rates

    @staticmethod
    def make(layers: Layers) -> dict[str, np.ndarray]:
        """The masks of one network after pruning."""
        ...
