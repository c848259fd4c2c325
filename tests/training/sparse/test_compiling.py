"""Where compiled code lies, and when it is compiled anew."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from lth.training.sparse import compiling

TOP = Path(__file__).parents[3]
PROGRAM = """
import numpy as np
from lth.training.sparse import compiling
from lth.training.sparse.updates import sgd
values, zeros = np.zeros(16, np.float32), np.zeros(16, np.float32)
sgd(values, np.ones(16, np.float32), zeros, 0.5, 0.0, 0.0)
print(compiling.FOLDER, values[0])
"""


def digest_of(folder: Path, **files: str) -> str:
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / f"{name}.py").write_text(text)
    return compiling.source_digest(folder)


def test_a_change_in_any_module_is_another_digest(tmp_path: Path) -> None:
    before = digest_of(tmp_path, one="x = 1", two="y = 1")
    assert digest_of(tmp_path) == before
    assert digest_of(tmp_path, two="y = 2") != before


def test_code_lies_in_the_cache_of_the_user(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    digest = compiling.source_digest(compiling.SOURCES)
    assert compiling.cache_folder() == tmp_path / "lth" / digest
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "own"))
    assert compiling.cache_folder() == tmp_path / "own" / digest
    assert (tmp_path / "own" / digest).is_dir()


def test_a_cache_that_cannot_be_written_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "file"))
    assert compiling.cache_folder() is None


@pytest.mark.parametrize("writable", [True, False])
def test_kernels_work_with_and_without_a_cache(tmp_path: Path, writable: bool) -> None:
    cache = tmp_path / "cache"
    if not writable:
        cache.touch()
    variables = {"NUMBA_CACHE_DIR": str(cache), "PYTHONPATH": str(TOP)}
    process = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env=os.environ | variables,
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert process.returncode == 0, process.stderr
    folder, value = process.stdout.split()
    assert float(value) == -0.5
    assert folder == (f"{cache}/{compiling.FOLDER.name}" if writable else "None")
    assert any(cache.rglob("*.nbc")) == writable
