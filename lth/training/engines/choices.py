"""The engines by name. The first that can train a network does it by default."""

from lth.training.engines.sparse import Sparse
from lth.training.engines.torch import Torch

ENGINES = {"sparse": Sparse, "torch": Torch}
