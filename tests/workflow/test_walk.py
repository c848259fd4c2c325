"""A short walk passes; a fault is found, and few steps are told. Long walks: `make walk`."""

import json
import os
import random
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest
import walk
from draws import drawn
from steps import STEPS
from walking import After, Step, Walk, started

pytest.importorskip("snakemake", reason="snakemake is not installed")
pytest.importorskip("dvc", reason="dvc is not installed")

KINDS = {"edit", "lose", "lose records", "shift times", "record", "checkout", "kill"}
SEED = 7362  # in the first ten steps of which all of these are drawn


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> Walk:
    """A study from which every walk of these tests begins."""
    return started(tmp_path_factory.mktemp("walk"))


def drawn_steps(seed: int) -> Iterator[Step]:
    draws = random.Random(seed)
    while True:
        yield drawn(draws)


@pytest.mark.skipif(not Path("/proc/self/cwd").exists(), reason="finds processes in /proc")
def test_ten_steps_each_end_like_a_build_from_nothing(start: Walk, tmp_path: Path) -> None:
    steps = list(islice(drawn_steps(SEED), 10))
    assert {step["do"] for step in steps} >= KINDS
    taken, fault = walk.walk_on(start, tmp_path, iter(steps))
    assert fault is None, f"{fault}\n{json.dumps(taken)}"


def spoil(here: Walk) -> After:
    """Turns a bit behind the header of a run, as a disk does: header and time stay as they were."""
    path = min(here.top.glob("results/runs/**/run.h5"))
    image, moment = bytearray(path.read_bytes()), path.stat().st_mtime_ns
    image[-1] ^= 1
    path.write_bytes(image)
    os.utime(path, ns=(moment, moment))
    return After()


@pytest.fixture
def spoiling(monkeypatch: pytest.MonkeyPatch) -> None:
    """A step that no study survives."""
    monkeypatch.setitem(STEPS, "spoil", spoil)


@pytest.mark.usefixtures("spoiling")
def test_a_fault_is_found_and_few_steps_to_it_are_told(start: Walk, tmp_path: Path) -> None:
    marks, colour = {"do": "mark", "which": [1]}, ["style.colors.ticket", "tab:red"]
    edit = {"do": "edit", "settings": [colour]}
    taken, fault = walk.walk_on(start, tmp_path, iter([edit, marks, {"do": "spoil"}, marks]))
    assert taken == [edit, marks, {"do": "spoil"}]
    assert fault is not None
    assert fault.kind == "verify"
    assert walk.shortened(start, taken, fault.kind) == [{"do": "spoil"}]


def test_steps_are_left_out_one_by_one_at_last(monkeypatch: pytest.MonkeyPatch) -> None:
    def faulty(start: Walk, steps: list[int], kind: str) -> int | None:
        """Steps 3 and 8 together lead to it."""
        return steps.index(8) + 1 if {3, 8} <= set(steps) else None

    monkeypatch.setattr(walk, "faulty", faulty)
    assert walk.shortened(None, list(range(9)), "bytes") == [3, 8]
    assert len(walk.shortened(None, list(range(9)), "bytes", tries=0)) == 9


def test_drawn_steps_are_plain_data_and_the_same_for_a_seed() -> None:
    steps = list(islice(drawn_steps(5), 200))
    assert json.loads(json.dumps(steps)) == steps == list(islice(drawn_steps(5), 200))
    assert {step["do"] for step in steps} == STEPS.keys()


def node(path: str, *inputs: str, **changes: object) -> dict[str, object]:
    """A node of `walk.state`, whose file is as planned but for some changes."""
    says = {"key": "k", "inputs": "i"}
    same = {"kind": "run", "job": path, "path": path, "lost": [], "key": "k", "now": "i"}
    return same | {"says": says, "inputs": inputs} | changes


def test_no_job_is_foreseen_for_whole_files() -> None:
    whole = [node("a"), node("b", "a"), node("c", "b"), node("d", "a")]
    assert walk.foreseen(whole, set()) == set()
    assert walk.foreseen(whole, {"b"}) == {"b", "c"}


@pytest.mark.parametrize(
    "change", [{"lost": ["b"]}, {"key": "other"}, {"now": "other"}, {"says": {}}]
)
def test_a_job_is_foreseen_for_a_lost_or_outdated_file(change: dict[str, object]) -> None:
    nodes = [node("a"), node("b", "a", **change), node("c", "b"), node("d", "a")]
    assert walk.foreseen(nodes, set()) == {"b", "c"}
