"""`lth prune`: the mask of the next round, from a mask and, for methods that need them, weights."""

import dataclasses
import itertools
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from lth import code, contents, origins, pruning, seeds, store, tickets
from lth.places import trials_of
from lth.settings import Count, Rate, Seed, build, unknown
from lth.strategies import Making


@dataclasses.dataclass(frozen=True)
class Plan:
    """What a mask depends on beside its inputs: where it belongs, how it is made, the shapes of the weights, the rate of each (none where the
    method needs none), the seed of what is drawn, and how many masks a trial has.
    """

    experiment: str
    block: str
    strategy: str
    round: Count
    making: Making
    shapes: dict[str, tuple[Count, ...]]
    rates: dict[str, Rate]
    seed: Seed
    repeats: Count


def prune(plan: Mapping[str, Any], key: str | None, mask: Path, weights: Path | None, out: Path) -> None:
    """Prunes every network of the stack and writes the masks (kind `mask`) to `out`.

    `weights` is a run that was trained under `mask`, θ0 to prune before any training, or None for a method that looks at no weights.
    """
    chosen: Plan = build(Plan, plan, "--settings")
    method = chosen.making.method
    if method not in pruning.METHODS:
        raise unknown("--settings.making.method", "method", method, pruning.METHODS)
    found = {"mask": store.find(mask, "mask")} | ({"weights": store.find(weights)} if weights else {})
    if weights and found["weights"].origin.kind not in ("run", "theta0"):
        raise ValueError(f"{weights}: expected a file of kind 'run' or 'theta0', got {found['weights'].origin.kind!r}")
    inputs = {role: (stored.as_input(),) for role, stored in found.items()}
    origin = origins.Origin("mask", plan, code.digest("verbs.prune", plan), inputs)
    origins.expect(key, origin, out)
    if chosen.rates and chosen.rates.keys() != chosen.shapes.keys():
        raise ValueError(f"--settings.rates: expected a rate for each of {', '.join(chosen.shapes)}, got {', '.join(chosen.rates)}")
    if bool(chosen.rates) != (weights is not None):
        raise ValueError(f"--weights: expected {'a file' if chosen.rates else 'none'} for method {method!r}")
    before, trained = parents(chosen, found["mask"], found.get("weights"))
    if before.pairs != [(trial, 0) for trial in origin.trials]:
        raise ValueError(f"{mask}: expected the trials of {chosen.block}, got {before.pairs}")
    pairs, after = pairs_of(chosen), remade(chosen, before, trained)
    diverged = ancestors(pairs, before, trained)
    if diverged.any():
        print(f"warning: {out}: a training before this mask was not finite in {int(diverged.sum())} of {len(diverged)} networks", flush=True)
    arrays = store.index(pairs) | {"ancestor_diverged": diverged}
    store.write(out, origin, arrays | {f"mask/{name}": value for name, value in after.items()})
    print(f"{out}: {100 * pruning.density(after)[0]:.3f} % of the weights left, {pruning.survivors(after)[0]:,} in each network")


def pairs_of(plan: Plan) -> list[tuple[int, int]]:
    """(trial, repeat) of each network of the stack."""
    return list(itertools.product(trials_of(plan.block), range(plan.repeats)))


def parents(plan: Plan, mask: store.Stored, weights: store.Stored | None) -> tuple[store.File, store.File | None]:
    """Reads of the mask before and of the weights that decide just what the plan asks for. Raises ValueError."""
    before = mask.load(contents.masks(mask.origin.networks, plan.shapes))
    if weights is None:
        return before, None
    if not any(name.startswith("weights/") for name in weights.listed):
        raise ValueError(f"{weights.path}: holds no weights; expected a run of branch ticket or search")
    networks = weights.origin.networks
    needed = {f"weights/{name}": ((networks, *shape), contents.SINGLE) for name, shape in plan.shapes.items()}
    diverged = {"measures/diverged": ((networks,), contents.BOOL)} if weights.origin.kind == "run" else {}
    return before, weights.load({**contents.stack(networks), **needed, **diverged})


def ancestors(pairs: list[tuple[int, int]], mask: store.File, trained: store.File | None) -> np.ndarray:
    """Whether a training run that led to the mask of each (trial, repeat) diverged [networks]."""
    diverged = mask.arrays["ancestor_diverged"][mask.rows(pairs)]
    if trained and trained.origin.kind == "run":
        diverged = diverged | trained.arrays["measures/diverged"][trained.rows(pairs)]
    return diverged


def remade(plan: Plan, mask: store.File, trained: store.File | None) -> dict[str, np.ndarray]:
    """What the method of a plan makes of the mask before and of weights: arrays [networks, ...], the networks as `pairs_of` has them."""
    masks, weights = mask.group("mask"), _weights(mask, trained)

    def one(row: int, trial: int, repeat: int) -> dict[str, np.ndarray]:
        def stream(name: str) -> np.random.Generator:
            address = {"strategy": plan.strategy, "round": plan.round, "trial": trial, "repeat": repeat, "parameter": name}
            return seeds.stream(plan.seed, "mask", **address)

        own = {name: mask[row] for name, mask in masks.items()}, {name: value[row] for name, value in weights.items()}
        return pruning.METHODS[plan.making.method].make(pruning.Layers(*own, plan.rates, stream))

    pairs = pairs_of(plan)
    return tickets.stack([one(row, *pair) for row, pair in zip(mask.rows(pairs), pairs, strict=True)])


def _weights(mask: store.File, trained: store.File | None) -> dict[str, np.ndarray]:
    """The weights that decide, in the order of the mask's stack. Raises ValueError where they are not those of this mask."""
    if trained is None:
        return {}
    if trained.origin.kind == "run" and trained.origin.inputs["mask"][0].content != mask.content:
        raise ValueError(f"{trained.path}: was not trained under {mask.path}")
    values, rows = trained.group("weights"), trained.rows(mask.pairs)
    return {name: values[name][rows] for name in mask.group("mask")}
