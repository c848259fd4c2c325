"""One-shot pruning (paper, section 2)."""

from collections.abc import Mapping

from lth.lottery.names import DENSE
from lth.settings import Rate
from lth.study.references import Making
from lth.study.strategies.strategy import Strategy, trained_before


class Oneshot(Strategy, tag="oneshot"):
    """The dense network, trained once, is pruned by each of `rates`. Round n has the n-th one."""

    method: str
    rates: tuple[dict[str, Rate], ...]

    @property
    def last_round(self) -> int:
        return len(self.rates)

    def making(self, name: str, round: int) -> Making:
        weights = trained_before(name, 1, "ticket")
        return Making(method=self.method, strategy=DENSE, round=0, weights=weights)

    def rates_of(self, round: int) -> Mapping[str, float]:
        return self.rates[round - 1]
