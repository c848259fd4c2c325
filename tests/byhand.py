"""A tiny study on the digits, made by calling the verbs by hand."""

import dataclasses
import itertools
from pathlib import Path

import pytest
from commands import call_of

from lth.cli import main
from lth.files import hdf5
from lth.files.hdf5 import File
from lth.study.graph import Study
from lth.study.node import Node

RUNS = "results/runs/tiny/trials-0-1"
RATES = {"hidden": 0.2, "output": 0.1}
TINY = {
    "extends": "lenet-digits",
    "trials": 2,
    "block": 2,
    "network": {"hidden": [12, 6]},
    "recipe": {
        "learning_rate": 0.01,
        "iterations": 40,
        "evaluate_every": 10,
        "test_every": 2,
    },
    "strategies": {
        "iterative": {"rounds": 2, "rates": RATES, "branches": {"ticket": 1, "reinit": 2}},
        "oneshot": {
            "kind": "oneshot",
            "method": "layer",
            "rates": [{"hidden": 0.9, "output": 0.45}],
            "branches": {"ticket": 1},
        },
        "continued": {
            "kind": "continued",
            "method": "layer",
            "rounds": 2,
            "rates": RATES,
            "branches": {"ticket": 1},
        },
        "random": {"kind": "random", "like": "oneshot", "rounds": 1, "branches": {"reinit": 2}},
        "rewind": {
            "kind": "rewind",
            "method": "global",
            "rounds": 1,
            "rates": {"hidden": 0.2, "output": 0.0},
            "iteration": 15,
            "branches": {"noise-1": 1, "ticket": 1},
        },
    },
}
CURVES = {
    "over": {"tiny": ""},
    "until": 40,
    "panels": [
        [
            {"lines": ["dense/ticket", "iterative/round-2/ticket"]},
            {"lines": ["iterative/round-2/reinit"]},
        ]
    ],
}
TINY_FIGURES = {
    "early-stopping": {"extends": "early-stopping", "over": {"tiny": ""}},
    "accuracy-curves": {"extends": "accuracy-curves", **CURVES},
    "loss-curves": {"extends": "loss-curves", **CURVES},
}


def lth(*arguments: str | Path) -> None:
    main([str(argument) for argument in arguments])


def command(study: Study, node: Node) -> list[str]:
    """The call that makes a file on a CPU."""
    call = call_of(study, node)
    return [*call, "--device", "cpu"] if node.kind in ("run", "rewound") else call


def make(study: Study, node: Node) -> None:
    for item in itertools.chain.from_iterable(node.inputs.values()):
        make(study, item)
    if not Path(node.path).exists():
        lth(*command(study, node))


@dataclasses.dataclass(frozen=True)
class Built:
    """The tiny study and the folder that it was made in."""

    folder: Path
    study: Study

    def node(self, path: str) -> Node:
        return next(node for node in self.study.nodes() if path in node.files)

    def file(self, path: str) -> File:
        return hdf5.read(self.folder / path)


def refused(*arguments: str | Path, match: str) -> None:
    """The call ends with one line that matches, and exit status 1."""
    with pytest.raises(SystemExit, match=match) as caught:
        lth(*arguments)
    assert str(caught.value).startswith("lth: error: ")
    assert "\n" not in str(caught.value)


def unkeyed(call: list[str]) -> list[str]:
    """A call as a person makes it: without the key that the rules know."""
    at = call.index("--key") if "--key" in call else len(call)
    return call[:at] + call[at + 2 :]
