"""`lth init`: draw θ0 for a block of trials, and the mask of round 0, which keeps everything."""

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from lth import code, datasets, networks, origins, settings, store, tickets


@dataclasses.dataclass(frozen=True)
class Plan:
    """What θ0 depends on beside the manifest of the data set."""

    experiment: str
    block: str
    dataset: str
    seed: settings.Seed
    network: Any


def init(plan: Mapping[str, Any], key: str | None, dataset: Path, out: Path, mask: Path) -> None:
    """Writes θ0 (kind `theta0`) to `out` and the dense mask (kind `mask`) to `mask`."""
    chosen: Plan = settings.build(Plan, plan, "--settings")
    network = networks.read(chosen.network, "--settings.network")
    tickets.check_initialization(network.initialization, "--settings.network.initialization")
    manifest = datasets.read_manifest(dataset, chosen.dataset)
    architecture = networks.architecture(network, tuple(manifest["shape"]), manifest["classes"])
    data = origins.Input(str(dataset), manifest["key"], manifest["digest"])
    made_by, inputs = code.digest("verbs.init", plan), {"dataset": (data,)}
    origin = origins.Origin("theta0", plan, made_by, inputs)
    origins.expect(key, origin, out)
    distribution = tickets.Distribution(architecture, network.initialization)
    drawn = tickets.stack([distribution.draw(chosen.seed, "initialization", trial=trial) for trial in origin.trials])
    stack = store.index([(trial, 0) for trial in origin.trials])
    store.write(out, origin, stack | {f"weights/{name}": value for name, value in drawn.items()})
    dense = {f"mask/{weight.name}": np.ones((len(origin.trials), *weight.shape), bool) for weight in architecture.weights}
    round0 = origins.Origin("mask", dict(plan) | {"strategy": "dense", "round": 0}, made_by, inputs)
    store.write(mask, round0, stack | {"ancestor_diverged": np.zeros(len(origin.trials), bool)} | dense)
    print(f"{out}: θ0 of {len(origin.trials)} trials, {sum(weight.size for weight in architecture.weights):,} weights each")
