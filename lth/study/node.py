"""A file of a study: what it is, and what it is made from."""

import dataclasses
import functools
from collections.abc import Mapping
from typing import Any

from lth import keys, settings
from lth.study.plans.plan import Plan


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Node:
    """One file (or several that are made together): its plan, and its inputs by role."""

    plan: Plan
    inputs: Mapping[str, tuple["Node", ...]]

    def __repr__(self) -> str:
        return f"Node({self.path!r})"  # inputs of inputs would make it endless

    @property
    def kind(self) -> str:
        """The kind of the file."""
        return self.plan.KIND

    @functools.cached_property
    def path(self) -> str:
        """Where the file lies that says what it was made from, from the top of the project."""
        return self.plan.path

    @property
    def files(self) -> tuple[str, ...]:
        """All files that are made together: a table and its origin, a figure in four formats."""
        return self.plan.files

    @functools.cached_property
    def settings(self) -> Mapping[str, Any]:
        """The plan as plain data."""
        return settings.plain(self.plan)

    @functools.cached_property
    def key(self) -> str:
        """What the file is made from, all the way down (see `lth.keys`)."""
        inputs = {role: [node.key for node in nodes] for role, nodes in self.inputs.items()}
        return keys.key(self.kind, self.settings, self.plan.code, inputs)

    @property
    def text(self) -> str:
        """The plan as canonical JSON, as the verbs take it."""
        return keys.canonical(self.settings)
