"""D_θ of a network: where its weights come from."""

import dataclasses

import numpy as np

from lth import seeds
from lth.lottery.initializations.choices import INITIALIZATIONS
from lth.lottery.masks import Weights
from lth.lottery.names import check_number, split_name
from lth.networks.architecture import Architecture
from lth.settings import unknown


def check_initialization(text: str, where: str) -> None:
    """Raises ValueError for a name that means no initialization. `where` is its dotted key."""
    name, _ = split_name(text)
    if name not in INITIALIZATIONS:
        raise unknown(where, "initialization", text, INITIALIZATIONS)
    check_number(text, where, INITIALIZATIONS[name].numbered)


@dataclasses.dataclass(frozen=True)
class Distribution:
    """D_θ: the network, and the name of its initialization."""

    architecture: Architecture
    initialization: str

    def deviations(self) -> dict[str, float]:
        """The standard deviation of each weight by name."""
        name, number = split_name(self.initialization)
        deviation = INITIALIZATIONS[name].deviation
        weights = self.architecture.weights
        return {weight.name: deviation(*weight.fans, number or 0.0) for weight in weights}

    def draw(self, seed: int, purpose: str, **coordinates: int | str) -> Weights:
        """The parameters of one network, float32 arrays by name.

        Each weight is drawn from its own stream. The other parameters start as they always do.
        """
        deviations = self.deviations()
        drawn: Weights = {}
        for parameter in self.architecture.parameters:
            name, shape = parameter.name, parameter.shape
            if parameter.weight:
                stream = seeds.stream(seed, purpose, parameter=name, **coordinates)
                values = stream.standard_normal(shape) * deviations[name]
                drawn[name] = values.astype(np.float32)
            else:
                drawn[name] = np.full(shape, parameter.initial, np.float32)
        return drawn
