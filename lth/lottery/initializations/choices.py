"""The initializations, which settings choose by `network.initialization`."""

from lth.lottery.initializations.glorot_normal import GlorotNormal
from lth.lottery.initializations.normal import Normal

INITIALIZATIONS = {"glorot-normal": GlorotNormal, "normal": Normal}
