"""The files that a mask is made from, read just as far as it needs."""

import dataclasses
from collections.abc import Mapping

import numpy as np

from lth.files import hdf5
from lth.files.hdf5 import File, Stored, Template
from lth.lottery import masks
from lth.lottery.pruning.prune import next_masks
from lth.study.pairs import pairs_of
from lth.study.plans.mask import Mask


@dataclasses.dataclass(frozen=True)
class MaskParents:
    """The mask before, and what was trained under it (or θ0); None for a method that needs none."""

    mask: File
    trained: File | None


def read_parents(plan: Mask, mask: Stored, weights: Stored | None) -> MaskParents:
    """Reads what a mask is made from. Raises ValueError where they do not fit the plan."""
    before = mask.load(masks.template(mask.origin.networks, plan.shapes))
    if before.pairs != pairs_of(plan.block, 1):
        raise ValueError(f"{mask.path}: expected the trials of {plan.block}, got {before.pairs}")
    if weights is None:
        return MaskParents(before, None)
    trained = weights.load(_template(plan, weights))
    run = trained.origin.kind == "run"
    if run and trained.origin.inputs["mask"][0].content != before.content:
        raise ValueError(f"{trained.path}: was not trained under {before.path}")
    return MaskParents(before, trained)


def _template(plan: Mask, weights: Stored) -> Template:
    """The weights of a file, and whether its training runs diverged."""
    if not any(name.startswith("weights/") for name in weights.listed):
        what = "expected a run of branch ticket or search"
        raise ValueError(f"{weights.path}: holds no weights; {what}")
    count = weights.origin.networks
    template = {
        f"weights/{name}": ((count, *shape), hdf5.SINGLE) for name, shape in plan.shapes.items()
    }
    if weights.origin.kind == "run":
        template["measures/diverged"] = ((count,), hdf5.BOOL)
    return {**hdf5.index_template(count), **template}


def diverged_before(plan: Mask, parents: MaskParents) -> np.ndarray:
    """Whether a training run that led to the mask of each network diverged: bool [networks]."""
    pairs = pairs_of(plan.block, plan.repeats)
    diverged = parents.mask.arrays["ancestor_diverged"][parents.mask.indices(pairs)]
    trained = parents.trained
    if trained is not None and trained.origin.kind == "run":
        diverged = diverged | trained.arrays["measures/diverged"][trained.indices(pairs)]
    return diverged


def masks_of(plan: Mask, parents: MaskParents) -> dict[str, np.ndarray]:
    """The masks that a plan makes of its parents: bool arrays [networks, ...] by layer."""
    assert plan.making is not None, "the dense mask has no parents"
    pairs = pairs_of(plan.block, plan.repeats)
    return next_masks(
        plan.making.method,
        plan.rates,
        plan.seed,
        {"strategy": plan.strategy, "round": plan.round},
        pairs,
        _networks(parents.mask.group("mask"), parents.mask.indices(pairs)),
        _weights(plan, parents, pairs),
    )


def _weights(
    plan: Mask, parents: MaskParents, pairs: list[tuple[int, int]]
) -> Mapping[str, np.ndarray]:
    trained = parents.trained
    if trained is None:
        return {}
    every = trained.group("weights")
    return _networks({name: every[name] for name in plan.shapes}, trained.indices(pairs))


def _networks(arrays: Mapping[str, np.ndarray], indices: list[int]) -> dict[str, np.ndarray]:
    return {name: array[indices] for name, array in arrays.items()}
