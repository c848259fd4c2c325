"""Where compiled code lies, and when it is compiled anew."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from mounts import mounted

from lth.training.sparse import compiling

TOP = Path(__file__).parents[3]
PROGRAM = """
import sys
import numpy as np
from lth.training.sparse import compiling
from lth.training.sparse.updates import sgd
values, zeros = np.zeros(16, np.float32), np.zeros(16, np.float32)
with compiling.first_compilation("float32"):
    sgd(values, np.ones(16, np.float32), zeros, 0.5, 0.0, 0.0)
print(compiling.FOLDER, values[0])
print("numba.cpython.unicode" in sys.modules)
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


def started(folder: Path, cache: Path, **more: str) -> subprocess.Popen[str]:
    variables = {"NUMBA_CACHE_DIR": str(cache), "PYTHONPATH": str(TOP), **more}
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM],
        env=os.environ | variables,
        cwd=folder,
        stdout=subprocess.PIPE,
        text=True,
    )


def said(process: subprocess.Popen[str]) -> list[str]:
    output, _ = process.communicate()
    assert process.returncode == 0
    return output.splitlines()


def test_the_first_process_compiles_and_says_so(tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    folder = cache / compiling.source_digest(compiling.SOURCES)
    together = [said(process) for process in [started(tmp_path, cache) for _ in range(3)]]
    later = said(started(tmp_path, cache))
    line = f"compiles kernels into {folder}, which takes some seconds once"
    assert sorted(map(len, together)) == [2, 2, 3]
    assert [line, f"{folder} -0.5", "True"] in together
    assert all(lines[-2] == f"{folder} -0.5" for lines in together)
    assert later == [f"{folder} -0.5", "False"], "what compiles is not loaded"
    assert len(list(folder.glob("*.nbc"))) == len(list(folder.glob("*.nbi")))


def test_where_no_cache_can_be_written_every_process_says_so(tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    cache.touch()
    line = "compiles kernels, which takes some seconds; no cache can be written"
    assert said(started(tmp_path, cache)) == [line, "None -0.5", "True"]


DAMAGES = {
    "nothing": lambda content: b"",
    "half": lambda content: content[: len(content) // 2],
    "another bit": lambda content: content[:-100] + bytes([content[-100] ^ 1]) + content[-99:],
}


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("kind", ["nbi", "nbc"])
def test_damaged_code_is_compiled_anew(tmp_path: Path, kind: str, damage: str) -> None:
    cache = tmp_path / "cache"
    folder, _ = said(started(tmp_path, cache))[1:]
    (file,) = Path(folder.split()[0]).glob(f"*.sgd-*.{kind}")
    file.write_bytes(DAMAGES[damage](file.read_bytes()))
    again, later = (said(started(tmp_path, cache)) for _ in range(2))
    assert again == [folder, "True"], "it is compiled"
    assert later == [folder, "False"], "it is loaded"


def test_a_cache_of_another_cpu_that_can_only_be_read_is_none(tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    said(started(tmp_path, cache))
    with mounted(cache, 0) as there:
        if not there:
            pytest.skip("mounting needs root")
        said_there = said(started(tmp_path, cache, NUMBA_CPU_NAME="generic"))
    line = "compiles kernels, which takes some seconds; no cache can be written"
    assert said_there[0] == line
    assert said_there[1].endswith(" -0.5")
