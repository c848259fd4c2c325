"""Iterative pruning with continued training (strategy 2 of appendix B)."""

from lth.lottery.branches.search import SEARCH
from lth.study.references import Making
from lth.study.strategies.iterative import Iterative
from lth.study.strategies.strategy import before, trained_before


class Continued(Iterative, tag="continued"):
    """Train, prune, train on. The tickets of each round are measured after a reset to θ0."""

    def making(self, name: str, round: int) -> Making:
        strategy, number = before(name, round)
        weights = trained_before(name, round, SEARCH if round > 1 else "ticket")
        return Making(method=self.method, strategy=strategy, round=number, weights=weights)
