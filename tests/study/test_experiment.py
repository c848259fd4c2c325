"""An experiment: its blocks, its lines, and how many networks and jobs they are."""

import dataclasses
import subprocess

import pytest
from planned import DIGITS, ONESHOT, STRATEGIES
from project import Project

from lth.files.paths import braced
from lth.study.experiment import BranchRuns, Experiment


def digits(project: Project) -> Experiment:
    return project.read().experiments["digits"]


@pytest.mark.parametrize(
    ("trials", "block", "blocks"),
    [
        (5, 5, ["trials-0-4"]),
        (7, 5, ["trials-0-4", "trials-5-6"]),
        (7, 20, ["trials-0-6"]),
        (2, 1, ["trials-0-0", "trials-1-1"]),
    ],
)
def test_trials_are_trained_in_blocks(
    project: Project, trials: int, block: int, blocks: list[str]
) -> None:
    project.set(f"{DIGITS}.trials", trials)
    project.set(f"{DIGITS}.block", block)
    assert digits(project).blocks == blocks


def test_lines_of_the_dense_network_come_first(project: Project) -> None:
    project.set(f"{STRATEGIES}.iterative.rounds", 2)
    project.set(f"{STRATEGIES}.oneshot", ONESHOT | {"branches": {"shuffle": 1}})
    lines = [dataclasses.astuple(line) for line in digits(project).branch_runs]
    assert lines[:3] == [("dense", 0, name) for name in ("ticket", "reinit", "shuffle")]
    assert lines[3:5] == [("iterative", 1, "ticket"), ("iterative", 1, "reinit")]
    assert lines[-1] == ("oneshot", 2, "shuffle")
    assert len(lines) == len(set(lines)) == 3 + 2 * 2 + 2


def test_the_dense_network_is_trained_as_often_as_any_asks(project: Project) -> None:
    project.set(f"{STRATEGIES}.oneshot", ONESHOT | {"branches": {"ticket": 1, "reinit": 3}})
    found = digits(project)
    assert [found.repeats("dense", branch) for branch in found.dense_branches] == [1, 3]
    assert found.repeats("iterative", "reinit") == 1
    assert found.repeats("oneshot", "reinit") == 3


def test_jobs_are_the_training_runs_that_are_planned(project: Project) -> None:
    project.set(f"{DIGITS}.trials", 7)
    project.set(f"{DIGITS}.block", 3)
    runs = list(project.study().runs("digits"))
    assert digits(project).jobs == len(runs) == 3 * len(digits(project).branch_runs) == 3 * 26


def test_the_runs_of_a_branch_are_a_value() -> None:
    assert BranchRuns("iterative", 1, "ticket") == BranchRuns("iterative", 1, "ticket")


# Paths of all runs as one word


def expanded(word: str) -> list[str]:
    """What bash makes of a word."""
    call = ["bash", "-c", f"printf '%s ' {word}"]
    return subprocess.run(call, capture_output=True, text=True, check=True).stdout.split()


@pytest.mark.parametrize("trials", [1, 5, 11])
def test_bash_expands_one_word_to_all_runs(project: Project, trials: int) -> None:
    project.set(f"{DIGITS}.trials", trials)
    paths = [node.path for node in project.study().runs("digits")]
    every = ["results/tables/digits.csv", *paths]
    assert expanded(braced(every)) == every


def test_the_word_of_twenty_thousand_runs_fits_into_one_argument(project: Project) -> None:
    project.set(f"{DIGITS}.trials", 1_000)
    project.set(f"{DIGITS}.block", 1)
    paths = [node.path for node in project.study().runs("digits")]
    assert len(paths) > 20_000
    assert len(braced(paths)) < 60_000
