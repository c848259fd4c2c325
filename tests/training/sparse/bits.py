"""Prints digests of what the sparse engine computes, and the CPU for which it was compiled.

It makes training runs of 784-300-100-10 in float32: at densities whose kernels differ, by several
recipes, and one that diverges.
"""

import hashlib
import json
from collections.abc import Mapping

import numpy as np
from numba.core.registry import cpu_target
from training.sparse.test_elementary import _exp, _log, of

from lth.data.arrays import channel_statistics
from lth.lottery import masks as lottery_masks
from lth.lottery.initializations.distribution import Distribution
from lth.networks.layers import Dropout
from lth.networks.lenet import Lenet
from lth.training.examples import Examples, Sets
from lth.training.randomness import Randomness
from lth.training.recipe import Recipe
from lth.training.sparse.loop import train
from lth.training.stack import Result, Stack

ADAM = {"optimizer": "adam", "learning_rate": 1.2e-3}
SGD = {"optimizer": "sgd", "learning_rate": 0.02, "momentum": 0.9, "weight_decay": 1e-4}
SGD |= {"warmup": 10, "drops": (150,)}
RUNS = {
    "3.6 % by Adam with dropout": (0.036, 0.5, ADAM),
    "50 % by SGD": (0.5, 0.0, SGD),
    "20 %, diverged": (0.2, 0.0, SGD | {"learning_rate": 1e4}),
}


def recipe_of(changes: Mapping[str, object]) -> Recipe:
    usual = {
        "momentum": 0.0,
        "weight_decay": 0.0,
        "warmup": 0,
        "drops": (),
        "drop_factor": 0.1,
        "batch": 60,
        "iterations": 200,
        "evaluate_every": 50,
        "test_every": 1,
        "data_order": "fresh",
        "augmentation": "none",
        "normalization": "standard",
    }
    return Recipe(**{**usual, **changes})  # pyright: ignore[reportArgumentType]


def toy_digits() -> Sets:
    """Images of ten classes: blots of their own, and noise."""
    draw = np.random.default_rng(0)
    blots = draw.random((10, 28, 28)) < 0.2

    def images(count: int) -> tuple[np.ndarray, np.ndarray]:
        labels = draw.integers(0, 10, count)
        noise = draw.integers(0, 100, (count, 28, 28))
        return (blots[labels] * 150 + noise).astype(np.uint8), labels

    parts = [images(count) for count in (1000, 300, 100)]
    statistics = [value.astype(np.float32) for value in channel_statistics(parts[0][0])]
    return Sets(*(Examples(*part, *statistics) for part in parts))


def trained(density: float, dropout: float, changes: Mapping[str, object], sets: Sets) -> Result:
    after = Dropout(rate=dropout, after=("hidden",))
    network = Lenet(initialization="glorot-normal", hidden=(300, 100), dropout=after)
    architecture = network.architecture((28, 28), 10)
    drawn = Distribution(architecture, network.initialization)
    weights = lottery_masks.stacked([drawn.draw(1, "initialization", trial=n) for n in (0, 1)])
    draw = np.random.default_rng(1)
    masks = {name: draw.random((2, *s)) < density for name, s in architecture.shapes.items()}
    start = lottery_masks.apply(weights, masks)
    randomness = Randomness(7, {}, "fresh", [(0, 0), (1, 0)], len(sets.training))
    return train(Stack(architecture, start, masks, sets, recipe_of(changes), randomness))


def digest(arrays: Mapping[str, np.ndarray]) -> str:
    sha = hashlib.sha256()
    for name, array in sorted(arrays.items()):
        sha.update(f"{name} {array.dtype} {array.shape}".encode())
        sha.update(np.ascontiguousarray(array).tobytes())
    return sha.hexdigest()[:16]


def main() -> None:
    """Prints digests by name, and the name and features of the CPU, as JSON."""
    numbers = np.arange(0, 1 << 32, 9973, dtype=np.uint32).view(np.float32)
    numbers = numbers[np.isfinite(numbers)]
    found = {"exp": digest({"": of(_exp, numbers)}), "log": digest({"": of(_log, np.abs(numbers))})}
    sets = toy_digits()
    for name, (density, dropout, changes) in RUNS.items():
        run = trained(density, dropout, changes, sets)
        loss = run.curves["validation_loss"]
        learned = np.isnan(loss[:, -1]) if "diverged" in name else loss[:, -1] < 0.5 * loss[:, 0]
        assert learned.all(), (name, loss)
        found[name] = digest({**run.weights, **run.curves, **run.measures})
    print(json.dumps([found, *cpu_target.target_context.codegen().magic_tuple()[1:]]))


if __name__ == "__main__":
    main()
