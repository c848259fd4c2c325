"""The optimizers by name."""

from lth.training.optimizers.adam import adam
from lth.training.optimizers.sgd import sgd

OPTIMIZERS = {"adam": adam, "sgd": sgd}
