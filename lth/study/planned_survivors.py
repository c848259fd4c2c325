"""How many weights each round leaves, counted without any weights: sizes and rates say it."""

from collections.abc import Iterator, Mapping

from lth.lottery.names import DENSE
from lth.lottery.pruning.choices import METHODS
from lth.lottery.pruning.magnitude import count
from lth.networks.architecture import Architecture
from lth.study.experiment import Experiment

TOGETHER = "all layers"  # those that are pruned together, as one
Left = Mapping[str, int]  # weights left by layer
Round = tuple[str, int]  # strategy and round


def survivors(experiment: Experiment, architecture: Architecture) -> dict[Round, Left]:
    """Weights left in each layer, by strategy and round. Round 0 stands once, as `dense`."""
    left: dict[Round, Left] = {(DENSE, 0): sizes_of(architecture)}
    for name, round in _in_order(experiment):
        making = experiment.strategies[name].making(name, round)
        before = left[making.strategy, making.round]
        method = METHODS[making.method]
        if method.at_random:  # as dense as the mask that it is like
            left[name, round] = before
        else:
            rates = experiment.strategies[name].rates_of(round)
            left[name, round] = _pruned(before, rates, architecture, together=method.together)
    return left


def sizes_of(architecture: Architecture) -> dict[str, int]:
    """The number of weights in each layer."""
    return {weight.name: weight.size for weight in architecture.weights}


def _in_order(experiment: Experiment) -> Iterator[Round]:
    """All rounds, those that others begin with before these."""
    done: dict[Round, None] = {(DENSE, 0): None}
    waiting = [
        (name, round)
        for name, strategy in experiment.strategies.items()
        for round in range(1, strategy.last_round + 1)
    ]
    while waiting:
        later: list[Round] = []
        for name, round in waiting:
            making = experiment.strategies[name].making(name, round)
            if (making.strategy, making.round) in done:
                done[name, round] = None
                yield name, round
            else:
                later.append((name, round))
        assert len(later) < len(waiting), "checked before: every round begins with one that exists"
        waiting = later


def _pruned(
    before: Left, rates: Mapping[str, float], architecture: Architecture, *, together: bool
) -> Left:
    each = {weight.name: rates.get(weight.layer, 0.0) for weight in architecture.weights}
    each[TOGETHER] = max(each.values())
    if together and TOGETHER not in before:
        apart = {layer: number for layer, number in before.items() if not each[layer]}
        before = apart | {TOGETHER: sum(before.values()) - sum(apart.values())}
    return {layer: number - count(number, each[layer]) for layer, number in before.items()}
