"""Checkpoints: the state comes back whole, or the training run starts from the beginning."""

import re
from pathlib import Path

import numpy as np
import pytest
import torch
from stacks import ADAM, LENET, RESNET, SGD, equal, toy_stack, trained

from lth.files import hdf5
from lth.files.origins import Origin
from lth.networks.architecture import Architecture
from lth.training.checkpoint import Checkpoint
from lth.training.recipe import Recipe
from lth.training.stack import Stack
from lth.training.state import State

ORIGIN = Origin("run", {"seed": 1}, "0" * 24, {})
CONDITIONS = {"device": "cpu", "threads": 1}
STACK = toy_stack(LENET, 2)


class StopError(Exception):
    """Stops a training run at an evaluation, as a kill would."""


def stopped(stack: Stack, checkpoint: Checkpoint, iteration: int = 10) -> None:
    def stop(state: State) -> None:
        if state.iteration == iteration:
            checkpoint.write(state)
            raise StopError

    with pytest.raises(StopError):
        trained(stack, on_evaluation=stop)


@pytest.fixture
def checkpoint(tmp_path: Path) -> Checkpoint:
    """The checkpoint of iteration 10 of the toy stack."""
    result = Checkpoint.beside(tmp_path / "run.h5", ORIGIN, CONDITIONS)
    stopped(STACK, result)
    return result


@pytest.mark.parametrize(
    ("architecture", "recipe"), [(LENET, ADAM), (RESNET, SGD)], ids=["adam", "sgd"]
)
@pytest.mark.parametrize("iteration", [0, 10])
def test_a_stopped_run_goes_on_bit_for_bit(
    architecture: Architecture, recipe: Recipe, iteration: int, tmp_path: Path
) -> None:
    stack = toy_stack(architecture, 2, recipe)
    checkpoint = Checkpoint.beside(tmp_path / "run.h5", ORIGIN, CONDITIONS)
    stopped(stack, checkpoint, iteration)
    arrays = checkpoint.resumed(stack)
    assert arrays is not None
    state = State.from_arrays(arrays)
    assert state.iteration == iteration
    resumed, whole = trained(stack, resume=state), trained(stack)
    assert equal(resumed.weights, whole.weights)
    assert equal(resumed.curves, whole.curves)
    assert equal(resumed.measures, whole.measures)


def test_it_lies_beside_the_run_and_can_be_deleted(checkpoint: Checkpoint) -> None:
    assert checkpoint.path.name == "run.h5.checkpoint.part"
    checkpoint.delete()
    assert not checkpoint.path.exists()
    checkpoint.delete()
    assert checkpoint.resumed(STACK) is None


def refused(checkpoint: Checkpoint, capsys: pytest.CaptureFixture[str]) -> str:
    """What is said of a checkpoint that is not used."""
    capsys.readouterr()
    assert checkpoint.resumed(STACK) is None
    said = capsys.readouterr().out
    assert said.startswith(f"warning: starts from the beginning: {checkpoint.path}: ")
    assert said.count("\n") == 1
    return said


def test_one_of_another_plan_is_not_used(
    checkpoint: Checkpoint, capsys: pytest.CaptureFixture[str]
) -> None:
    other = Origin("run", {"seed": 2}, "0" * 24, {})
    another = Checkpoint.beside(checkpoint.path.with_name("run.h5"), other, CONDITIONS)
    assert "it is of another plan" in refused(another, capsys)


def test_one_made_under_other_conditions_is_not_used(
    checkpoint: Checkpoint, capsys: pytest.CaptureFixture[str]
) -> None:
    now = CONDITIONS | {"threads": 7}
    another = Checkpoint.beside(checkpoint.path.with_name("run.h5"), ORIGIN, now)
    assert f"it was made on {CONDITIONS}, this machine has {now}" in refused(another, capsys)


def test_a_damaged_one_is_not_used(
    checkpoint: Checkpoint, capsys: pytest.CaptureFixture[str]
) -> None:
    checkpoint.path.write_bytes(checkpoint.path.read_bytes()[:-100])
    assert "not a whole HDF5 file" in refused(checkpoint, capsys)


def test_one_that_unpacks_to_gigabytes_is_not_unpacked(
    checkpoint: Checkpoint, capsys: pytest.CaptureFixture[str]
) -> None:
    arrays = dict(hdf5.read(checkpoint.path).arrays)
    arrays["values"] = np.zeros((1 << 10, 1 << 12), np.float32)
    hdf5.write(checkpoint.path, checkpoint.origin, arrays)
    said = refused(checkpoint, capsys)
    assert re.search(r"expected arrays of at most [\d,]+ bytes, got 16,", said)


def test_its_tensors_have_the_types_of_the_state(checkpoint: Checkpoint) -> None:
    arrays = checkpoint.resumed(STACK)
    assert arrays is not None
    state = State.from_arrays(arrays)
    assert {name: value.dim() for name, value in state.optimizer.items()} == {
        "step": 0,
        "exp_avg": 2,
        "exp_avg_sq": 2,
    }
    assert {value.dtype for value in state.optimizer.values()} == {torch.float32}
    assert state.values.dtype == state.best_values.dtype == torch.float32
