"""A file of the pipeline that a test may change."""

from pathlib import Path

import pytest
import toy_file


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return toy_file.written(tmp_path)
