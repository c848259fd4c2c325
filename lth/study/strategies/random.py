"""Random sparsity (paper, appendix E)."""

from collections.abc import Mapping

from lth.settings import Rounds
from lth.study.references import Making
from lth.study.strategies.strategy import Strategy


class Random(Strategy, tag="random"):
    """Networks as dense, layer by layer, as those of another strategy, with masks drawn at random.

    `like` is the name of that strategy. The branch `reinit` has fresh weights. Every repeat has a
    mask of its own.
    """

    like: str
    rounds: Rounds

    @property
    def last_round(self) -> int:
        return self.rounds

    def making(self, name: str, round: int) -> Making:
        return Making(method="random", strategy=self.like, round=round, weights=None)

    def rates_of(self, round: int) -> Mapping[str, float]:
        return {}
