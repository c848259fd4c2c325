"""Training runs once more, beside what their files say."""

import itertools
import math
import random
from collections.abc import Iterator, Mapping

import numpy as np

from lth.data.source import Manifest
from lth.files.hdf5 import File
from lth.study.blocks import Block, read_block
from lth.study.plans.rewound import Rewound
from lth.study.plans.run import Run
from lth.study.plans.training import Training
from lth.study.results import Results, plan_of
from lth.study.run_arrays import run_arrays
from lth.training.engines.engine import Engine
from lth.training.engines.picking import pick
from lth.training.measures import AT_STOPS, STOPS

STANDARD_ERRORS = 4  # by which accuracies may differ where bytes are not promised


def drawn(names: list[str], count: int, seed: int) -> list[str]:
    """So many of the files, drawn at random by a seed and in order, or all where they are fewer."""
    return sorted(random.Random(seed).sample(names, min(count, len(names))))


def trained_again(name: str, results: Results) -> tuple[str, list[str]]:
    """In words how a file agrees with its training once more, and its faults.

    The file says which engine trained. The sparse engine promises the bytes, if the code of lth is
    still the same. Otherwise rounding leads a training run elsewhere: then only accuracies are
    compared. They may differ by four standard errors of the difference of two shares.
    """
    file = results.file(name)
    plan = plan_of(file.origin)
    assert isinstance(plan, Training)
    engine = pick(str(file.made_on.get("engine", "torch")), plan.network, plan.recipe, "auto", 1)
    why = _why_no_bytes(file, plan, engine)
    if why and isinstance(plan, Rewound):
        return f"not trained once more, since {why}", []
    arrays = _trained(plan, engine, _block(file, plan, results))
    if not why:
        return "the same bytes", list(_byte_faults(file, arrays))
    most = _tolerances(arrays, plan, results.manifest_of(file.origin))
    words = f"accuracies agree within {100 * max(most.values()):.1f} points; no more, since {why}"
    return words, list(_share_faults(file, arrays, most))


def _why_no_bytes(file: File, plan: Training, engine: Engine) -> str:
    """Why the bytes of a file are not promised, or "" if they are."""
    if not engine.BYTES:
        return f"the {engine.NAME} engine made it, whose bytes depend on the machine"
    return "" if file.origin.code == plan.code else "other code of lth made it"


def _trained(plan: Training, engine: Engine, block: Block) -> dict[str, np.ndarray]:
    """The arrays that the plan gives now."""
    if isinstance(plan, Run):
        first = plan.first_iteration
        result = engine.train(block.stack, first=first, resume=None, on_evaluation=lambda _: None)
        return run_arrays(result, block, keep_weights=plan.keep_weights)
    assert isinstance(plan, Rewound)
    weights, _ = engine.weights_at(plan.iteration, block.stack)
    return {f"weights/{name}": value for name, value in weights.items()}


def _block(file: File, plan: Training, results: Results) -> Block:
    paths = {role: item.path for role, (item,) in file.origin.inputs.items()}
    dataset = results.path(paths["dataset"])
    start, mask = results.stored(paths["start"]), results.stored(paths["mask"])
    repeats = plan.repeats if isinstance(plan, Run) else 1
    return read_block(plan, repeats, dataset, start, mask)


def _byte_faults(file: File, arrays: Mapping[str, np.ndarray]) -> Iterator[str]:
    for name, array in arrays.items():
        there = file.arrays[name]
        if there.tobytes() != array.tobytes():
            differing = int((there != array).sum())
            largest = np.abs(there.astype(float) - array).max() if array.dtype.kind == "f" else 0
            more = f", by up to {largest:.3g}" if largest else ""
            yield f"{name}: trained once more, {differing} of {array.size} values differ{more}"


def _tolerances(
    arrays: Mapping[str, np.ndarray], plan: Training, manifest: Manifest
) -> dict[str, float]:
    """By how much accuracies may differ, by name of the measure.

    The variance of a share p of n examples is p (1 - p) / n. Two more right and two more wrong ones
    are counted for p, since it may be 1 (Agresti & Coull, 1998).
    """
    sizes = manifest.sizes(plan.validation)
    most: dict[str, float] = {}
    for stop, name in itertools.product(STOPS, AT_STOPS):
        part, _, what = name.partition("_")
        if what == "accuracy":
            measure, count = f"measures/{stop}_{name}", sizes[part]
            share = (arrays[measure].mean() * count + 2) / (count + 4)
            most[measure] = STANDARD_ERRORS * math.sqrt(2 * share * (1 - share) / count)
    return most


def _share_faults(
    file: File, arrays: Mapping[str, np.ndarray], most: Mapping[str, float]
) -> Iterator[str]:
    for name, limit in most.items():
        difference = np.abs(file.arrays[name] - arrays[name]).max()
        if not difference <= limit:
            what = f"differs by {difference:.4f}, expected at most {limit:.4f}"
            yield f"{name}: trained once more, it {what}"
