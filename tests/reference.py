"""The study of the project in the current folder, by the `lth` that lies there.

`make` builds it from nothing in one process. `state` prints its nodes as JSON, with what their
files say of themselves.
"""

import dataclasses
import json
import os
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, os.getcwd())  # before the installed lth, as `python -m lth` has it

from byhand import command, lth

from lth.files import origins
from lth.study import catalog
from lth.study.graph import Study
from lth.study.node import Node
from lth.study.plans.mask import Mask


def make(study: Study) -> None:
    """Every file by one call of its verb, inputs first. The device is picked as by the rules."""
    done: set[str] = set()

    def visit(node: Node) -> None:
        for item in (item for items in node.inputs.values() for item in items):
            visit(item)
        if (name := job(study, node)) not in done:
            lth(*(word for word in command(study, node) if word not in ("--device", "cpu")))
            done.add(name)

    for node in study.nodes():
        visit(node)


def state(study: Study) -> list[dict[str, Any]]:
    """The nodes, with the paths of their inputs.

    `says` is what the file at the path says of itself, `now` the digest that its inputs amount to
    as they are now.
    """
    nodes = study.nodes()
    found = {node.path: header(node.path) for node in nodes}
    return [
        {
            "kind": node.kind,
            "job": job(study, node),
            "path": node.path,
            "files": list(node.files),
            "lost": [path for path in node.files if not Path(path).exists()],
            "key": node.key,
            "inputs": [item.path for items in node.inputs.values() for item in items],
            "says": found[node.path],
            "now": now(node, found),
        }
        for node in nodes
    ]


def now(node: Node, found: dict[str, dict[str, str]]) -> str:
    """The digest that a file made from these inputs would have of their contents."""
    contents = {path: says.get("content", "") for path, says in found.items()}
    roles = {role: [contents[item.path] for item in items] for role, items in node.inputs.items()}
    return origins.made_from(roles)


def header(path: str) -> dict[str, str]:
    """What a file says of itself; nothing where it is lost or no file of lth."""
    read = origins.header(path)
    return dataclasses.asdict(read) if read else {}


def job(study: Study, node: Node) -> str:
    """The job that makes a node, named by a path: `init` makes θ0 and the dense mask."""
    plan = node.plan
    if isinstance(plan, Mask) and plan.making is None:
        return study.theta0(plan.experiment, plan.block).path
    return node.path


if __name__ == "__main__":
    planned = Study(catalog.read())
    if sys.argv[1] == "make":
        make(planned)
    else:
        print(json.dumps(state(planned)))
