"""What figures may draw of an experiment."""

import dataclasses
from collections.abc import Mapping

from lth.lottery.names import DENSE
from lth.training.measures import TEST

FACTS = (  # the rows of a table of experiments
    "Data",
    "Convolutions",
    "Fully-connected layers",
    "Weights",
    "of these in convolutions",
    "Iterations",
    "Batch",
    "Optimizer",
    "Pruned in each round",
)


@dataclasses.dataclass(frozen=True)
class Subject:
    """An experiment, as figures see it.

    `strategies` have their last round and their branches, and `dense` has the branches at round 0.
    `moments` are iterations whose accuracies the table has. Networks are evaluated after every
    `evaluate_every` of `iterations`, on the test set after every `tested_every`. `levels` are by
    strategy the percents of weights remaining in rounds 0, 1, 2, ... `untrained` are the strategies
    whose masks no training run has found. `layers` are its weights by name, those of the
    input layer first, and `facts` are what a table of experiments says of it.
    """

    strategies: Mapping[str, tuple[int, tuple[str, ...]]]
    dense: tuple[str, ...]
    moments: tuple[int, ...]
    evaluate_every: int
    tested_every: int
    iterations: int
    levels: Mapping[str, tuple[float, ...]]
    untrained: frozenset[str]
    layers: tuple[str, ...] = ()
    facts: Mapping[str, str] = dataclasses.field(default_factory=dict)

    def has(self, strategy: str, branch: str) -> bool:
        """Whether a strategy has a branch."""
        return strategy in self.strategies and branch in self.strategies[strategy][1]

    def trains(self, strategy: str, round: int, branch: str) -> bool:
        """Whether there is a training run of a round. Round 0 is that of strategy `dense`."""
        if strategy == DENSE:
            return round == 0 and branch in self.dense
        return self.has(strategy, branch) and 1 <= round <= self.strategies[strategy][0]

    def second(self, curve: str) -> int:
        """The second iteration at which a curve of the dense network has a value."""
        every = self.tested_every if curve in TEST else self.evaluate_every
        return min(every, self.iterations)

    def described(self) -> str:
        """The lines that there are, for messages."""
        strategies = [
            f"{name} with rounds 1 to {last}, branches {', '.join(branches)}"
            for name, (last, branches) in self.strategies.items()
        ]
        return "; ".join([*strategies, f"dense with branches {', '.join(self.dense)}"])
