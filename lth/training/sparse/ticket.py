"""One network of a stack under training: what is left of it, its state, and its own examples."""

from collections.abc import Mapping

import numpy as np

from lth.networks.architecture import Architecture
from lth.training.randomness import Randomness
from lth.training.recipe import Recipe
from lth.training.sparse.network import aligned, network_of, pack, unpack
from lth.training.sparse.steps import evaluate, steps
from lth.training.sparse.work import Examples, Rule, State, work_of
from lth.training.stack import Stack


class Ticket:
    """A network of a stack. `best` are its values [values] of minimum validation loss yet.

    *Flat* values are those of all parameters of the whole network, one after another, with zeros
    where it is pruned.
    """

    def __init__(self, stack: Stack, number: int):
        architecture = stack.architecture
        weights = {name: value[number] for name, value in stack.weights.items()}
        masks = [stack.masks[weight.name][number] for weight in architecture.weights]
        flat = np.concatenate([weights[each.name].ravel() for each in architecture.parameters])
        self.size = flat.size
        self.network, self.places = network_of(masks)
        values = pack(flat, self.places)
        first, second = (aligned(values.shape, values.dtype) for _ in range(2))
        self.state = State(values, first, second)
        self.best = aligned(values.shape, values.dtype)
        self.keep_best()
        self.work = work_of(self.network, values)
        self.rule = _rule(stack.recipe, architecture, stack.randomness.key(number))
        self.order = Order(stack.randomness, number, stack.recipe.batch)

    def advance(self, examples: Examples, first: int, rates: np.ndarray, made: int) -> None:
        """Makes a step for each of the learning rates, from iteration `first` on.

        `made` is how many steps were made before.
        """
        order = self.order.of(first, first + len(rates))
        steps(self.network, self.state, examples, order, rates, self.rule, first, made, self.work)

    def evaluate(self, values: np.ndarray, laid_out: Examples) -> tuple[float, int]:
        """The sum of losses (nats) of values on laid-out examples, and how many are right."""
        return evaluate(self.network, values, laid_out, self.work)

    def keep_best(self) -> None:
        """Copies the values to the best ones."""
        self.best[:] = self.state.values

    def arrays(self) -> dict[str, np.ndarray]:
        """All that its training needs to go on, as flat values by name."""
        return {name: self.flat(values) for name, values in self.kept.items()}

    def restore(self, arrays: Mapping[str, np.ndarray]) -> None:
        """Takes the arrays of an earlier training run."""
        for name, values in self.kept.items():
            values[:] = pack(arrays[name], self.places)

    def flat(self, values: np.ndarray) -> np.ndarray:
        """Values [values] as flat ones. Each NaN has the same bits, which else differ."""
        flat = unpack(values, self.places, self.size)
        flat[np.isnan(flat)] = np.nan
        return flat

    @property
    def largest_pruned(self) -> float:
        """The largest magnitude among values that are pruned and computed all the same."""
        return np.abs(self.state.values[self.places < 0]).max(initial=0)

    @property
    def kept(self) -> dict[str, np.ndarray]:
        """All values that its training needs to go on, by name."""
        values, first, second = self.state
        return {
            "values": values,
            "best_values": self.best,
            "optimizer/first": first,
            "optimizer/second": second,
        }


class Order:
    """The examples of each step, from a network's own permutation of each epoch.

    The incomplete last batch of an epoch is dropped.
    """

    def __init__(self, randomness: Randomness, number: int, batch: int):
        self.randomness, self.number, self.batch = randomness, number, batch
        self.epoch, self.numbers = -1, np.empty((0, batch), np.int64)

    def of(self, first: int, last: int) -> np.ndarray:
        """Numbers of examples, int64 [last - first, batch], of the steps from `first` to `last`."""
        parts, count = [self.numbers[:0]], self.randomness.count // self.batch
        while first < last:
            epoch, step = divmod(first, count)
            self._begin(epoch)
            parts.append(self.numbers[step : step + last - first])
            first += len(parts[-1])
        return np.concatenate(parts)

    def _begin(self, epoch: int) -> None:
        if epoch != self.epoch:
            used = self.randomness.count // self.batch * self.batch
            drawn = self.randomness.order(self.number, epoch)[:used]
            self.epoch, self.numbers = epoch, drawn.reshape(-1, self.batch)


def _rule(recipe: Recipe, architecture: Architecture, key: int) -> Rule:
    layers = architecture.fully_connected
    assert layers is not None
    return Rule(
        adam=recipe.optimizer == "adam",
        momentum=float(recipe.momentum),
        weight_decay=float(recipe.weight_decay),
        dropout=float(layers.dropout),
        key=key,
    )
