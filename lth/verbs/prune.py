"""`lth prune`: the mask of the next round, from a mask and the weights that were trained under it."""

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from lth import code, keys, pruning, store
from lth.settings import Count, Rate, build


@dataclasses.dataclass(frozen=True)
class Plan:
    """What a mask depends on beside its inputs: where it belongs, and the rate of each parameter."""

    experiment: str
    block: str
    strategy: str
    round: Count
    rates: dict[str, Rate]


def prune(plan: Mapping[str, Any], key: str | None, mask: Path, weights: Path, out: Path) -> None:
    """Prunes every layer of every trial by its own rate and writes the mask (kind `mask`) to `out`."""
    rates = build(Plan, plan, "--settings").rates
    before, trained = store.read(mask, "mask"), store.read(weights, "run")
    inputs = {"mask": (str(mask), before.origin.key), "weights": (str(weights), trained.origin.key)}
    origin = store.Origin("mask", plan, code.digest("verbs.prune", plan), inputs)
    keys.expect(key, origin.key)
    if trained.origin.inputs["mask"][1] != before.origin.key:
        raise ValueError(f"{weights}: was not trained under {mask}")
    masks, first = before.group("mask"), trained.arrays["repeat"] == 0
    values = {name: value[first] for name, value in trained.group("weights").items()}
    if not values:
        raise ValueError(f"{weights}: holds no weights; expected a run of branch ticket")
    if before.arrays["trial"].tolist() != list(origin.trials):
        raise ValueError(f"{mask}: expected the trials of {origin.settings['block']}, got {before.arrays['trial'].tolist()}")
    if not np.array_equal(trained.arrays["trial"][first], before.arrays["trial"]) or any(values[name].shape != masks[name].shape for name in masks):
        raise ValueError(f"{weights}: expected the trials and shapes of {mask}")
    if rates.keys() != masks.keys():
        raise ValueError(f"--settings.rates: expected a rate for each of {', '.join(masks)}, got {', '.join(rates)}")
    after = pruning.by_layer(values, masks, rates)
    diverged = before.arrays["ancestor_diverged"] | trained.arrays["measures/diverged"][first]
    if diverged.any():
        print(f"warning: {out}: a training before this mask was not finite in {int(diverged.sum())} of {len(diverged)} networks", flush=True)
    arrays = {"trial": before.arrays["trial"], "ancestor_diverged": diverged}
    store.write(out, origin, arrays | {f"mask/{name}": value for name, value in after.items()})
    print(f"{out}: {100 * pruning.density(after)[0]:.3f} % of the weights left, {pruning.survivors(after)[0]:,} in each network")
