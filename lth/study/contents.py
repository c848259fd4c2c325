"""Which arrays an HDF5 file of each kind holds: they follow from its plan and its network."""

from lth.files.hdf5 import Template
from lth.files.paths import trials_of
from lth.lottery import masks, tickets
from lth.study.plans.mask import Mask
from lth.study.plans.plan import Plan
from lth.study.plans.rewound import Rewound
from lth.study.plans.run import Run
from lth.study.plans.theta0 import Theta0
from lth.training import measures


def template(plan: Plan, shape: tuple[int, ...], classes: int) -> Template:
    """All arrays of a file, for images of a shape in so many classes. Raises ValueError."""
    match plan:
        case Mask():
            return masks.template(networks_of(plan), plan.shapes)
        case Theta0() | Rewound():
            return tickets.template(networks_of(plan), plan.network.architecture(shape, classes))
        case Run():
            architecture = plan.network.architecture(shape, classes)
            weights = tickets.template(networks_of(plan), architecture) if plan.keep_weights else {}
            measured = measures.template(plan.recipe, plan.first_iteration, networks_of(plan))
            return {**weights, **measured}
        case _:
            raise ValueError(f"kind {plan.KIND!r} is no HDF5 file")


def networks_of(plan: Theta0 | Rewound | Mask | Run) -> int:
    """How many networks a file holds."""
    repeats = plan.repeats if isinstance(plan, (Mask, Run)) else 1
    return len(trials_of(plan.block)) * repeats
