"""A study that real snakemake has built, to look at, and copies of it for tests to spoil."""

from __future__ import annotations

from pathlib import Path

import pytest
from workspace import Workspace, built


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A study that has been built once. Tests leave it as it is."""
    return built(tmp_path_factory.mktemp("finished") / "study")


@pytest.fixture
def copied(finished: Workspace, tmp_path: Path) -> Workspace:
    """A copy of the finished study that a test may spoil."""
    return finished.copy(tmp_path / "study")
