"""Training a stack of fully-connected networks by what is left of each.

Between two evaluations the steps of a network are one call of compiled code. Its bits depend
neither on the CPU nor on how many networks are trained side by side.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import numpy as np

from lth.training import examples
from lth.training.measures import at_stops, from_curves
from lth.training.sparse.compiling import first_compilation
from lth.training.sparse.pixels import lay_out
from lth.training.sparse.ticket import Ticket
from lth.training.sparse.work import Examples, columns_of, examples_of
from lth.training.stack import Progress, Result, Stack, group

PART = 6_400  # examples that are laid out at once, a hundred blocks
Found = TypeVar("Found")
Values = Callable[[Ticket], np.ndarray]  # of a ticket, which are evaluated


def train(
    stack: Stack,
    *,
    threads: int = 1,
    first: int = 0,
    resume: Mapping[str, np.ndarray] | None = None,
    on_evaluation: Callable[[Progress], None] = lambda progress: None,
) -> Result:
    """Trains a stack from its weights under its masks, from iteration `first` to the last.

    It does what `lth.training.loop.train` does, with other rounding. `resume` are the arrays of
    what `on_evaluation` saw.
    """
    loop = Loop(stack, first, threads)
    if resume is not None:
        loop.go_on(resume)
    sets = {name: loop.laid_out(getattr(stack.sets, name)) for name in ("validation", "test")}
    for iteration in stack.recipe.evaluations(loop.iteration):
        loop.advance(iteration)
        if resume is None or iteration > resume["iteration"]:
            names = stack.recipe.sets_at(iteration, first)
            for number in loop.record(loop.evaluate({name: sets[name] for name in names})):
                loop.tickets[number].keep_best()
            on_evaluation(loop)
    return _finished(loop, sets["test"])


def weights_at(
    iteration: int, stack: Stack, *, threads: int = 1
) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """The weights [networks, ...] that `train` has after `iteration` steps.

    Beside them, whether all weights of each network are finite [networks].
    """
    loop = Loop(stack, 0, threads)
    loop.advance(iteration)
    weights = loop.weights()
    finite = [np.isfinite(value).reshape(len(value), -1).all(axis=1) for value in weights.values()]
    return weights, np.all(finite, axis=0)


class Loop(Progress):
    """A training run under way: its networks, and the examples that they learn."""

    def __init__(self, stack: Stack, first: int, threads: int):
        super().__init__(first, {})
        self.stack, self.first, self.threads = stack, first, threads
        self.tickets = [Ticket(stack, number) for number in range(len(stack))]
        self.kind = self.tickets[0].best.dtype.type
        self.training = self._examples(stack.sets.training)
        with first_compilation(self.kind.__name__):
            self._try_kernels()

    def advance(self, until: int) -> None:
        """Makes steps until so many were made."""
        rates = [self.stack.recipe.rate(each) for each in range(self.iteration, until)]
        numbers, made = np.array(rates, np.float64), self.iteration - self.first
        self._each(lambda ticket: ticket.advance(self.training, self.iteration, numbers, made))
        self.iteration = until

    def evaluate(
        self,
        sets: Mapping[str, Iterable[Examples]],
        values: Values = lambda ticket: ticket.state.values,
    ) -> dict[str, np.ndarray]:
        """`NAME_loss` and `NAME_accuracy` of each set by name: float64 [networks].

        Losses are mean cross-entropies (nats), and accuracies go from 0 to 1.
        """
        results = {}
        for name, parts in sets.items():
            loss, right, count = np.zeros(len(self.tickets)), 0.0, 0
            for part in parts:
                found = self._each(lambda ticket, of=part: ticket.evaluate(values(ticket), of))
                more, hits = np.array(found, np.float64).T
                loss, right, count = loss + more, right + hits, count + part.labels.size
            mean = loss / count
            results[f"{name}_loss"] = np.where(np.isnan(mean), np.nan, mean)  # always the same bits
            results[f"{name}_accuracy"] = right / count
        return results

    def laid_out(self, some: examples.Examples) -> list[Examples]:
        """Examples for evaluations that are repeated."""
        return list(self.parts(some))

    def parts(self, some: examples.Examples) -> Iterator[Examples]:
        """Examples for an evaluation, a part at a time, since each part is a copy."""
        flat = self._examples(some)
        for first in range(0, len(some), PART):
            part = slice(first, first + PART)
            images = lay_out(flat.images[part], columns_of(self.kind))
            yield flat._replace(images=images, labels=flat.labels[part])

    def go_on(self, arrays: Mapping[str, np.ndarray]) -> None:
        """Takes up the training that had these arrays."""
        self.iteration, self.curves = int(arrays["iteration"]), group(arrays, "curves")
        for number, ticket in enumerate(self.tickets):
            ticket.restore({name: arrays[name][number] for name in ticket.kept})

    def arrays(self) -> dict[str, np.ndarray]:
        """All that it needs to go on, as arrays by name: [networks, parameters]."""
        kept = [ticket.arrays() for ticket in self.tickets]
        stacked = {name: np.stack([each[name] for each in kept]) for name in kept[0]}
        return super().arrays() | stacked

    def weights(self) -> dict[str, np.ndarray]:
        """The parameters [networks, ...] by name."""
        flat = np.stack([ticket.flat(ticket.state.values) for ticket in self.tickets])
        parameters = self.stack.architecture.parameters
        ends = np.cumsum([parameter.size for parameter in parameters])[:-1]
        return {
            parameter.name: np.ascontiguousarray(part).reshape(len(flat), *parameter.shape)
            for parameter, part in zip(parameters, np.split(flat, ends, axis=1), strict=True)
        }

    def _examples(self, some: examples.Examples) -> Examples:
        return examples_of(some.images, some.labels, some.mean, some.deviation, self.kind)

    def _try_kernels(self) -> None:
        """Calls each kernel with next to nothing to do, which compiles it."""
        ticket, some = self.tickets[0], self.training
        ticket.advance(some, 0, np.zeros(0), 0)
        laid_out = lay_out(some.images[:1], columns_of(self.kind))
        ticket.evaluate(ticket.best, some._replace(images=laid_out, labels=some.labels[:1]))

    def _each(self, do: Callable[[Ticket], Found]) -> list[Found]:
        """What a function gives for each network, in their order."""
        if self.threads == 1:
            return [do(ticket) for ticket in self.tickets]
        with ThreadPoolExecutor(self.threads) as pool:
            return list(pool.map(do, self.tickets))


def _finished(loop: Loop, test: Iterable[Examples]) -> Result:
    recipe = loop.stack.recipe
    iterations, tests = (np.array(of(loop.first)) for of in (recipe.evaluations, recipe.tests))
    values: dict[str, Values] = {
        "early_stop": lambda ticket: ticket.best,
        "final": lambda ticket: ticket.state.values,
    }

    def evaluated(stop: str, names: tuple[str, ...]) -> dict[str, np.ndarray]:
        sets = {"train": loop.parts(loop.stack.sets.training), "test": test}
        return loop.evaluate({name: sets[name] for name in names}, values[stop])

    measures = at_stops(from_curves(iterations, tests, loop.curves), tests, evaluated)
    pruned = [ticket.largest_pruned for ticket in loop.tickets]
    measures["largest_pruned_weight"] = np.array(pruned, np.float32)
    return Result(iterations, tests, loop.curves, measures, loop.weights())
