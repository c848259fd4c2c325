"""Real snakemake where times, records and marks are lost or lie: the files decide."""

import base64
import os
import random
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from workspace import Workspace

from lth.files import hdf5

pytest.importorskip("snakemake", reason="snakemake is not installed")

FIGURES = {"plot": 2, "compose": 1}
AFTER_RUNS = {"tabulate": 1, "summarize": 1, **FIGURES}
BLOCK = "results/runs/tiny/trials-0-1"
DENSE = f"{BLOCK}/dense/round-0/ticket/run.h5"
THETA0, DATA = f"{BLOCK}/theta0.h5", "results/datasets/digits.json"
RECORDS = ".snakemake/metadata"


def record(workspace: Workspace, path: str, folder: str = RECORDS) -> Path:
    """What Snakemake remembers of a file whose path in base64 is short enough to be one name."""
    return workspace.folder / folder / base64.urlsafe_b64encode(path.encode()).decode()


def cut_last(path: Path) -> None:
    """What is left ends as a whole record does, with a brace."""
    if path.exists():
        path.write_bytes(path.read_bytes()[:-1])


def forget(*paths: str) -> Callable[[Workspace], object]:
    return lambda workspace: [record(workspace, path).unlink(missing_ok=True) for path in paths]


LOSSES: dict[str, Callable[[Workspace], object]] = {
    "all of Snakemake's files": lambda workspace: shutil.rmtree(workspace.folder / ".snakemake"),
    "all records": lambda workspace: shutil.rmtree(workspace.folder / RECORDS),
    "one record": forget(DENSE),
    "one of two records of a job, and that of its input": forget(THETA0, DATA),
    "the end of one record": lambda workspace: record(workspace, DENSE).write_text(
        '{"version": 6, "params": ['
    ),
    "the last byte of one record": lambda workspace: cut_last(record(workspace, DENSE)),
    "the record of a figure": forget("results/figures/early-stopping.svg"),
}


@pytest.mark.parametrize("lost", LOSSES)
def test_lost_records_neither_hide_a_change_nor_make_one_up(copied: Workspace, lost: str) -> None:
    LOSSES[lost](copied)
    assert copied.plan() == {}
    copied.edit("params.yaml", "learning_rate: 0.005", "learning_rate: 0.01")
    copied.edit("params.yaml", "dpi: 50", "dpi: 60")
    LOSSES[lost](copied)
    assert copied.plan() == {"train": 6, "prune": 2, **AFTER_RUNS}
    copied.edit("params.yaml", "learning_rate: 0.01", "learning_rate: 0.005")
    copied.edit("params.yaml", "dpi: 60", "dpi: 50")
    assert copied.plan() == {}


def test_the_records_that_tests_lose_are_there(finished: Workspace) -> None:
    for path in (DENSE, THETA0, DATA, "results/figures/early-stopping.svg"):
        assert record(finished, path).exists()


def test_without_records_figures_of_another_style_are_drawn(copied: Workspace) -> None:
    shutil.rmtree(copied.folder / RECORDS)
    copied.edit("params.yaml", "dpi: 50", "dpi: 60")
    assert copied.snakemake() == FIGURES
    assert copied.plan() == {}


def test_file_times_decide_nothing(copied: Workspace) -> None:
    paths = [path for path in copied.folder.rglob("*") if path.is_file()]
    random.Random(0).shuffle(paths)
    for index, path in enumerate(paths):
        os.utime(path, (1_700_000_000 + index, 1_700_000_000 + index))
    assert copied.plan() == {}


def test_a_lost_file_is_made_again_alone(copied: Workspace) -> None:
    before = copied.results()
    (copied.folder / BLOCK / "iterative/round-2/reinit/run.h5").unlink()
    assert copied.snakemake()["train"] == 1
    assert copied.plan() == {}
    assert copied.results() == before


def test_a_file_that_comes_back_is_known_by_its_key(copied: Workspace, tmp_path: Path) -> None:
    """As after a checkout of nothing but the results."""
    shutil.copytree(copied.folder / "results", tmp_path / "results")
    copied.edit("params.yaml", "learning_rate: 0.005", "learning_rate: 0.01")
    copied.run("snakemake")
    shutil.rmtree(copied.folder / "results")
    shutil.copytree(tmp_path / "results", copied.folder / "results")
    assert copied.plan() == {"train": 6, "prune": 2, **AFTER_RUNS}
    copied.edit("params.yaml", "learning_rate: 0.01", "learning_rate: 0.005")
    assert copied.plan() == {}


def test_a_mark_of_a_killed_job_does_not_outlive_a_whole_file(copied: Workspace) -> None:
    mark = record(copied, DENSE, ".snakemake/incomplete")
    mark.write_text('{"external_jobid": null}')
    assert copied.plan() == {}
    assert not mark.exists()


@pytest.mark.parametrize("seconds", [3_600, 400 * 24 * 3_600], ids=["an hour", "a year"])
def test_times_to_come_delete_no_finished_work(copied: Workspace, seconds: int) -> None:
    for path in copied.folder.rglob("*.h5"):
        os.utime(path, (time.time() + seconds,) * 2)
    copied.edit("params.yaml", "rounds: 2", "rounds: 3")
    jobs = {"train": 2, "prune": 1, "tabulate": 1, "summarize": 1, "plot": 1, "compose": 1}
    assert copied.snakemake() == jobs
    assert copied.plan() == {}


def test_what_follows_from_a_run_of_other_bits_runs_again(copied: Workspace) -> None:
    """As from another CPU: the same key, other content, and no time or record that tells."""
    path = copied.folder / DENSE
    file = hdf5.read(path)
    weights = file.arrays["weights/fc1.weight"] * np.float32(1.5)
    hdf5.write(path, file.origin, {**file.arrays, "weights/fc1.weight": weights}, file.made_on)
    shutil.rmtree(copied.folder / RECORDS)
    os.utime(path, (0, 0))
    assert copied.plan() == {"prune": 2, "train": 4, **AFTER_RUNS}
