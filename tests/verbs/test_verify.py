"""`lth verify`: what it says of a whole study, and of files that are damaged, gone or misplaced."""

from pathlib import Path
from typing import NoReturn

import numpy as np
import pytest
from byhand import Built, lth, refused
from forging import BEFORE, ITERATIVE, MASK, REWOUND, TICKET, WAITS, faults, verified
from tampering.study import rewrite

from lth.files.origins import MEND
from lth.study.faults.choices import FAULTS


def test_a_study_without_faults_passes(here: Built, capsys: pytest.CaptureFixture[str]) -> None:
    count = sum(node.path.endswith(".h5") for node in here.study.nodes())
    files = f"{count} HDF5 files and 14 others"
    assert verified(capsys) == [
        f"results: {files} are whole, in place, and follow from one another",
        "results: 6 pictures are as they were drawn",
    ]


def test_results_may_lie_elsewhere(
    built: Built, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    lth("verify", built.folder / "results")


def test_a_damaged_file_is_one_fault_and_others_wait_for_it(
    here: Built, capsys: pytest.CaptureFixture[str]
) -> None:
    Path(BEFORE).write_bytes(Path(BEFORE).read_bytes()[:-100])
    lines, end = faults(capsys)
    branches = [f"{ITERATIVE}/round-1/{branch}/run.h5" for branch in ("ticket", "reinit")]
    assert lines[0].startswith(f"{BEFORE}: not a whole HDF5 file")
    assert sorted(lines[1:]) == sorted(f"{name}: {WAITS}" for name in [*branches, MASK])
    counted = "1 fault, and 3 files that were made from it; do what each line says"
    assert end.startswith(f"lth: error: results: {counted}")


def test_a_missing_parent_is_named(here: Built, capsys: pytest.CaptureFixture[str]) -> None:
    Path(MASK).unlink()
    what = f"was made from {MASK} (mask), which is missing; run snakemake again"
    assert faults(capsys)[0][0] == f"{ITERATIVE}/round-2/reinit/run.h5: {what}"


def test_swapped_files_are_found_where_they_lie(
    here: Built, capsys: pytest.CaptureFixture[str]
) -> None:
    content = Path(BEFORE).read_bytes()
    Path(BEFORE).write_bytes(Path(MASK).read_bytes())
    Path(MASK).write_bytes(content)
    lines, _ = faults(capsys)
    assert lines[:2] == [f"{BEFORE}: is the file of {MASK}", f"{MASK}: is the file of {BEFORE}"]
    assert all(line.endswith(WAITS) for line in lines[2:])


def test_a_kind_that_no_file_has_is_named(here: Built, capsys: pytest.CaptureFixture[str]) -> None:
    path = Path(TICKET).with_name("checkpoint.h5")
    path.write_bytes(Path(TICKET).read_bytes())
    rewrite(str(path), kind="checkpoint")
    Path("params.yaml").unlink()  # a study would call it a file that is not its own
    assert faults(capsys)[0] == [f"{path}: kind 'checkpoint' does not belong in results"]


def test_a_kind_that_is_no_hdf5_file_is_named(
    here: Built, capsys: pytest.CaptureFixture[str]
) -> None:
    rewrite(TICKET, kind="metrics", settings={})
    assert f"{TICKET}: kind 'metrics' has no HDF5 file" in faults(capsys)[0]


def test_whatever_goes_wrong_is_the_fault_of_one_file(
    here: Built, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def deep(*_: object) -> NoReturn:
        raise RecursionError("deep")

    def large(*_: object) -> NoReturn:
        raise MemoryError("so\nlarge")

    monkeypatch.setitem(FAULTS, "theta0", large)
    monkeypatch.setitem(FAULTS, "rewound", deep)
    lines, end = faults(capsys)
    theta0 = REWOUND.replace("dense/round-0/iteration-15", "theta0")
    assert f"{theta0}: cannot be checked (MemoryError: so large); {MEND}" in lines
    assert f"{REWOUND}: cannot be checked (RecursionError: deep); {MEND}" in lines
    assert end.startswith("lth: error: results: 2 faults; do what each line says")


def test_a_folder_without_files_is_no_success(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    mend = r"run snakemake first, or name the results folder \(not a part of it\)"
    refused("verify", match=f"results: no folder runs in it; {mend}")


@pytest.mark.parametrize("path", ["results/runs", MASK])
def test_a_part_of_the_results_is_refused_and_no_fault(here: Built, path: str) -> None:
    refused("verify", path, match=f"{path}: no folder runs in it")


def test_a_strange_name_does_nothing_to_the_terminal(
    here: Built, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("results/\x1b[31mred\r.txt").write_text("")
    what = "does not belong to the study, so it was not checked"
    assert rf"results/\x1b[31mred\r.txt: {what}" in verified(capsys)


def test_parts_of_files_are_no_strangers(here: Built, capsys: pytest.CaptureFixture[str]) -> None:
    Path(TICKET).with_name("run.h5.checkpoint.part").write_bytes(np.zeros(3).tobytes())
    assert len(verified(capsys)) == 2
