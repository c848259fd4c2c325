"""Devices, and the conditions under which bits are the same."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from project import TOP
from stacks import ADAM, CPU, LENET, toy_stack, trained
from torch.backends import cudnn

from lth.training import device
from lth.training.device import conditions, pick_device


def test_a_gpu_that_is_not_there_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(ValueError, match="--device cuda: no GPU found; take cpu or auto"):
        pick_device("cuda")


def test_a_number_of_no_gpu_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    assert pick_device("cuda:1") == torch.device("cuda:1")
    message = "--device cuda:2: this machine has 2 GPUs, counted from 0"
    with pytest.raises(ValueError, match=message):
        pick_device("cuda:2")


@pytest.mark.parametrize(("there", "expected"), [(True, "cuda"), (False, "cpu")])
def test_auto_is_a_gpu_where_there_is_one(
    there: bool, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: there)
    assert pick_device("auto") == torch.device(expected)


def test_conditions_tell_versions_device_threads_and_compilation(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(device, "compiles", lambda recipe, device: True)
    assert conditions(ADAM, CPU) == {
        "torch": torch.__version__,
        "device": "cpu",
        "threads": torch.get_num_threads(),
        "compiled": True,
        "cpu": torch.backends.cpu.get_cpu_capability(),
    }


def test_conditions_tell_the_model_of_a_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda device: "A GPU")
    assert conditions(ADAM, torch.device("cuda"))["device"] == "A GPU"


def is_flushed() -> bool:
    """Whether denormal numbers are 0 in all threads, which share the work on a large tensor."""
    values = torch.full((1 << 22,), 1e-30) * 1e-10
    return not values.any()


def test_arithmetic_is_reproducible_in_training_only() -> None:
    seen: list[tuple[bool, bool, bool]] = []

    def look(state: object) -> None:
        seen.append((is_flushed(), cudnn.deterministic, cudnn.allow_tf32))

    before = cudnn.deterministic, cudnn.allow_tf32
    trained(toy_stack(LENET, 1), on_evaluation=look)
    assert set(seen) == {(True, True, False)}
    assert not is_flushed()
    assert (cudnn.deterministic, cudnn.allow_tf32) == before


def test_denormal_numbers_are_zero_in_all_threads_of_a_run() -> None:
    look = "lambda state: print(is_flushed(), end=' ')"
    calls = f"trained(toy_stack(LENET, 1), on_evaluation={look})"
    imports = "import torch; from stacks import *; from test_device import is_flushed"
    paths = os.pathsep.join([str(TOP), str(TOP / "tests"), str(Path(__file__).parent)])
    done = subprocess.run(
        [sys.executable, "-c", f"{imports}; torch.set_num_threads(2); {calls}"],
        env=os.environ | {"PYTHONPATH": paths, "OMP_NUM_THREADS": "2"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert set(done.stdout.split()) == {"True"}
