"""Iterative pruning with resetting: the paper's way (strategy 1 of appendix B)."""

from collections.abc import Mapping

from lth.settings import Rate, Rounds
from lth.study.references import Making
from lth.study.strategies.strategy import Strategy, before, trained_before


class Iterative(Strategy, tag="iterative"):
    """Train, prune, reset to θ0; `rounds` times.

    `method` says how weights are pruned. `rates` are shares of the survivors by class of layer.
    """

    method: str
    rounds: Rounds
    rates: dict[str, Rate]

    @property
    def last_round(self) -> int:
        return self.rounds

    def making(self, name: str, round: int) -> Making:
        strategy, number = before(name, round)
        weights = trained_before(name, round, "ticket")
        return Making(method=self.method, strategy=strategy, round=number, weights=weights)

    def rates_of(self, round: int) -> Mapping[str, float]:
        return self.rates
