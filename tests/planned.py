"""What tests of the planner share: refusals, keys by path, and what a change makes anew."""

import re
from collections.abc import Iterable, Mapping

import pytest
from project import Project

from lth.study.graph import Study
from lth.study.node import Node

BLOCK = "trials-0-4"
RUNS = f"results/runs/digits/{BLOCK}"
DIGITS = "experiments.digits"
STRATEGIES = f"{DIGITS}.strategies"
LAYERWISE = {
    "method": "layer",
    "rounds": 3,
    "rates": {"hidden": 0.2, "output": 0.1},
    "branches": {"ticket": 1},
}
RANDOM = {"kind": "random", "like": "iterative", "rounds": 12, "branches": {"reinit": 1}}
REWIND = {"kind": "rewind", **LAYERWISE, "iteration": 100}
ONESHOT = {
    "kind": "oneshot",
    "method": "layer",
    "rates": [{"hidden": 0.5, "output": 0.25}, {"hidden": 0.9, "output": 0.45}],
    "branches": {"ticket": 1},
}


def refused(project: Project, message: str) -> None:
    """The study of a project is refused, with one line that has this message."""
    with pytest.raises(ValueError, match=re.escape(message)) as caught:
        project.read()
    assert "\n" not in str(caught.value)


def keys_of(study: Study) -> dict[str, str]:
    """The key of each file of a study."""
    return {node.path: node.key for node in study.nodes()}


def changed(before: Mapping[str, str], after: Mapping[str, str]) -> set[str]:
    """The files of both whose key is another."""
    return {path for path in before.keys() & after.keys() if before[path] != after[path]}


def under(paths: Iterable[str], *starts: str) -> set[str]:
    """The paths that begin with one of these."""
    return {path for path in paths if path.startswith(starts)}


def inputs_of(node: Node) -> dict[str, list[str]]:
    """The paths of a node's inputs by role."""
    return {role: [item.path for item in items] for role, items in node.inputs.items()}
