"""Where weights lie that a plan names."""

from collections.abc import Mapping

from lth.study.plans.plan import Address
from lth.study.references import InitialWeights, RewoundWeights, TrainedWeights, Weights


def weights_at(weights: Weights, block: Mapping[str, str]) -> Address:
    """The file of a block that holds weights."""
    match weights:
        case InitialWeights():
            return Address("theta0", block)
        case RewoundWeights(iteration=iteration):
            return Address("rewound", {**block, "iteration": iteration})
        case TrainedWeights(strategy=strategy, round=round, branch=branch):
            return Address("run", {**block, "strategy": strategy, "round": round, "branch": branch})
