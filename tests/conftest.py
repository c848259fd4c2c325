"""What several test files share: a copy of the project's own params.yaml and catalog that a test may change, and the digits, prepared once."""

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from byhand import TINY, Built, make

from lth import config
from lth.cli import main
from lth.study import Study

TOP = Path(__file__).parents[1]
DIGITS = {
    "extends": "lenet-digits",
    "seed": 1,
    "trials": 5,
    "block": 5,
    "validation": 200,
    "recipe": {"learning_rate": 0.0012, "iterations": 1500, "evaluate_every": 20},
    "strategies": {"iterative": {"rounds": 12, "rates": {"hidden": 0.2, "output": 0.1}, "branches": {"ticket": 1, "reinit": 1}}},
}


@dataclass(frozen=True)
class Project:
    """A folder with a params.yaml and the catalog."""

    folder: Path

    @property
    def params(self) -> Path:
        return self.folder / "params.yaml"

    @property
    def catalog(self) -> Path:
        return self.folder / config.CATALOG

    def read(self) -> config.Config:
        return config.read(self.params, self.catalog)

    def set(self, key: str, value: Any, file: str = "params.yaml") -> None:
        """Sets a dotted key of a YAML file, in mappings that are there or new."""
        data = yaml.safe_load((self.folder / file).read_text(encoding="utf-8"))
        *parents, last = key.split(".")
        inner = data
        for name in parents:
            inner = inner.setdefault(name, {})
        inner[last] = value
        (self.folder / file).write_text(yaml.safe_dump(data, sort_keys=False), encoding="utf-8")

    def edit(self, pattern: str, replacement: str | Callable[[re.Match[str]], str]) -> None:
        """Replaces what a pattern matches, exactly once, in the text of params.yaml."""
        text, count = re.subn(pattern, replacement, self.params.read_text(encoding="utf-8"))
        assert count == 1, f"{pattern!r} matches {count} times"
        self.params.write_text(text, encoding="utf-8")


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """The project's own params.yaml and catalog, with the one experiment DIGITS, whose numbers tests rely on."""
    shutil.copy(TOP / "params.yaml", tmp_path)
    shutil.copytree(TOP / config.CATALOG, tmp_path / config.CATALOG)
    result = Project(tmp_path)
    result.set("experiments", {"digits": DIGITS})
    return result


@pytest.fixture(scope="session")
def digits(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the digits: the manifest `digits.json`, and the arrays beside it."""
    folder = tmp_path_factory.mktemp("datasets")
    main(["prepare", "digits", "--out", str(folder / "digits.json")])
    return folder


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Built]:
    folder = tmp_path_factory.mktemp("study")
    shutil.copy(TOP / "params.yaml", folder)
    shutil.copytree(TOP / config.CATALOG, folder / config.CATALOG)
    project = Project(folder)
    project.set("experiments", {"tiny": TINY})
    study = Study(project.read())
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for node in study.nodes():
            make(study, node)
    return Built(folder, study)


@pytest.fixture
def here(built: Built, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Built:
    """A copy of the finished study for a test of its own, as the current folder."""
    shutil.copytree(built.folder, tmp_path / "study")
    monkeypatch.chdir(tmp_path / "study")
    return Built(tmp_path / "study", built.study)
