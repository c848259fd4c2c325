"""Real `snakemake` on a tiny study: exactly the dependants of a change run again, and kills, faults and locks lose nothing."""

import base64
import os
import random
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from workspace import PARAMS, Workspace, built

from lth import store

pytest.importorskip("snakemake", reason="snakemake is not installed")

FIGURES = {"plot": 2}
AFTER_RUNS = {"tabulate": 1, "summarize": 1, **FIGURES}


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A study that has been built once; tests leave it as they found it."""
    return built(tmp_path_factory.mktemp("finished") / "study")


@pytest.fixture
def copied(finished: Workspace, tmp_path: Path) -> Workspace:
    """A copy of the finished study that a test may spoil."""
    shutil.copytree(finished.folder, tmp_path / "study", copy_function=shutil.copy2)
    workspace = Workspace.__new__(Workspace)
    workspace.folder, workspace.environment = tmp_path / "study", finished.environment
    return workspace


def from_nothing(copied: Workspace, folder: Path) -> dict[str, str]:
    """The results of the study as it now stands, built in a fresh folder."""
    fresh = Workspace(folder, (copied.folder / "params.yaml").read_text(encoding="utf-8"))
    shutil.rmtree(fresh.folder / "lth")
    shutil.copytree(copied.folder / "lth", fresh.folder / "lth")
    fresh.run("snakemake")
    return fresh.results()


def test_a_finished_study_has_nothing_to_do(finished: Workspace) -> None:
    assert "Nothing to be done" in finished.run("snakemake")
    assert finished.plan() == {}


EDITS = {
    "a learning rate: the trainings, and the masks from them": (
        ("params.yaml", "learning_rate: 0.005", "learning_rate: 0.01"),
        {"train": 6, "prune": 2, **AFTER_RUNS},
    ),
    "the pruning rate: rounds 1 and later": (
        ("params.yaml", "hidden: 0.2, output", "hidden: 0.3, output"),
        {"train": 4, "prune": 2, **AFTER_RUNS},
    ),
    "a colour: figures": (("params.yaml", "tab:blue", "tab:red"), FIGURES),
    "the size of figures: figures": (("params.yaml", "width: 3.0", "width: 4.0"), FIGURES),
    "a figure's code: figures": (("lth/figures.py", 'REMAINING = "Percent', 'REMAINING = "Per cent'), FIGURES),
    "a figure's caption: that figure": (("workflow/catalog/figures.yaml", "Validation loss over training", "The loss over training"), {"plot": 1}),
    "the headlines' code: these": (("lth/tables.py", "round(value, 6)", "round(value, 5)"), {"summarize": 1}),
    "the table's code: tables and what is made from them": (
        ("lth/tables.py", 'lineterminator="\\n"', 'lineterminator="\\r\\n"'),
        {"tabulate": 1, "summarize": 1, "plot": 1},
    ),
    "another branch that is not used: nothing": (
        ("lth/tickets.py", "BRANCHES: Mapping[str, Branch] = {", 'BRANCHES: Mapping[str, Branch] = {"other": Branch(reinit), '),
        {},
    ),
    "another network that is not used: nothing": (("lth/networks.py", '"conv-2": Kind', '"other": Kind(Network, resnet), "conv-2": Kind'), {}),
    "a comment in the training's module: nothing": (("lth/gradients.py", "# iterations from which", "# the iterations from which"), {}),
    "a docstring of the training's module: nothing": (("lth/training.py", '"""Training a stack', '"""The training of a stack'), {}),
    "a comment in params.yaml: nothing": (("params.yaml", "experiments:\n", "experiments: # a comment\n"), {}),
    "the training's code: the trainings, and the masks from them": (
        ("lth/training.py", "CHUNK = 1_000", "CHUNK = 1_001"),
        {"train": 6, "prune": 2, **AFTER_RUNS},
    ),
    "the command line: nothing": (("lth/cli.py", "that lth knows, such as mnist", "that lth knows, such as digits"), {}),
    "two more rounds: those": (("params.yaml", "rounds: 2", "rounds: 4"), {"train": 4, "prune": 2, "tabulate": 1, "summarize": 1, "plot": 1}),
    "one round fewer: the tables and the figure made from them": (
        ("params.yaml", "rounds: 2", "rounds: 1"),
        {"tabulate": 1, "summarize": 1, "plot": 1},
    ),
    "one more block of trials: that block": (
        ("params.yaml", "trials: 2", "trials: 4"),
        {"init": 1, "train": 6, "prune": 2, **AFTER_RUNS},
    ),
    "more repeats of a branch: that branch": (("params.yaml", "reinit: 1", "reinit: 2"), {"train": 3, **AFTER_RUNS}),
    "the seed: everything but the data set": (
        ("params.yaml", "seed: 1", "seed: 2"),
        {"init": 1, "train": 6, "prune": 2, **AFTER_RUNS},
    ),
}


@pytest.mark.parametrize("case", EDITS)
def test_an_edit_plans_exactly_its_dependants(finished: Workspace, case: str) -> None:
    (file, old, new), expected = EDITS[case]
    finished.edit(file, old, new)
    try:
        assert finished.plan() == expected
    finally:
        finished.edit(file, new, old)


def test_another_branch_is_one_more_training_a_round(copied: Workspace) -> None:
    whole = {"params.yaml": ("branches: {ticket: 1, reinit: 1}", "branches: {ticket: 1, reinit: null}")}
    for file, (old, new) in whole.items():
        copied.edit(file, old, new)
    copied.edit("params.yaml", "iterative/round-1/reinit", "iterative/round-1/ticket")
    assert copied.snakemake() == AFTER_RUNS
    shutil.rmtree(copied.folder / "results/runs/tiny/trials-0-1/iterative/round-1/reinit")
    shutil.rmtree(copied.folder / "results/runs/tiny/trials-0-1/iterative/round-2/reinit")
    shutil.rmtree(copied.folder / "results/runs/tiny/trials-0-1/dense/round-0/reinit")
    assert copied.plan() == {}
    copied.edit("params.yaml", "reinit: null", "reinit: 1")
    assert copied.plan() == {"train": 3, "tabulate": 1, "summarize": 1, "plot": 1}


def test_changes_run_one_after_another_equal_a_build_from_nothing(copied: Workspace, tmp_path: Path) -> None:
    copied.edit("params.yaml", "hidden: 0.2, output", "hidden: 0.3, output")
    assert copied.snakemake() == {"train": 4, "prune": 2, **AFTER_RUNS}
    copied.edit("params.yaml", "rounds: 2", "rounds: 3")
    assert copied.snakemake() == {"train": 2, "prune": 1, "tabulate": 1, "summarize": 1, "plot": 1}
    copied.edit("params.yaml", "tab:blue", "tab:green")
    assert copied.snakemake() == FIGURES
    assert copied.plan() == {}
    assert copied.results() == from_nothing(copied, tmp_path / "fresh")


def test_file_times_and_lost_files_decide_nothing_but_what_is_lost(copied: Workspace) -> None:
    before = copied.results()
    paths = [path for path in copied.folder.rglob("*") if path.is_file()]
    random.Random(0).shuffle(paths)
    for index, path in enumerate(paths):
        os.utime(path, (1_700_000_000 + index, 1_700_000_000 + index))
    assert copied.plan() == {}
    (copied.folder / "results/runs/tiny/trials-0-1/iterative/round-2/reinit/run.h5").unlink()
    assert copied.snakemake()["train"] == 1
    assert copied.plan() == {}
    assert copied.results() == before


def record(workspace: Workspace, path: str) -> Path:
    """Snakemake's record of a file: its path in base64 is short enough here to be one name."""
    return workspace.folder / ".snakemake/metadata" / base64.urlsafe_b64encode(path.encode()).decode()


