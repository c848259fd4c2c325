"""A strategy for tests: `reborn`, where masks are pruned from networks with fresh weights."""

from lth.study.references import Making
from lth.study.strategies.iterative import Iterative
from lth.study.strategies.strategy import before, trained_before


class Reborn(Iterative, tag="reborn"):
    """Train fresh weights, prune, reset to θ0; `rounds` times."""

    def making(self, name: str, round: int) -> Making:
        """How the mask of a round is made."""
        strategy, number = before(name, round)
        weights = trained_before(name, round, "reinit")
        return Making(method=self.method, strategy=strategy, round=number, weights=weights)
