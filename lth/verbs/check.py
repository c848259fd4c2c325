"""`lth check`: what `params.yaml` and the catalog amount to."""

import json
from pathlib import Path

import yaml

from lth import settings
from lth.study import catalog
from lth.study.contents import networks_of
from lth.study.graph import Study
from lth.study.plans.rewound import Rewound
from lth.study.plans.run import Run


def check(params: Path) -> None:
    """Prints every experiment and figure complete, as YAML, and how many files there are.

    Raises ValueError at the first fault.
    """
    config = catalog.read(params)
    study = Study(config)
    plain = {
        "experiments": {name: settings.plain(item) for name, item in config.experiments.items()},
        "figures": {name: settings.plain(item) for name, item in config.figures.items()},
    }
    print(yaml.safe_dump(json.loads(json.dumps(plain)), sort_keys=False, width=120).rstrip())
    plans = [node.plan for node in study.nodes()]
    runs = [plan for plan in plans if isinstance(plan, (Run, Rewound))]
    networks = sum(networks_of(plan) for plan in runs)
    steps = sum(networks_of(plan) * _iterations(plan) for plan in runs)
    print(
        f"# training runs: {networks:,} networks in {len(runs)} jobs, {steps:,} network-iterations"
        " (what one costs: docs/performance.md)"
    )
    kinds = [plan.KIND for plan in plans]
    counts = [f"{kinds.count(kind)} {kind}" for kind in sorted(set(kinds))]
    print(f"# files: {', '.join(counts)}")


def _iterations(plan: Run | Rewound) -> int:
    """How many steps each of its networks takes."""
    if isinstance(plan, Rewound):
        return plan.iteration
    return plan.recipe.iterations - plan.first_iteration
