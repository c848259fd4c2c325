"""Faults of run files."""

from collections.abc import Iterator, Mapping

import numpy as np

from lth.data.source import Manifest
from lth.files.hdf5 import File
from lth.lottery import masks as mask_counts
from lth.lottery import tickets
from lth.lottery.branches.search import SEARCH
from lth.lottery.masks import Masks
from lth.study.faults.stacks import stack_faults
from lth.study.plans.run import Run
from lth.study.results import Results, shared_settings
from lth.training.measures import filled, from_curves

EXACT = 1e-6  # a quotient of two counts below 2^30 has 16 digits


def run_faults(file: File, plan: Run, results: Results) -> Iterator[str]:
    """A run must start from what its branch makes of its parents, and its measures must agree."""
    parents = results.parents(file, plan)
    yield from stack_faults(file, plan.block, plan.repeats)
    for role, parent in parents.items():
        if name := shared_settings(file.origin.settings, parent.origin.settings):
            yield f"its {role} {parent.path} is of another {name}"
            return
    mask, start = parents["mask"], parents["start"]
    if plan.branch == SEARCH and mask.origin.inputs["weights"][0].content != start.content:
        yield f"does not go on from the run that {mask.path} was pruned by"
        return
    indices = mask.indices(file.pairs)
    masks = {name: value[indices] for name, value in mask.group("mask").items()}
    yield from _start_faults(file, plan, masks, start, results)
    for name, value in file.group("weights").items():
        if name in masks and (value[~masks[name]] != 0).any():
            yield f"{name}: a pruned weight is not 0 after training"
    yield from _measure_faults(file, plan, masks, mask.arrays["ancestor_diverged"][indices])
    yield from _share_faults(file, plan, results.manifest_of(file.origin))


def _start_faults(
    file: File, plan: Run, masks: Masks, start: File, results: Results
) -> Iterator[str]:
    """Digests of the starting weights."""
    indices = start.indices(file.pairs)
    given = {name: value[indices] for name, value in start.group("weights").items()}
    distribution = results.distribution(plan, file.origin)
    made = tickets.starting_weights(
        plan.branch, plan.seed, plan.coordinates, file.pairs, masks, given, distribution
    )
    for index, digest in enumerate(file.arrays["start_digest"]):
        own = {name: value[index] for name, value in made.items()}
        if tickets.digest(own).encode() != digest:
            what = f"what branch {plan.branch!r} makes of its start and the mask"
            yield f"network {index}: did not start from {what}"


def _measure_faults(file: File, plan: Run, masks: Masks, ancestors: np.ndarray) -> Iterator[str]:
    """Measures that follow from curves, masks and parents."""
    measures, iterations = file.group("measures"), file.arrays["iterations"]
    tests, first = file.arrays["test_iterations"], plan.first_iteration
    planned = {"iterations": plan.recipe.evaluations(first)}
    planned["test_iterations"] = plan.recipe.tests(first)
    for name, expected in planned.items():
        if file.arrays[name].tolist() != expected:
            yield f"{name} are not those at which its recipe evaluates"
            return
    if measures["largest_pruned_weight"].any():
        yield "a pruned weight was not 0 after training"
    curves = filled(from_curves(iterations, tests, file.group("curves")), tests, measures)
    counts = {"weights_left": mask_counts.survivors(masks), "density": mask_counts.density(masks)}
    sources: list[tuple[str, Mapping[str, np.ndarray]]] = [
        ("the mask has", counts),
        ("the mask says", {"ancestor_diverged": ancestors}),
        ("the curves say", curves),
    ]
    for source, expected in sources:
        for name, value in expected.items():
            if not _same(measures[name], value):
                yield f"{name} is not what {source}"
    yield from _end_faults(measures, iterations)


def _end_faults(measures: Mapping[str, np.ndarray], iterations: np.ndarray) -> Iterator[str]:
    """Where early stopping is at the end, its measures are those of the end."""
    last = measures["early_stop_iteration"] == iterations[-1]
    for name in ("train_loss", "train_accuracy"):
        if not _same(measures[f"early_stop_{name}"][last], measures[f"final_{name}"][last]):
            yield f"early_stop_{name} is not final_{name}, though early stopping is at the end"


def _same(one: np.ndarray, other: np.ndarray) -> bool:
    return np.array_equal(one, other, equal_nan=other.dtype.kind == "f")


def _share_faults(file: File, plan: Run, manifest: Manifest) -> Iterator[str]:
    """An accuracy is a number of examples over all of them, and a cross-entropy is not negative."""
    counts = manifest.sizes(plan.validation)
    for name, value in file.arrays.items():
        part = next((part for part in counts if f"{part}_accuracy" in name), None)
        if part is not None:
            right = value * counts[part]
            whole = np.abs(right - np.rint(right)) < EXACT
            if not (whole & (value >= 0) & (value <= 1)).all():
                yield f"{name} is no share of {counts[part]} examples"
        elif name.endswith("_loss") and (value < 0).any():
            yield f"{name} is negative"
