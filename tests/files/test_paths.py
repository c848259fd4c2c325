"""Names of blocks, and many paths as one word for bash."""

import itertools
import re
import subprocess

import pytest

from lth.files.paths import block_of, braced, trials_of

TABLE = "results/tables/toy.csv"
LINES = [f"{line}/ticket/run.h5" for line in ("dense/round-0", "a/round-1", "a/round-2")]


@pytest.mark.parametrize("trials", [range(1), range(5), range(5, 10), range(990, 1000)])
def test_a_block_is_named_by_its_trials(trials: range) -> None:
    assert trials_of(block_of(trials)) == trials


def test_a_block_has_the_name_of_its_first_and_last_trial() -> None:
    assert block_of(range(5, 10)) == "trials-5-9"


@pytest.mark.parametrize(
    "block", ["trials-5", "trials-4-3", "trials-0-9999999999", "trials--1-3", ""]
)
def test_a_block_of_another_form_is_refused(block: str) -> None:
    message = f"block: expected trials-FIRST-LAST such as trials-0-4, got {block!r}"
    with pytest.raises(ValueError, match=re.escape(message)):
        trials_of(block)


def runs(experiment: str, blocks: int) -> list[str]:
    names = [f"trials-{number}-{number}" for number in range(blocks)]
    lines = itertools.product(names, LINES)
    return [f"results/runs/{experiment}/{block}/{line}" for block, line in lines]


def expanded(word: str) -> list[str]:
    """What bash makes of a word."""
    command = ["bash", "-c", f"printf '%s ' {word}"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()


@pytest.mark.parametrize("blocks", [1, 2, 11])
def test_bash_expands_braced_paths_to_all_of_them(blocks: int) -> None:
    paths = [TABLE, *runs("toy", blocks), *runs("other", blocks)]
    assert expanded(braced(paths)) == paths


def test_one_run_or_one_table_needs_no_braces() -> None:
    path = runs("toy", 1)[0]
    assert (braced([path]), braced([TABLE]), braced([])) == (path, TABLE, "")


def test_twenty_thousand_runs_fit_into_one_argument() -> None:
    paths = runs("toy", 7_000)
    assert len(paths) > 20_000
    assert len(braced(paths)) < 120_000 < len(" ".join(paths))


def test_blocks_with_other_lines_are_a_fault_of_the_caller() -> None:
    with pytest.raises(AssertionError, match="results/runs/toy: every block has the same lines"):
        braced(runs("toy", 2)[:-1])
