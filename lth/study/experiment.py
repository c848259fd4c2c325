"""An experiment of the paper, or one of your own, as a frozen and complete value."""

import dataclasses
from collections.abc import Mapping
from typing import Annotated

from msgspec import Meta

from lth.data.source import Source
from lth.files.paths import block_of
from lth.lottery.names import DENSE
from lth.networks.architecture import Architecture
from lth.networks.choices import Network
from lth.settings import Count, Seed, Settings
from lth.study.strategies.choices import Strategy
from lth.training.recipe import Recipe


@dataclasses.dataclass(frozen=True)
class BranchRuns:
    """The training runs of a branch of a round, over all trials and repeats."""

    strategy: str
    round: int
    branch: str


class Experiment(Settings):
    """One named configuration.

    `trials` are trained in blocks of at most `block`. `validation` is a number of examples.
    `moments` are iterations whose accuracies the table has.
    """

    dataset: str
    validation: Count
    seed: Seed
    trials: Annotated[int, Meta(ge=1, le=10_000)]
    block: Count
    network: Network
    recipe: Recipe
    moments: tuple[Count, ...]
    strategies: dict[str, Strategy]

    @property
    def blocks(self) -> list[str]:
        """The blocks of trials: `trials-0-4` and so on."""
        trials = range(self.trials)
        return [block_of(trials[first : first + self.block]) for first in trials[:: self.block]]

    @property
    def dense_branches(self) -> list[str]:
        """The branches of the dense network: those of all strategies, each once."""
        every = [branch for strategy in self.strategies.values() for branch in strategy.branches]
        return list(dict.fromkeys(every))

    @property
    def branch_runs(self) -> list[BranchRuns]:
        """The training runs of each block. Those of the dense network come first."""
        runs = [BranchRuns(DENSE, 0, branch) for branch in self.dense_branches]
        for name, strategy in self.strategies.items():
            for round in range(1, strategy.last_round + 1):
                runs += [BranchRuns(name, round, branch) for branch in strategy.branches]
        return runs

    @property
    def jobs(self) -> int:
        """How many training jobs it is: the runs of each block of trials."""
        rounds = sum(item.last_round * len(item.branches) for item in self.strategies.values())
        return -(-self.trials // self.block) * (len(self.dense_branches) + rounds)

    def repeats(self, strategy: str, branch: str) -> int:
        """How many networks of a branch a trial has in each round of a strategy."""
        dense = strategy == DENSE
        among = self.strategies.values() if dense else [self.strategies[strategy]]
        return max(item.branches.get(branch, 0) for item in among)

    def architecture(self, known: Mapping[str, Source]) -> Architecture:
        """Its network for the images of its data set. Raises ValueError where it does not fit."""
        source = known[self.dataset]
        return self.network.architecture(source.shape, source.classes)
