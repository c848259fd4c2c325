"""`lth init`: draw θ0 for a block of trials, and the mask of round 0, which keeps everything."""

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from lth import code, datasets, keys, networks, settings, store, tickets


@dataclasses.dataclass(frozen=True)
class Plan:
    """What θ0 depends on beside the manifest of the data set."""

    experiment: str
    block: str
    dataset: str
    seed: settings.Seed
    network: settings.Network


def init(plan: Mapping[str, Any], key: str | None, dataset: Path, out: Path, mask: Path) -> None:
    """Writes θ0 (kind `theta0`) to `out` and the dense mask (kind `mask`) to `mask`."""
    chosen: Plan = settings.build(Plan, plan, "--settings")
    manifest = datasets.read_manifest(dataset, chosen.dataset)
    network = chosen.network
    architecture = networks.build(network, tuple(manifest["shape"]), manifest["classes"])
    made_by, inputs = code.digest("verbs.init", plan), {"dataset": (str(dataset), manifest["key"])}
    origin = store.Origin("theta0", plan, made_by, inputs)
    keys.expect(key, origin.key)
    if network.initialization not in tickets.INITIALIZATIONS:
        raise settings.unknown("--settings.network.initialization", "initialization", network.initialization, tickets.INITIALIZATIONS)
    drawn = [tickets.draw(architecture, network.initialization, plan["seed"], "initialization", trial=trial) for trial in origin.trials]
    trial = np.array(origin.trials, np.int64)
    store.write(out, origin, {"trial": trial} | {f"weights/{name}": value for name, value in tickets.stack(drawn).items()})
    dense = {p.name: np.ones((len(trial), *p.shape), bool) for p in architecture.parameters if p.prunable}
    round0 = store.Origin("mask", dict(plan) | {"strategy": "dense", "round": 0}, made_by, inputs)
    fine = {"trial": trial, "ancestor_diverged": np.zeros(len(trial), bool)}
    store.write(mask, round0, fine | {f"mask/{name}": value for name, value in dense.items()})
    print(f"{out}: θ0 of {len(trial)} trials, {sum(p.size for p in architecture.parameters if p.prunable):,} prunable weights each")
