"""Faults of files of rewound weights."""

from collections.abc import Iterator

import numpy as np

from lth.files.hdf5 import File
from lth.study.faults.stacks import stack_faults
from lth.study.plans.rewound import Rewound
from lth.study.results import Results, shared_settings


def rewound_faults(file: File, plan: Rewound, results: Results) -> Iterator[str]:
    """The weights must differ from those that training began with."""
    parents = results.parents(file, plan)
    yield from stack_faults(file, plan.block, 1)
    for role, parent in parents.items():
        if name := shared_settings(file.origin.settings, parent.origin.settings):
            yield f"its {role} {parent.path} is of another {name}"
    before = parents["start"].group("weights")
    if all(np.array_equal(value, before[name]) for name, value in file.group("weights").items()):
        yield f"is not trained: its weights are those of {parents['start'].path}"
