"""The methods of pruning, which settings choose by `making.method`."""

from lth.lottery.pruning.global_ import Global
from lth.lottery.pruning.layer import Layer
from lth.lottery.pruning.random import Random

METHODS = {"layer": Layer, "global": Global, "random": Random}
