"""The optimizers by name."""

from collections.abc import Mapping

from lth.training.optimizers.adam import Adam
from lth.training.optimizers.optimizer import Optimizer
from lth.training.optimizers.sgd import Sgd

OPTIMIZERS: Mapping[str, type[Optimizer]] = {"adam": Adam, "sgd": Sgd}
