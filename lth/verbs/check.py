"""`lth check`: what `params.yaml` and the catalog amount to."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from lth import config, settings
from lth.places import trials_of
from lth.study import Study


def check(params: Path) -> None:
    """Prints every experiment complete, as YAML, and how many files the study has of each kind. Raises ValueError at the first fault."""
    study = Study(config.read(params))
    plain = {name: settings.to_plain(experiment) for name, experiment in study.experiments.items()}
    print(yaml.safe_dump(json.loads(json.dumps({"experiments": plain})), sort_keys=False, width=120).rstrip())
    kinds = [node.kind for node in study.nodes()]
    trainings = [node for node in study.nodes() if node.kind in ("run", "rewound")]
    networks = [len(trials_of(node.settings["block"])) * node.settings.get("repeats", 1) for node in trainings]
    steps = sum(count * _iterations(node.settings) for count, node in zip(networks, trainings, strict=True))
    print(f"# trainings: {sum(networks):,} networks in {len(trainings)} jobs, {steps:,} network-iterations (what one costs: docs/performance.md)")
    print("# files: " + ", ".join(f"{kinds.count(kind)} {kind}" for kind in dict.fromkeys(sorted(kinds))))


def _iterations(plan: Mapping[str, Any]) -> int:
    """How many steps a run or rewound training takes."""
    return plan["iteration"] if "iteration" in plan else plan["recipe"]["iterations"] - plan["start_iteration"]
