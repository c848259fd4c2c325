"""What `lth verify` and `lth tidy` say of results of real snakemake, and reports of these."""

import re

import pytest
from workspace import Workspace

pytest.importorskip("snakemake", reason="snakemake is not installed")

BLOCK = "results/runs/tiny/trials-0-1"


@pytest.fixture
def swapped(copied: Workspace) -> Workspace:
    """A study in which the masks of two rounds are swapped."""
    folder = copied.folder / BLOCK / "iterative"
    one, other = folder / "round-1/mask.h5", folder / "round-2/mask.h5"
    content = one.read_bytes()
    one.write_bytes(other.read_bytes())
    other.write_bytes(content)
    return copied


def test_verify_passes_on_a_finished_study(finished: Workspace) -> None:
    assert "are whole, in place, and follow from one another" in finished.lth("verify")


def test_verify_names_files_that_are_swapped(swapped: Workspace) -> None:
    said = f"round-1/mask.h5: is the file of {BLOCK}/iterative/round-2/mask.h5"
    assert said in swapped.lth("verify", status=1)


def test_verify_names_a_file_that_was_cut_off(copied: Workspace) -> None:
    run = copied.folder / BLOCK / "iterative/round-2/ticket/run.h5"
    run.write_bytes(run.read_bytes()[:-100])
    assert "round-2/ticket/run.h5: not a whole HDF5 file" in copied.lth("verify", status=1)


def test_verify_is_content_after_other_trials_and_blocks(copied: Workspace) -> None:
    edits = (("trials: 2", "trials: 1"), ("trials: 1", "trials: 3"), ("block: 2", "block: 3"))
    for old, new in edits:
        copied.edit("params.yaml", old, new)
        copied.run("snakemake")
        assert "follow from one another" in copied.lth("verify")
    said = f"{BLOCK}/theta0.h5: does not belong to the study"
    assert said in copied.lth("verify")
    copied.lth("tidy", "--delete")
    assert "does not belong" not in copied.lth("verify")


def test_tidy_lists_and_deletes_what_the_study_no_longer_has(copied: Workspace) -> None:
    copied.edit("params.yaml", "rounds: 2", "rounds: 1")
    copied.run("snakemake")
    listed = copied.lth("tidy")
    assert f"{BLOCK}/iterative/round-2/mask.h5\n" in listed
    assert "round-1" not in listed
    said = "results: 3 files did not belong to the study and were deleted"
    assert said in copied.lth("tidy", "--delete")
    assert not (copied.folder / BLOCK / "iterative/round-2").exists()
    assert copied.plan() == {}


def test_a_report_holds_figures_and_needs_no_network(copied: Workspace) -> None:
    copied.run("snakemake", "--report", "report.html")
    page = (copied.folder / "report.html").read_text(encoding="utf-8")
    assert "early-stopping" in page
    assert "Iteration of minimum validation loss" in page
    assert not re.findall(r'(?:src|href)="https?://[^"]*\.(?:js|css)"', page)
