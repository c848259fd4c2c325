"""What all strategies have: names of files for each round. Pruning itself is in `lottery`."""

from collections.abc import Mapping

from lth.lottery.names import DENSE
from lth.settings import Repeats, Settings
from lth.study.references import InitialWeights, Making, TrainedWeights, Weights


class Strategy(Settings, tag_field="kind"):
    """A strategy: what the mask of each round is made from, and what its tickets start from.

    `branches` are trained in every round, each so many times a trial. `name` in its methods is that
    of the strategy in its experiment. Rounds are counted from 1.
    """

    branches: dict[str, Repeats]

    @property
    def last_round(self) -> int:
        """How many rounds it has."""
        raise NotImplementedError

    def making(self, name: str, round: int) -> Making:
        """How the mask of a round is made."""
        raise NotImplementedError

    def rates_of(self, round: int) -> Mapping[str, float]:
        """The rates by class of layer that make a round; none where its method needs none."""
        raise NotImplementedError

    @property
    def reset(self) -> Weights:
        """What tickets are reset to."""
        return InitialWeights()


def before(name: str, round: int) -> tuple[str, int]:
    """The strategy and round of the mask before a round, where rounds follow each other."""
    return (name, round - 1) if round > 1 else (DENSE, 0)


def trained_before(name: str, round: int, branch: str) -> TrainedWeights:
    """The weights of a branch that were trained under the mask before a round."""
    strategy, number = before(name, round)
    return TrainedWeights(strategy=strategy, round=number, branch=branch)
