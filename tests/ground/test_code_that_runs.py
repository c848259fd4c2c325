"""No code runs in a verb that the digest of its file does not cover."""

import pkgutil
import sys
from importlib import import_module
from pathlib import Path
from types import FrameType

import pytest
from byhand import Built, command
from byhand import lth as call

import lth
from lth import code
from lth.study.node import Node
from lth.study.plans.mask import Mask
from lth.study.plans.plan import module_of

UNCOVERED = {
    "cli",  # reads the command line, with
    "files.texts",  # its reader of JSON; where a verb itself reads texts, it reaches this
    "files.terminal",  # words for a person
    "code",
}


@pytest.fixture(scope="module", autouse=True)
def loaded() -> None:
    """All of lth is loaded: a table loads all entries, and loading them must not matter."""
    for module in pkgutil.walk_packages(lth.__path__, "lth."):
        if module.name != "lth.__main__":
            import_module(module.name)


def ran(words: list[str]) -> set[str]:
    """The modules of lth whose functions a call of a verb runs."""
    found: set[str] = set()

    def watch(frame: FrameType, event: str, argument: object) -> None:
        path = Path(frame.f_code.co_filename)
        if event == "call" and path.is_relative_to(code.PACKAGE):
            found.add(".".join(path.relative_to(code.PACKAGE).with_suffix("").parts))

    sys.setprofile(watch)
    try:
        call(*words)
    finally:
        sys.setprofile(None)
    return found - UNCOVERED


KINDS = ("theta0", "rewound", "mask", "run", "table", "figure", "metrics", "claims")


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_runs_that_the_digest_does_not_cover(here: Built, kind: str) -> None:
    nodes: list[Node] = [node for node in here.study.nodes() if node.kind == kind]
    assert nodes
    for node in nodes:
        found = ran(command(here.study, node))
        assert len(found) > 3
        assert found <= covered(here, node), node.path


def covered(built: Built, node: Node) -> frozenset[str]:
    """The modules in the digests of the files that are made with a file."""
    entries = node.plan.entries()
    if isinstance(node.plan, Mask) and node.plan.making is None:  # made with θ0
        entries = built.study.theta0(node.plan.experiment, node.plan.block).plan.entries()
    return code.reached(f"verbs.{node.plan.verb}", tuple(map(module_of, entries)))
