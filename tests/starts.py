"""What branches start from, for tests: a toy network, its draws, masks of half of its weights."""

import numpy as np

from lth.lottery import masks, tickets
from lth.lottery.initializations.distribution import Distribution
from lth.lottery.masks import Weights
from lth.networks.layers import Dropout
from lth.networks.lenet import Lenet

NO_DROPOUT = Dropout(rate=0.0, after=())
TOY = Lenet(initialization="glorot-normal", hidden=(6, 5), dropout=NO_DROPOUT)
GLOROT = Distribution(TOY.architecture((3, 3), 4), "glorot-normal")
DRAWING = ["reinit", "resample", "noise-0.5", "shuffle"]  # the branches with randomness
Pairs = list[tuple[int, int]]


def draw(trial: int, seed: int = 1, purpose: str = "initialization") -> Weights:
    """One toy network."""
    return GLOROT.draw(seed, purpose, trial=trial)


def half(trial: int, shape: tuple[int, ...]) -> np.ndarray:
    """A mask of half of the weights of a layer."""
    order = np.random.default_rng(trial).permutation(int(np.prod(shape)))
    return order.reshape(shape) % 2 == 0


def halves(pairs: Pairs) -> dict[str, np.ndarray]:
    """Masks of (trial, repeat) that are the same for all repeats of a trial."""
    shapes = GLOROT.architecture.shapes
    return {
        name: np.stack([half(trial, shape) for trial, _ in pairs]) for name, shape in shapes.items()
    }


def started(
    branch: str,
    trials: range = range(2),
    *,
    repeats: int = 1,
    round: int = 1,
    strategy: str = "iterative",
    seed: int = 1,
) -> Weights:
    """What a branch starts from under `halves`."""
    pairs = [(trial, repeat) for trial in trials for repeat in range(repeats)]
    theta0 = masks.stacked([draw(trial) for trial, _ in pairs])
    address = {"strategy": strategy, "round": round, "branch": branch}
    return tickets.starting_weights(branch, seed, address, pairs, halves(pairs), theta0, GLOROT)
