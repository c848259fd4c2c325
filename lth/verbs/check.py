"""`lth check`: what `params.yaml` and the catalog amount to."""

import dataclasses
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Literal, Self

import yaml

from lth import settings
from lth.files.terminal import printable
from lth.report.rows import LEAST
from lth.study import catalog
from lth.study.contents import networks_of
from lth.study.graph import Study
from lth.study.judging import judged
from lth.study.node import Node
from lth.study.paper import Scale, file_of
from lth.study.plans.rewound import Rewound
from lth.study.plans.run import Run


@dataclasses.dataclass(frozen=True)
class Cost:
    """Training runs: their jobs, their networks, and the steps of all networks together."""

    jobs: int
    networks: int
    steps: int

    @classmethod
    def of(cls, nodes: Iterable[Node]) -> Self:
        plans = [node.plan for node in nodes if isinstance(node.plan, (Run, Rewound))]
        networks = [networks_of(plan) for plan in plans]
        steps = sum(count * _iterations(plan) for count, plan in zip(networks, plans, strict=True))
        return cls(len(plans), sum(networks), steps)

    def __str__(self) -> str:
        steps = f"{self.steps:,} network-iterations"
        return f"{self.networks:,} networks in {self.jobs:,} jobs, {steps}"


def check(params: Path, what: Literal["study", "paper"], scale: Scale | None) -> None:
    """Prints every experiment and figure complete, as YAML, and how many files there are.

    Of the paper it prints what each of its figures trains, at a scale or at that of `params`.
    Raises ValueError at the first fault.
    """
    if what == "paper":
        _print_paper(params, scale)
        return
    if scale is not None:
        raise ValueError("--scale: only the figures of the paper have one (lth check paper)")
    config = catalog.read(params)
    plain = {
        "experiments": {name: settings.plain(item) for name, item in config.experiments.items()},
        "figures": {name: settings.plain(item) for name, item in config.figures.items()},
    }
    print(yaml.safe_dump(json.loads(json.dumps(plain)), sort_keys=False, width=120).rstrip())
    study = Study(config)
    nodes = study.nodes()
    print(f"# training runs: {Cost.of(nodes)} (what one costs: docs/performance.md)")
    kinds = [node.kind for node in nodes]
    counts = [f"{kinds.count(kind)} {kind}" for kind in sorted(set(kinds))]
    print(f"# files: {', '.join(counts)}")
    if claims := study.claims():
        _print_claims(claims, study)


def _print_claims(claims: Node, study: Study) -> None:
    """How many claims a study judges, and which experiments have too few trials for a verdict."""
    print(f"# claims in {claims.files[0]}: {len(claims.settings['claims'])}")
    few = [name for name in _judged_by(claims, study) if study.experiments[name].trials < LEAST]
    if few:
        print(f"# too few trials for a verdict on claims (below {LEAST}): {', '.join(few)}")


def _judged_by(claims: Node, study: Study) -> list[str]:
    """The experiments that have the trials: those of tables, and those of histograms."""
    tables = [item.settings["experiment"] for item in claims.inputs.get("tables", ())]
    figures = [study.figures[item.settings["name"]] for item in claims.inputs.get("figures", ())]
    drawn = [experiment for figure in figures for experiment, *_ in figure.masks()]
    return list(dict.fromkeys([*tables, *drawn]))


def _print_paper(params: Path, scale: Scale | None) -> None:
    """A line for each figure of the paper: what it trains, and how much of that is there."""
    scale = scale or catalog.read(params).scale
    study = Study(catalog.read(params, scales=[scale]))
    words = study.config.words
    faults = study.config.paper.faults
    figures = {
        name: study.figure(file_of(name, scale))
        for name in words
        if file_of(name, scale) not in faults
    }
    nodes = study.behind(list(figures.values()))
    right = judged(nodes)
    there = {node for node in nodes if all(right.get(path) for path in node.files)}
    for name, figure in figures.items():
        own = study.behind([figure])
        made = "there" if figure in there else f"{Cost.of(there & set(own)).jobs} there"
        print(f"{name:10} {words[name]:34} {Cost.of(own)}; {made}")
    for fault in faults.values():
        print(printable(fault))
    shared = f"{Cost.of(nodes)}; {Cost.of(there).jobs:,} there"
    print(f"{scale:10} {'all, what they share trained once':34} {shared}")


def _iterations(plan: Run | Rewound) -> int:
    """How many steps each of its networks takes."""
    if isinstance(plan, Rewound):
        return plan.iteration
    return plan.recipe.iterations - plan.first_iteration
