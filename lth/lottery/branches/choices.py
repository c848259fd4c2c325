"""The branches, which settings choose by `branch`."""

from lth.lottery.branches.noise import Noise
from lth.lottery.branches.reinit import Reinit
from lth.lottery.branches.resample import Resample
from lth.lottery.branches.search import Search
from lth.lottery.branches.shuffle import Shuffle
from lth.lottery.branches.ticket import Ticket

BRANCHES = {
    "ticket": Ticket,
    "reinit": Reinit,
    "resample": Resample,
    "noise": Noise,
    "shuffle": Shuffle,
    "search": Search,
}
