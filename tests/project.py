"""A folder with the project's own params.yaml and catalog, which a test may change."""

import json
import re
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from lth.study import catalog
from lth.study.graph import Study
from lth.study.paper import Scale

TOP = Path(__file__).parents[1]
DIGITS = {
    "extends": "lenet-digits",
    "seed": 1,
    "trials": 5,
    "block": 5,
    "validation": 200,
    "recipe": {"learning_rate": 0.0012, "iterations": 1500, "evaluate_every": 20},
    "strategies": {
        "iterative": {
            "rounds": 12,
            "rates": {"hidden": 0.2, "output": 0.1},
            "branches": {"ticket": 1, "reinit": 1},
        }
    },
}  # whose numbers tests rely on


@dataclass(frozen=True)
class Project:
    """A folder with a params.yaml and the catalog."""

    folder: Path

    @property
    def params(self) -> Path:
        return self.folder / "params.yaml"

    @property
    def entries(self) -> Path:
        return self.folder / catalog.CATALOG

    def read(self, scales: Sequence[Scale] = ()) -> catalog.Config:
        return catalog.read(self.params, self.entries, scales)

    def study(self) -> Study:
        return Study(self.read())

    def set(self, key: str, value: Any, file: str = "params.yaml") -> None:
        """Sets a dotted key of a YAML file, in mappings that exist or are new."""
        data = yaml.safe_load((self.folder / file).read_text(encoding="utf-8"))
        *parents, last = key.split(".")
        inner = data
        for name in parents:
            inner = inner.setdefault(name, {})
        inner[last] = value
        data = json.loads(json.dumps(data))  # or what stands twice would become an alias
        text = yaml.safe_dump(data, sort_keys=False)
        (self.folder / file).write_text(text, encoding="utf-8")

    def edit(self, pattern: str, replacement: str | Callable[[re.Match[str]], str]) -> None:
        """Replaces what a pattern matches, exactly once, in the text of params.yaml."""
        text, count = re.subn(pattern, replacement, self.params.read_text(encoding="utf-8"))
        assert count == 1, f"{pattern!r} matches {count} times"
        self.params.write_text(text, encoding="utf-8")


def claims_of(experiment: str) -> dict[str, Any]:
    """A claim about tables of an experiment, and one about its network."""
    about = {"section": "2", "figure": "figure-4", "says": "Tickets of 64 % are better."}
    tickets = f'test("{experiment}/iterative/ticket@64") - test("{experiment}/dense/ticket")'
    better = {"value": tickets, "paper": 1.0, "agrees": "ours > 100", "direction": "ours > -100"}
    size = {
        "value": f'fact("{experiment}", "weights.output")',
        "paper": 60,
        "agrees": "ours == paper",
    }
    return {"better": about | better, "size": about | size}


def state(folder: Path, claims: Any) -> None:
    """Writes claims into a file of their own in the catalog of a project."""
    text = yaml.safe_dump({"claims": claims})
    (folder / catalog.CATALOG / "own-claims.yaml").write_text(text, encoding="utf-8")


def copied(folder: Path, experiments: Any, figures: Any) -> Project:
    """The project's own params.yaml and catalog, with other experiments and figures."""
    shutil.copy(TOP / "params.yaml", folder)
    shutil.copytree(TOP / catalog.CATALOG, folder / catalog.CATALOG)
    project = Project(folder)
    project.set("experiments", experiments)
    project.set("figures", figures)
    return project
