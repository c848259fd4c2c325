"""A tiny study on the digits made by calling the verbs by hand, as a person without Snakemake would."""

import dataclasses
import itertools
from pathlib import Path

import pytest

from lth import store
from lth.cli import main
from lth.places import path_of
from lth.study import Node, Study

RUNS = "results/runs/tiny/trials-0-1"
TINY = {
    "extends": "lenet-digits",
    "trials": 2,
    "block": 2,
    "network": {"hidden": [12, 6]},
    "recipe": {"learning_rate": 0.01, "iterations": 40, "evaluate_every": 10},
    "strategies": {
        "iterative": {"rounds": 2, "rates": {"hidden": 0.2, "output": 0.1}, "branches": {"ticket": 1, "reinit": 2}},
        "oneshot": {"scope": "layer", "rates": [{"hidden": 0.9, "output": 0.45}], "branches": {"ticket": 1}},
        "continued": {"scope": "layer", "rounds": 2, "rates": {"hidden": 0.2, "output": 0.1}, "branches": {"ticket": 1}},
        "random": {"like": "oneshot", "rounds": 1, "branches": {"reinit": 2}},
        "rewind": {
            "scope": "global",
            "rounds": 1,
            "rates": {"hidden": 0.2, "output": 0.0},
            "iteration": 15,
            "branches": {"noise-1": 1, "ticket": 1},
        },
    },
    "figures": ["early-stopping", "accuracy-curves", "loss-curves"],
    "curves": {"panels": [["dense/round-0/ticket", "iterative/round-2/ticket"], ["iterative/round-2/reinit"]]},
}


def lth(*arguments: str | Path) -> None:
    main([str(argument) for argument in arguments])


def command(study: Study, node: Node) -> list[str]:
    """The call that makes a file, as the rules make it."""
    inputs = {role: [item.path for item in items] for role, items in node.inputs.items()}
    every = [path for paths in inputs.values() for path in paths]
    planned = ["--settings", node.plan, "--key", node.key]
    match node.kind:
        case "dataset":
            return ["prepare", node.settings["dataset"], "--out", node.path]
        case "theta0":
            mask = path_of("mask", node.settings | {"strategy": "dense", "round": 0})
            return ["init", *planned, "--dataset", *inputs["dataset"], "--out", node.path, "--mask", mask]
        case "mask" if node.settings["strategy"] == "dense":
            return command(study, study.theta0(node.settings["experiment"], node.settings["block"]))
        case "mask":
            weights = ["--weights", *inputs["weights"]] if "weights" in inputs else []
            return ["prune", *planned, "--mask", *inputs["mask"], *weights, "--out", node.path]
        case "run" | "rewound":
            files = [text for role in ("dataset", "start", "mask") for text in (f"--{role}", *inputs[role])]
            return ["train" if node.kind == "run" else "rewind", *planned, *files, "--device", "cpu", "--out", node.path]
        case "table":
            table, origin = node.files
            return ["tabulate", *planned, "--runs", *every, "--out", table, "--origin", origin]
        case "figure":
            svg, png, origin = node.files
            return ["plot", *planned, "--inputs", *every, "--svg", svg, "--png", png, "--origin", origin]
        case _:
            metrics, origin = node.files
            return ["summarize", *every, "--key", node.key, "--out", metrics, "--origin", origin]


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

    def file(self, path: str) -> store.File:
        return store.read(self.folder / path)


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
