"""`lth check`: what `params.yaml` and the catalog amount to."""

import json
from pathlib import Path

import yaml

from lth import config, settings
from lth.study import Study


def check(params: Path) -> None:
    """Prints every experiment complete, as YAML, and how many files the study has of each kind. Raises ValueError at the first fault."""
    study = Study(config.read(params))
    plain = {name: settings.to_plain(experiment) for name, experiment in study.experiments.items()}
    print(yaml.safe_dump(json.loads(json.dumps({"experiments": plain})), sort_keys=False, width=120).rstrip())
    kinds = [node.kind for node in study.nodes()]
    print("# files: " + ", ".join(f"{kinds.count(kind)} {kind}" for kind in dict.fromkeys(sorted(kinds))))
