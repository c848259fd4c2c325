"""Pruning before any training (paper, appendix F)."""

from lth.study.references import InitialWeights, Making
from lth.study.strategies.iterative import Iterative
from lth.study.strategies.strategy import before


class Early(Iterative, tag="early"):
    """Prune θ0 itself by magnitude; `rounds` times."""

    def making(self, name: str, round: int) -> Making:
        strategy, number = before(name, round)
        return Making(method=self.method, strategy=strategy, round=number, weights=InitialWeights())
