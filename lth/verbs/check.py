"""`lth check`: what `params.yaml` and the catalog amount to."""

import json
from pathlib import Path

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
    runs = [node for node in study.nodes() if node.kind == "run"]
    networks = [len(trials_of(node.settings["block"])) * node.settings["repeats"] for node in runs]
    steps = sum(count * node.settings["recipe"]["iterations"] for count, node in zip(networks, runs, strict=True))
    print(f"# trainings: {sum(networks):,} networks in {len(runs)} jobs, {steps:,} network-iterations (what one costs: docs/performance.md)")
    print("# files: " + ", ".join(f"{kinds.count(kind)} {kind}" for kind in dict.fromkeys(sorted(kinds))))
