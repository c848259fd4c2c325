"""`lth init`: draw θ0 for a block of trials, and make the mask that keeps everything."""

from pathlib import Path

import numpy as np

from lth.data.source import read_manifest
from lth.files import hdf5, origins
from lth.files.paths import trials_of
from lth.lottery.initializations.distribution import Distribution
from lth.lottery.masks import stacked
from lth.study.plans.mask import dense_mask
from lth.study.plans.theta0 import Theta0


def init(plan: Theta0, key: str | None, dataset: Path, out: Path, mask: Path) -> None:
    """Writes θ0 (kind `theta0`) to `out` and the dense mask (kind `mask`) to `mask`."""
    manifest = read_manifest(dataset, plan.dataset)
    architecture = plan.network.architecture(manifest.shape, manifest.classes)
    origin = plan.origin({"dataset": (manifest.as_input(dataset),)})
    origins.expect(key, origin, out)
    distribution = Distribution(architecture, plan.network.initialization)
    trials = trials_of(plan.block)
    drawn = stacked(
        [distribution.draw(plan.seed, "initialization", trial=trial) for trial in trials]
    )
    index = hdf5.index([(trial, 0) for trial in trials])
    hdf5.write(out, origin, index | {f"weights/{name}": value for name, value in drawn.items()})
    dense = dense_mask(plan.experiment, plan.block, architecture.shapes, plan.seed)
    kept = {
        f"mask/{name}": np.ones((len(trials), *shape), bool)
        for name, shape in architecture.shapes.items()
    }
    diverged = {"ancestor_diverged": np.zeros(len(trials), bool)}
    hdf5.write(mask, dense.origin({}), index | diverged | kept)
    count = sum(weight.size for weight in architecture.weights)
    print(f"{out}: θ0 of {len(trials)} trials, {count:,} weights each")