DENSE = "results/runs/tiny/trials-0-1/dense/round-0/ticket/run.h5"
THETA0, DATA = "results/runs/tiny/trials-0-1/theta0.h5", "results/datasets/digits.json"


def cut_last(path: Path) -> None:
    """What is left ends as a whole record does, with a brace."""
    if path.exists():
        path.write_bytes(path.read_bytes()[:-1])


def forget(*paths: str) -> Callable[[Workspace], object]:
    return lambda workspace: [record(workspace, path).unlink(missing_ok=True) for path in paths]


LOSSES: dict[str, Callable[[Workspace], object]] = {
    "all of Snakemake's files": lambda workspace: shutil.rmtree(workspace.folder / ".snakemake"),
    "all records": lambda workspace: shutil.rmtree(workspace.folder / ".snakemake/metadata"),
    "one record": forget(DENSE),
    "one of two records of a job, and that of its input": forget(THETA0, DATA),
    "the end of one record": lambda workspace: record(workspace, DENSE).write_text('{"version": 6, "params": ['),
    "the last byte of one record": lambda workspace: cut_last(record(workspace, DENSE)),
    "the record of a figure": forget("results/figures/tiny/early-stopping.svg"),
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


def test_without_records_a_figure_of_another_style_is_drawn_again(copied: Workspace) -> None:
    shutil.rmtree(copied.folder / ".snakemake/metadata")
    copied.edit("params.yaml", "dpi: 50", "dpi: 60")
    assert copied.snakemake() == FIGURES
    assert copied.plan() == {}


def test_a_file_that_came_back_without_its_record_is_known_by_its_key(copied: Workspace, tmp_path: Path) -> None:
    """As after a checkout of the results alone."""
    shutil.copytree(copied.folder / "results", tmp_path / "results")
    copied.edit("params.yaml", "learning_rate: 0.005", "learning_rate: 0.01")
    copied.run("snakemake")
    shutil.rmtree(copied.folder / "results")
    shutil.copytree(tmp_path / "results", copied.folder / "results")
    assert copied.plan() == {"train": 6, "prune": 2, **AFTER_RUNS}
    copied.edit("params.yaml", "learning_rate: 0.01", "learning_rate: 0.005")
    assert copied.plan() == {}


def test_a_mark_of_a_killed_job_does_not_outlive_its_whole_file(copied: Workspace) -> None:
    mark = copied.folder / ".snakemake/incomplete" / record(copied, DENSE).name
    mark.write_text('{"external_jobid": null}')
    assert copied.plan() == {}
    assert not mark.exists()


@pytest.mark.parametrize("seconds", [3_600, 400 * 24 * 3_600], ids=["an hour", "a year"])
def test_times_to_come_delete_no_finished_work(copied: Workspace, seconds: int) -> None:
    for path in copied.folder.rglob("*.h5"):
        os.utime(path, (time.time() + seconds,) * 2)
    copied.edit("params.yaml", "rounds: 2", "rounds: 3")
    assert copied.snakemake() == {"train": 2, "prune": 1, "tabulate": 1, "summarize": 1, "plot": 1}
    assert copied.plan() == {}


def test_a_run_with_other_bits_makes_what_follows_from_it_run_again(copied: Workspace) -> None:
    """As from another CPU: the same key, other content, and no time or record that tells."""
    path = copied.folder / DENSE
    file = store.read(path)
    weights = file.arrays["weights/fc1.weight"] * np.float32(1.5)
    store.write(path, file.origin, {**file.arrays, "weights/fc1.weight": weights}, file.made_on)
    shutil.rmtree(copied.folder / ".snakemake/metadata")
    os.utime(path, (0, 0))
    assert copied.plan() == {"prune": 2, "train": 4, **AFTER_RUNS}


TWO_BLOCKS = PARAMS.replace("block: 2", "block: 1").replace("rounds: 2", "rounds: 1").replace("iterations: 40", "iterations: 20")


def test_figures_of_curves_of_two_blocks_are_drawn(tmp_path: Path) -> None:
    workspace = built(tmp_path / "study", TWO_BLOCKS)
    assert workspace.plan() == {}
    assert "follow from one another" in workspace.run("python", "-m", "lth", "verify")


def test_verify_is_content_after_fewer_trials_and_other_blocks(copied: Workspace) -> None:
    for old, new in (("trials: 2", "trials: 1"), ("trials: 1", "trials: 3"), ("block: 2", "block: 3")):
        copied.edit("params.yaml", old, new)
        copied.run("snakemake")
        output = copied.run("python", "-m", "lth", "verify")
        assert "follow from one another" in output
    assert "results/runs/tiny/trials-0-1/theta0.h5: does not belong to the study" in output
    copied.run("python", "-m", "lth", "tidy", "--delete")
    assert "does not belong" not in copied.run("python", "-m", "lth", "verify")


def test_verify_passes_on_a_finished_study_and_names_what_was_tampered_with(copied: Workspace) -> None:
    assert "are whole, in place, and follow from one another" in copied.run("python", "-m", "lth", "verify")
    folder = copied.folder / "results/runs/tiny/trials-0-1/iterative"
    one, other = folder / "round-1/mask.h5", folder / "round-2/mask.h5"
    swapped = one.read_bytes()
    one.write_bytes(other.read_bytes())
    other.write_bytes(swapped)
    output = copied.run("python", "-m", "lth", "verify", status=1)
    assert "round-1/mask.h5: is the file of results/runs/tiny/trials-0-1/iterative/round-2/mask.h5" in output
    run = folder / "round-2/ticket/run.h5"
    run.write_bytes(run.read_bytes()[:-100])
    assert "round-2/ticket/run.h5: not a whole HDF5 file" in copied.run("python", "-m", "lth", "verify", status=1)


def test_tidy_lists_and_deletes_what_the_study_no_longer_has(copied: Workspace) -> None:
    copied.edit("params.yaml", "rounds: 2", "rounds: 1")
    copied.run("snakemake")
    listed = copied.run("python", "-m", "lth", "tidy")
    assert "results/runs/tiny/trials-0-1/iterative/round-2/mask.h5\n" in listed
    assert "round-1" not in listed
    assert "results: 3 files do not belong to the study, deleted" in copied.run("python", "-m", "lth", "tidy", "--delete")
    assert not (copied.folder / "results/runs/tiny/trials-0-1/iterative/round-2").exists()
    assert copied.plan() == {}


LONG = PARAMS.replace("iterations: 40", "iterations: 4000").replace("rounds: 2", "rounds: 1").replace("reinit: 1", "reinit: null")
LONG = LONG.replace("iterative/round-1/reinit", "iterative/round-1/ticket")


def processes_of(folder: Path) -> Iterator[int]:
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                if (entry / "cwd").resolve() == folder and b"lth" in (entry / "cmdline").read_bytes():
                    yield int(entry.name)
            except OSError:
                continue


@pytest.mark.skipif(not Path("/proc/self/cwd").exists(), reason="finds the processes to kill in /proc")
def test_killed_at_random_moments_the_study_ends_byte_for_byte_the_same(tmp_path: Path) -> None:
    undisturbed = built(tmp_path / "undisturbed", LONG).results()
    killed = Workspace(tmp_path / "killed", LONG)
    killed.edit("workflow/rules/training.smk", "python -m lth train", "python -m lth train --checkpoint-every 0")
    moments = random.Random()
    for attempt in range(3):
        process = killed.start("snakemake")
        while attempt == 0 and not list(killed.folder.rglob("*.checkpoint.part")):  # once surely in the middle of a training
            assert process.poll() is None
            time.sleep(0.05)
        time.sleep(moments.uniform(0, 6))
        for victim in [process.pid, *processes_of(killed.folder)]:
            try:
                os.kill(victim, signal.SIGKILL)
            except ProcessLookupError:
                continue
        process.communicate()
        killed.run("snakemake", "--unlock")
    killed.run("snakemake")
    assert killed.results() == undisturbed
    assert killed.plan() == {}
    assert not list(killed.folder.rglob("*.part"))


def test_two_runs_at_once_are_refused_and_the_first_goes_on(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "study")
    first = workspace.start("snakemake")
    while not list((workspace.folder / ".snakemake/locks").glob("*")):
        assert first.poll() is None
        time.sleep(0.1)
    assert "Directory cannot be locked" in workspace.run("snakemake", status=1)
    first.communicate(timeout=200)
    assert first.returncode == 0
    assert workspace.plan() == {}


def test_bad_settings_end_before_the_first_job_in_one_line(finished: Workspace) -> None:
    finished.edit("params.yaml", "learning_rate", "learning_rat")
    try:
        output = finished.run("snakemake", status=1)
        assert "lth: error: experiments.tiny.recipe: unknown key 'learning_rat'; did you mean 'learning_rate'?" in output
        assert "Traceback" not in output
    finally:
        finished.edit("params.yaml", "learning_rat", "learning_rate")


@contextmanager
def mounted(folder: Path, options: str) -> Iterator[Path]:
    """A small file system of its own at a folder; skips the test where mounting is not allowed."""
    folder.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)], capture_output=True).returncode:
        pytest.skip("mounting a small tmpfs needs root")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_ends_in_one_line_and_leaves_no_part_of_a_file(tmp_path: Path) -> None:
    with mounted(tmp_path / "small", "size=40k") as small:
        output = Workspace(tmp_path / "study").run("python", "-m", "lth", "prepare", "digits", "--out", f"{small}/digits.json", status=1)
        assert f"lth: error: {small}/digits.npz: could not be written: No space left on device" in output
        assert list(small.iterdir()) == []


