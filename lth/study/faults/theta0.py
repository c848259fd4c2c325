"""Faults of θ0 files."""

from collections.abc import Iterator

import numpy as np

from lth.files.hdf5 import File
from lth.files.paths import trials_of
from lth.study.faults.stacks import stack_faults
from lth.study.plans.theta0 import Theta0
from lth.study.results import Results


def theta0_faults(file: File, plan: Theta0, results: Results) -> Iterator[str]:
    """Every trial must be the draw that its seed makes, bit for bit."""
    results.parents(file, plan)
    yield from stack_faults(file, plan.block, 1)
    weights = file.group("weights")
    distribution = results.distribution(plan, file.origin)
    for index, trial in enumerate(trials_of(plan.block)):
        drawn = distribution.draw(plan.seed, "initialization", trial=trial)
        if any(not np.array_equal(weights[name][index], value) for name, value in drawn.items()):
            yield f"trial {trial} is not the draw that seed {plan.seed} makes"
