"""Iterative pruning with rewinding (Frankle et al., 2019, arXiv 1903.01611)."""

from lth.settings import Iteration
from lth.study.references import InitialWeights, RewoundWeights, Weights
from lth.study.strategies.iterative import Iterative


class Rewind(Iterative, tag="rewind"):
    """Train, prune, reset to the weights of the dense network at `iteration`; 0 is θ0."""

    iteration: Iteration

    @property
    def reset(self) -> Weights:
        return RewoundWeights(iteration=self.iteration) if self.iteration else InitialWeights()
