"""Real snakemake that is killed, locked out, or finds a disk that it cannot write to."""

import random
import time
from pathlib import Path

import pytest
from mounts import mounted
from processes import end_all
from workspace import PARAMS, Workspace, built

pytest.importorskip("snakemake", reason="snakemake is not installed")

LONG = (
    PARAMS.replace("iterations: 40", "iterations: 4000")
    .replace("rounds: 2", "rounds: 1")
    .replace("reinit: 1", "reinit: null")
    .replace("iterative/reinit: dashed", "iterative/reinit: null")
    .replace("iterative/round-1/reinit", "iterative/round-1/ticket")
)
CHANCE = random.Random()  # so that kills come at other times in each run


def killed_once(workspace: Workspace, *, in_training: bool) -> None:
    """Kills a build with all its processes after some seconds.

    `in_training` waits for a checkpoint first, so that a training run is surely under way.
    """
    process = workspace.start("snakemake")
    while in_training and not list(workspace.folder.rglob("*.checkpoint.part")):
        assert process.poll() is None
        time.sleep(0.05)
    time.sleep(CHANCE.uniform(0, 6))
    end_all(process.pid)
    process.communicate()
    workspace.run("snakemake", "--unlock")


@pytest.mark.skipif(not Path("/proc/self/cwd").exists(), reason="finds processes in /proc")
def test_kills_at_random_moments_leave_the_same_bytes(tmp_path: Path) -> None:
    undisturbed = built(tmp_path / "undisturbed", LONG).results()
    workspace = Workspace.new(tmp_path / "killed", LONG)
    train = "python -m lth train"
    workspace.edit("workflow/rules/training.smk", train, f"{train} --checkpoint-every 0")
    for attempt in range(3):
        killed_once(workspace, in_training=attempt == 0)
    workspace.run("snakemake")
    assert workspace.results() == undisturbed
    assert workspace.plan() == {}
    assert not list(workspace.folder.rglob("*.part"))


def test_a_second_run_at_once_is_refused_and_the_first_goes_on(tmp_path: Path) -> None:
    workspace = Workspace.new(tmp_path / "study")
    first = workspace.start("snakemake")
    while not list((workspace.folder / ".snakemake/locks").glob("*")):
        assert first.poll() is None
        time.sleep(0.1)
    assert "Directory cannot be locked" in workspace.run("snakemake", status=1)
    first.communicate(timeout=200)
    assert first.returncode == 0
    assert workspace.plan() == {}


@pytest.mark.parametrize(
    ("kilobytes", "reason"),
    [(40, "No space left on device"), (0, "Read-only file system")],
    ids=["a full disk", "a read-only folder"],
)
def test_an_unwritable_folder_ends_in_one_line_without_parts(
    tmp_path: Path, kilobytes: int, reason: str
) -> None:
    folder = tmp_path / "datasets"
    folder.mkdir()
    workspace = Workspace.new(tmp_path / "study")
    with mounted(folder, kilobytes) as there:
        if not there:
            pytest.skip("mounting needs root")
        output = workspace.lth("prepare", "digits", "--out", f"{folder}/digits.json", status=1)
        assert f"lth: error: {folder}/digits.npz: could not be written: {reason}" in output
        assert list(folder.iterdir()) == []
