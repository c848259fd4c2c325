"""The methods of pruning, which settings choose by `making.method`."""

from collections.abc import Mapping

from lth.lottery.pruning.global_ import Global
from lth.lottery.pruning.layer import Layer
from lth.lottery.pruning.method import Method
from lth.lottery.pruning.random import Random

METHODS: Mapping[str, type[Method]] = {"layer": Layer, "global": Global, "random": Random}
