"""Training runs once more, beside what their files say."""

import math
import random
from collections.abc import Iterator, Mapping

import numpy as np

from lth.files.hdf5 import File
from lth.study.blocks import Block, read_block
from lth.study.plans.rewound import Rewound
from lth.study.plans.run import Run
from lth.study.plans.training import Training
from lth.study.results import Results, plan_of
from lth.study.run_arrays import run_arrays
from lth.training.engines.engine import Engine
from lth.training.engines.picking import pick
from lth.training.measures import AT_MOMENTS, MOMENTS

STANDARD_ERRORS = 4  # by which accuracies may differ where bytes are not promised


def drawn(names: list[str], count: int, seed: int) -> list[str]:
    """So many of the files, drawn at random by a seed and in order, or all where they are fewer."""
    return sorted(random.Random(seed).sample(names, min(count, len(names))))


def trained_again(name: str, results: Results) -> tuple[str, list[str]]:
    """In words what agrees, if there are no faults, and the faults.

    The file says which engine trained. Some engines promise the bytes. Otherwise rounding leads a
    training run elsewhere: then only accuracies are compared, which may differ by four standard
    errors of a share of so many examples.
    """
    file = results.file(name)
    plan = plan_of(file.origin)
    assert isinstance(plan, Training)
    engine = pick(str(file.made_on.get("engine")), plan.network, plan.recipe, "auto", 1)
    block = _block(file, plan, results)
    promised = engine.BYTES and file.origin.code == plan.code
    if isinstance(plan, Run):
        arrays = _run(plan, engine, block)
        if not promised:
            return _compared_shares(file, arrays, plan, results)
    else:
        assert isinstance(plan, Rewound)
        weights, _ = engine.weights_at(plan.iteration, block.stack)
        arrays = {f"weights/{name}": value for name, value in weights.items()}
        if not promised:
            return "its weights were not compared, since its engine promises no bytes", []
    return "the same bytes", list(_byte_faults(file, arrays))


def _block(file: File, plan: Training, results: Results) -> Block:
    paths = {role: item.path for role, (item,) in file.origin.inputs.items()}
    dataset = results.path(paths["dataset"])
    start, mask = results.stored(paths["start"]), results.stored(paths["mask"])
    repeats = plan.repeats if isinstance(plan, Run) else 1
    return read_block(plan, repeats, dataset, start, mask)


def _run(plan: Run, engine: Engine, block: Block) -> dict[str, np.ndarray]:
    run = engine.train(
        block.stack, start=plan.start_iteration, resume=None, on_evaluation=lambda _: None
    )
    return run_arrays(run, block, keep_weights=plan.keep_weights)


def _byte_faults(file: File, arrays: Mapping[str, np.ndarray]) -> Iterator[str]:
    for name, array in arrays.items():
        there = file.arrays[name]
        if there.tobytes() != array.tobytes():
            differing = int((there != array).sum())
            largest = np.abs(there.astype(float) - array).max() if array.dtype.kind == "f" else 0
            more = f", by up to {largest:.3g}" if largest else ""
            yield f"{name}: trained again, {differing} of {array.size} values differ{more}"


def _compared_shares(
    file: File, arrays: Mapping[str, np.ndarray], plan: Run, results: Results
) -> tuple[str, list[str]]:
    manifest = results.manifest_of(file.origin)
    examples = {
        "train": manifest.training - plan.validation,
        "validation": plan.validation,
        "test": manifest.test,
    }
    tolerances = {
        f"measures/{moment}_{name}": STANDARD_ERRORS
        * math.sqrt(0.25 / examples[name.split("_")[0]])
        for moment in MOMENTS
        for name in AT_MOMENTS
        if name.endswith("_accuracy")
    }
    faults = [
        f"{name}: trained again, it differs by {difference:.4f}, expected at most {most:.4f}"
        for name, most in tolerances.items()
        if (difference := np.abs(file.arrays[name] - arrays[name]).max()) > most
    ]
    most = 100 * max(tolerances.values())
    return (
        f"accuracies within {STANDARD_ERRORS} standard errors (at most {most:.1f} points)",
        faults,
    )
