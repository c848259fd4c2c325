"""The origin of a file that is made from files of several roles."""

from collections.abc import Mapping, Sequence

from lth.files.hdf5 import Stored
from lth.files.origins import Document, Origin
from lth.study.plans.plan import Plan

Found = Mapping[str, Sequence[Stored | Document]]  # by role


def origin_of(plan: Plan, found: Found) -> Origin:
    """What a file says of itself that a plan makes of these files; roles without any are left out.

    Raises ValueError where a file cannot have its role.
    """
    for role, files in found.items():
        for file in files:
            plan.check_input(role, file.path, file.origin)
    inputs = {role: tuple(file.as_input() for file in files) for role, files in found.items()}
    return plan.origin({role: items for role, items in inputs.items() if items})