def test_a_read_only_folder_ends_in_one_line(tmp_path: Path) -> None:
    with mounted(tmp_path / "fixed", "ro") as fixed:
        output = Workspace(tmp_path / "study").run("python", "-m", "lth", "prepare", "digits", "--out", f"{fixed}/digits.json", status=1)
        assert f"lth: error: {fixed}/digits.npz: could not be written: Read-only file system" in output


ONESHOT = PARAMS.replace(
    "    figures:",
    "      oneshot:\n        scope: layer\n        rates: [{hidden: 0.5, output: 0.25}, {hidden: 0.8, output: 0.4}]\n"
    "        branches: {ticket: 1}\n    figures:",
)
ONESHOT = (
    ONESHOT.replace("reinit: 1}", "reinit: 2}")
    .replace("rounds: 2", "rounds: 1")
    .replace("[early-stopping, loss-curves]", "[early-stopping, oneshot]")
)


def test_one_shot_pruning_and_repeats_share_the_dense_network(tmp_path: Path) -> None:
    study = Workspace(tmp_path / "study", ONESHOT)
    assert study.snakemake() == {"prepare": 1, "init": 1, "prune": 3, "train": 6, "tabulate": 1, "summarize": 1, "plot": 2}
    assert "are whole, in place" in study.run("python", "-m", "lth", "verify")
    table = pd.read_csv(study.folder / "results/tables/tiny.csv")
    places = table.groupby(["strategy", "branch", "round"]).size().to_dict()
    reinit = {("iterative", "reinit", 0): 4, ("iterative", "reinit", 1): 4}
    tickets = {("iterative", "ticket", 0): 2, ("iterative", "ticket", 1): 2, **{("oneshot", "ticket", number): 2 for number in range(3)}}
    assert places == reinit | tickets
    left = table[table.strategy == "oneshot"].groupby("round").weights_left.unique().map(list).to_dict()
    assert left == {0: [768 + 96 + 80], 1: [384 + 48 + 60], 2: [154 + 19 + 48]}


def test_a_report_holds_the_figures_and_their_captions(finished: Workspace) -> None:
    finished.run("snakemake", "--report", "report.html")
    page = (finished.folder / "report.html").read_text(encoding="utf-8")
    assert "early-stopping" in page
    assert "Iteration of minimum validation loss" in page
    assert not re.findall(r'(?:src|href)="https?://[^"]*\.(?:js|css)"', page), "the page must need no network"
    (finished.folder / "report.html").unlink()
