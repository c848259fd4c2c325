"""What goes into a training run, how far it is while it lasts, and what comes out of it."""

import dataclasses
from collections.abc import Mapping

import numpy as np

from lth.networks.architecture import Architecture
from lth.training.examples import Sets
from lth.training.randomness import Randomness
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
    randomness: Randomness

    def __len__(self) -> int:
        return len(next(iter(self.weights.values())))

    def first(self) -> "Stack":
        """The first network only."""
        weights = {name: value[:1] for name, value in self.weights.items()}
        masks = {name: value[:1] for name, value in self.masks.items()}
        return dataclasses.replace(self, weights=weights, masks=masks)


@dataclasses.dataclass
class Progress:
    """How far a training run is: its steps, and curves [networks, evaluations] by name.

    A curve has the evaluations of its set. Each engine has a class of its own, with all that it
    needs to go on.
    """

    iteration: int
    curves: dict[str, np.ndarray]

    def arrays(self) -> dict[str, np.ndarray]:
        """All that a training run needs to go on, as arrays by name."""
        return {
            "iteration": np.array(self.iteration),
            **{f"curves/{name}": curve for name, curve in self.curves.items()},
        }

    def record(self, evaluation: Mapping[str, np.ndarray]) -> np.ndarray:
        """Appends losses and accuracies [networks] to the curves of their names.

        Gives the numbers of the networks whose validation loss is the lowest yet.
        """
        loss = evaluation["validation_loss"]
        none = np.empty((len(loss), 0))
        earlier = self.curves.get("validation_loss", none)
        finite = np.where(np.isfinite(earlier), earlier, np.inf)
        after = {
            name: np.column_stack([self.curves.get(name, none), value])
            for name, value in evaluation.items()
        }
        self.curves = self.curves | after  # states that were seen before stay as they are
        return np.flatnonzero(loss < finite.min(axis=1, initial=np.inf))


def group(arrays: Mapping[str, np.ndarray], name: str) -> dict[str, np.ndarray]:
    """The arrays whose names begin with "NAME/", by the rest of their names."""
    found = {full.partition("/"): array for full, array in arrays.items()}
    return {rest: array for (first, _, rest), array in found.items() if first == name and rest}


@dataclasses.dataclass(frozen=True)
class Result:
    """What a training run gives.

    Curves are [networks, evaluations] at `iterations`, those of the test set at `test_iterations`.
    Measures are [networks] (see `measures`), and weights [networks, ...] by parameter name.
    """

    iterations: np.ndarray
    test_iterations: np.ndarray
    curves: dict[str, np.ndarray]
    measures: dict[str, np.ndarray]
    weights: dict[str, np.ndarray]
