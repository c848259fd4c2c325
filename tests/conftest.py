"""What several test files share. Imports stand in the fixtures: each test loads what it needs."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from byhand import Built
    from project import Project

TOP = Path(__file__).parents[1]


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """The project's own catalog, with one experiment (DIGITS) and the figures of params.yaml."""
    from project import DIGITS, copied

    names = ("early-stopping", "end-of-training", "accuracy-curves", "loss-curves")
    figures = {name: {"extends": name, "over": {"digits": ""}} for name in names}
    for name in names[2:]:
        figures[name]["until"] = 1500
    return copied(tmp_path, {"digits": DIGITS}, figures)


@pytest.fixture(scope="session")
def digits(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the digits: the manifest `digits.json`, and the arrays beside it."""
    from lth.cli import main

    folder = tmp_path_factory.mktemp("datasets")
    main(["prepare", "digits", "--out", str(folder / "digits.json")])
    return folder


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Built]:
    """The tiny study, made by hand."""
    from byhand import TINY, TINY_FIGURES, Built, make
    from project import claims_of, copied, state

    folder = tmp_path_factory.mktemp("study")
    project = copied(folder, {"tiny": TINY}, TINY_FIGURES)
    state(folder, claims_of("tiny"))
    study = project.study()
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for node in study.nodes():
            make(study, node)
    return Built(folder, study)


@pytest.fixture
def here(built: Built, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Built:
    """A copy of the finished study for a test of its own, as the current folder."""
    from byhand import Built

    shutil.copytree(built.folder, tmp_path / "study")
    monkeypatch.chdir(tmp_path / "study")
    return Built(tmp_path / "study", built.study)
