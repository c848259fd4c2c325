"""What a run file holds (docs/format.md)."""

import numpy as np

from lth.files import hdf5
from lth.lottery import masks, tickets
from lth.study.blocks import Block
from lth.training.stack import Result


def run_arrays(result: Result, block: Block, *, keep_weights: bool) -> dict[str, np.ndarray]:
    """The arrays of the file of a training run by name."""
    stack = block.stack
    measures = {
        **result.measures,
        "weights_left": masks.survivors(stack.masks),
        "density": masks.density(stack.masks),
        "ancestor_diverged": block.ancestor_diverged,
    }
    starts = [
        tickets.digest({name: value[network] for name, value in stack.weights.items()})
        for network in range(len(block.pairs))
    ]
    weights = result.weights if keep_weights else {}
    return {
        **hdf5.index(block.pairs),
        "iterations": result.iterations,
        "test_iterations": result.test_iterations,
        "start_digest": np.array(starts, "S64"),
        **{f"curves/{name}": curve for name, curve in result.curves.items()},
        **{f"measures/{name}": value for name, value in measures.items()},
        **{f"weights/{name}": value for name, value in weights.items()},
    }
