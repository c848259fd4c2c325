"""`lth tidy`: files that are not the study's are listed, and deleted where it is asked."""

import os
from pathlib import Path

import pytest
from byhand import RUNS, Built, lth
from project import Project

ESC, SAFE = "\x1b[31mred\x07\r\u202e", r"\x1b[31mred\x07\r\u202e"
NOTHING = "results: every file belongs to the study; nothing to tidy\n"


def test_a_finished_study_has_nothing_to_tidy(
    here: Built, capsys: pytest.CaptureFixture[str]
) -> None:
    lth("tidy")
    assert capsys.readouterr().out == NOTHING


def test_files_of_rounds_that_are_gone_are_listed_and_stay(
    here: Built, capsys: pytest.CaptureFixture[str]
) -> None:
    stale = [Path(f"{RUNS}/iterative/round-3/{name}.h5") for name in ("mask", "ticket/run")]
    for path in stale:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")
    lth("tidy")
    end = "results: 2 files do not belong to the study; lth tidy --delete deletes them"
    assert capsys.readouterr().out.splitlines() == [*map(str, stale), end]
    assert all(path.exists() for path in stale)


def test_deleted_files_leave_no_empty_folders(here: Built) -> None:
    path = Path(f"{RUNS}/iterative/round-3/ticket/run.h5")
    path.parent.mkdir(parents=True)
    path.write_bytes(b"")
    lth("tidy", "--delete")
    assert not Path(f"{RUNS}/iterative/round-3").exists()
    assert all(Path(file).exists() for file in here.study.files())


def test_checkpoints_of_the_study_stay(here: Built, capsys: pytest.CaptureFixture[str]) -> None:
    kept = Path(f"{RUNS}/iterative/round-2/ticket/run.h5.checkpoint.part")
    stale = Path(f"{RUNS}/iterative/round-9/ticket/run.h5.checkpoint.part")
    for path in (kept, stale):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")
    lth("tidy", "--delete")
    assert (kept.exists(), stale.exists()) == (True, False)


def test_files_of_any_name_are_listed_and_deleted(
    project: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(project.folder)
    Path("results").mkdir()
    for name in (os.fsencode(ESC), b"no-utf-8-\xff", b"two\nlines"):
        Path(os.fsdecode(b"results/" + name)).write_text("")
    lth("tidy", "--delete")
    listed = [f"results/{SAFE}", r"results/no-utf-8-\udcff", r"results/two\nlines"]
    end = "results: 3 files did not belong to the study and were deleted"
    assert capsys.readouterr().out.splitlines() == [*listed, end]
    assert not list(Path("results").iterdir())
