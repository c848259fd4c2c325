"""Names for the files of a block by what they are: whose mask, and whose weights."""

from lth.settings import Iteration, Settings


class InitialWeights(Settings, tag="theta0", tag_field="kind"):
    """The initial weights."""


class RewoundWeights(Settings, tag="rewound", tag_field="kind"):
    """The weights of the dense network after so many iterations of its training run."""

    iteration: Iteration


class TrainedWeights(Settings, tag="run", tag_field="kind"):
    """The final weights of a training run."""

    strategy: str
    round: int
    branch: str


Weights = InitialWeights | RewoundWeights | TrainedWeights


class Making(Settings):
    """How the mask of a round is made: by which method, from which mask, and by whose weights.

    `strategy` and `round` are those of the mask that it begins with (`dense`, 0 is the dense
    network). `weights` are None for a method that looks at none.
    """

    method: str
    strategy: str
    round: int
    weights: Weights | None
