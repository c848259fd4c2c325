"""The training run of a branch of a round."""

from typing import ClassVar

from lth.settings import Count
from lth.study.plans.training import Training
from lth.study.references import RewoundWeights, Weights


class Run(Training):
    """The training run of a branch of a round: all trials of the block, and all `repeats` of each.

    Weights are kept in the file where `keep_weights` says so.
    """

    KIND: ClassVar[str] = "run"
    PATH: ClassVar[str] = "runs/{experiment}/{block}/{strategy}/round-{round}/{branch}/run.h5"

    start: Weights
    repeats: Count
    keep_weights: bool

    def __post_init__(self) -> None:
        super().__post_init__()
        self.recipe.check_within(self.first_iteration, "start.iteration")

    @property
    def verb(self) -> str:
        return "train"

    @property
    def begins_with(self) -> Weights:
        return self.start

    @property
    def first_iteration(self) -> int:
        """The iteration of the dense training run that it goes on from; 0 for θ0."""
        return self.start.iteration if isinstance(self.start, RewoundWeights) else 0
