"""Faults of masks."""

from collections.abc import Iterator

import numpy as np

from lth.files.hdf5 import File
from lth.study.faults.stacks import stack_faults
from lth.study.mask_parents import MaskParents, diverged_before, masks_of
from lth.study.pairs import pairs_of
from lth.study.plans.mask import Mask
from lth.study.results import Results


def mask_faults(file: File, plan: Mask, results: Results) -> Iterator[str]:
    """A mask must be what its method makes of its parents, bit for bit."""
    yield from stack_faults(file, plan.block, plan.repeats)
    if plan.making is None:
        yield from _dense_faults(file)
        return
    found = results.parents(file, plan)
    parents = MaskParents(found["mask"], found.get("weights"))
    trained = parents.trained
    if trained and _trained_elsewhere(trained, parents.mask):
        what = "by weights that were not trained under it"
        yield f"was pruned from {parents.mask.path} {what}"
        return
    if not np.array_equal(file.arrays["ancestor_diverged"], diverged_before(plan, parents)):
        yield "ancestor_diverged is not what its parents say"
    expected = masks_of(plan, parents)
    for name, mask in file.group("mask").items():
        for index, (trial, repeat) in enumerate(pairs_of(plan.block, plan.repeats)):
            where = f"{name}, trial {trial}, repeat {repeat}"
            yield from _layer_faults(mask[index], expected[name][index], where, plan)


def _trained_elsewhere(weights: File, mask: File) -> bool:
    """Whether weights are of a training run under another mask."""
    run = weights.origin.kind == "run"
    return run and weights.origin.inputs["mask"][0].content != mask.content


def _dense_faults(file: File) -> Iterator[str]:
    for name, mask in file.group("mask").items():
        if not mask.all():
            yield f"{name}: the dense mask is not all ones"
    if file.arrays["ancestor_diverged"].any():
        yield "ancestor_diverged: no training run led to the dense mask"


def _layer_faults(mask: np.ndarray, expected: np.ndarray, where: str, plan: Mask) -> Iterator[str]:
    assert plan.making is not None, "the dense mask is checked by itself"
    found, wanted = int(mask.sum()), int(expected.sum())
    if found != wanted:
        yield f"{where}: {found} weights left, expected {wanted}"
    elif differing := int((mask & ~expected).sum()):
        method = f"method {plan.making.method!r}"
        yield f"{where}: {differing} of {found} weights are not those that {method} leaves"
