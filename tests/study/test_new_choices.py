"""One file a choice: a new one is a file and its lines in a table, and runs nothing again.

The JSON Schema is written again with `lth schema`.

The files in tests/choices are put into a copy of the project. They are the shortest of their kinds.
"""

import json
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml
from project import TOP

CHOICES = TOP / "tests" / "choices"
SCHEMA = "workflow/schema.json"
KEYS = """
import json
from lth.study import catalog
from lth.study.graph import Study
print(json.dumps({node.path: node.key for node in Study(catalog.read()).nodes()}))
"""
MAKE = """
import sys
sys.path.append("TESTS")
from byhand import make
from lth.study import catalog
from lth.study.graph import Study
study = Study(catalog.read())
for node in study.nodes():
    make(study, node)
"""


class Choice(NamedTuple):
    """A new entry of a table: the folder of both, its file and its name there.

    `name` is that in a table of names. In a union, the class says its name itself.
    """

    folder: str
    file: str
    entry: str
    name: str = ""

    @property
    def path(self) -> str:
        """Its file, from the top of the project."""
        return f"lth/{self.folder}/{self.file}"

    @property
    def table(self) -> str:
        """The file of its table."""
        return f"lth/{self.folder}/choices.py"

    def put_into(self, top: Path) -> None:
        """Adds the file, and the lines in the table."""
        shutil.copy(CHOICES / self.file, top / self.path)
        table = top / self.table
        head, equals, entries = table.read_text(encoding="utf-8").rstrip().rpartition(" = ")
        assert equals, "a table is one assignment"
        module = self.path.removesuffix(".py").replace("/", ".")
        *above, assigned = head.split("\n")
        if self.name:
            entries = f"{entries.removesuffix('}').rstrip().removesuffix(',')}, "
            entries += f'"{self.name}": {self.entry}}}'
        else:
            entries = f"{entries} | {self.entry}"
        line = f"from {module} import {self.entry}"
        text = "\n".join([*above, line, f"{assigned} = {entries}\n"])
        table.write_text(text, encoding="utf-8")


NEW = [
    Choice("networks", "linear.py", "Linear"),
    Choice("lottery/initializations", "flat.py", "Flat", "flat"),
    Choice("lottery/branches", "signs.py", "Signs", "signs"),
    Choice("lottery/pruning", "largest.py", "Largest", "largest"),
    Choice("training/optimizers", "downhill.py", "Downhill", "downhill"),
    Choice("study/strategies", "reborn.py", "Reborn"),
    Choice("report/figures", "bars.py", "Bars"),
    Choice("data/sources", "stripes.py", "Stripes", "stripes"),
]
RECIPE = {
    "optimizer": "downhill",
    "learning_rate": 0.01,
    "momentum": 0.5,
    "weight_decay": 0.0,
    "warmup": 0,
    "drops": [],
    "drop_factor": 0.1,
    "batch": 20,
    "iterations": 8,
    "evaluate_every": 4,
    "test_every": 1,
    "data_order": "fresh",
    "augmentation": "none",
    "normalization": "scale",
}
EXPERIMENT = {
    "dataset": "stripes",
    "validation": 20,
    "seed": 1,
    "trials": 2,
    "block": 2,
    "network": {"name": "linear", "initialization": "flat"},
    "recipe": RECIPE,
    "moments": [],
    "strategies": {
        "new": {
            "kind": "reborn",
            "method": "largest",
            "rounds": 2,
            "rates": {"output": 0.2},
            "branches": {"ticket": 1, "reinit": 1, "signs": 1},
        }
    },
}
FIGURE = {"kind": "bars", "of": "new", "caption": "Bars."}


class Copy(NamedTuple):
    """A copy of the project with the new choices, and the keys of its files before and after."""

    top: Path
    before: Mapping[str, str]
    after: Mapping[str, str]


def call(top: Path, *arguments: str) -> str:
    """What Python prints, run in a copy of the project with its own lth. It must succeed."""
    process = subprocess.run(
        [sys.executable, *arguments], cwd=top, capture_output=True, text=True, check=False
    )
    assert not process.returncode, process.stderr
    return process.stdout


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    top = tmp_path_factory.mktemp("project")
    for name in ("lth", "workflow"):
        shutil.copytree(TOP / name, top / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(TOP / "params.yaml", top)
    before = json.loads(call(top, "-c", KEYS))
    for choice in NEW:
        choice.put_into(top)
    call(top, "-m", "lth", "schema", "--out", SCHEMA)
    return Copy(top, before, json.loads(call(top, "-c", KEYS)))


@pytest.fixture(scope="module")
def study(copy: Copy) -> Copy:
    """The copy with a study of the new choices."""
    params: dict[str, Any] = yaml.safe_load((TOP / "params.yaml").read_text(encoding="utf-8"))
    params |= {"experiments": {"new": EXPERIMENT}, "figures": {"bars": FIGURE}}
    (copy.top / "params.yaml").write_text(yaml.safe_dump(params), encoding="utf-8")
    return copy


def files(top: Path) -> dict[str, str]:
    """The texts of all files of lth and of the workflow."""
    found = [path for name in ("lth", "workflow") for path in (top / name).rglob("*")]
    return {
        path.relative_to(top).as_posix(): path.read_text(encoding="utf-8")
        for path in found
        if path.is_file() and "__pycache__" not in path.parts
    }


def test_a_new_choice_is_one_file_and_its_lines_in_a_table(copy: Copy) -> None:
    before, after = files(TOP), files(copy.top)
    touched = {name for name, text in after.items() if before.get(name) != text}
    written = {choice.path for choice in NEW} | {choice.table for choice in NEW}
    assert touched == written | {SCHEMA}
    assert after.keys() >= before.keys()


def test_new_choices_run_nothing_again(copy: Copy) -> None:
    assert len(copy.before) > 40
    assert copy.after == copy.before


def test_an_experiment_of_new_choices_is_accepted(study: Copy) -> None:
    shown = yaml.safe_load(call(study.top, "-m", "lth", "check"))
    assert shown == {"experiments": {"new": EXPERIMENT}, "figures": {"bars": FIGURE}}


def test_the_schema_has_new_choices(copy: Copy) -> None:
    text = (copy.top / SCHEMA).read_text(encoding="utf-8")
    assert all(f'"{choice.entry}-changes"' in text for choice in NEW if not choice.name)


def test_a_study_of_new_choices_runs_and_is_verified(study: Copy) -> None:
    call(study.top, "-c", MAKE.replace("TESTS", str(TOP / "tests")))
    said = call(study.top, "-m", "lth", "verify")
    assert "follow from one another" in said
    assert (study.top / "results" / "figures" / "bars.svg").exists()
