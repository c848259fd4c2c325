"""Digests in a folder of modules that a test may edit."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from digesting import forget

from lth import code


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty folder in which digests look for the modules of lth, and an empty cache."""
    monkeypatch.setattr(code, "PACKAGE", tmp_path / "lth")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    forget()
    yield tmp_path / "lth"
    forget()
