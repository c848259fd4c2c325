"""What is said when memory is too small for a stack."""

import os
import re
import subprocess
import sys
import weakref
from pathlib import Path
from typing import NoReturn

import pytest
import torch
from project import TOP
from stacks import CPU, LENET, toy_stack

from lth.training import loop, memory
from lth.training.examples import Sets
from lth.training.layout import Layout
from lth.training.loop import train, weights_at
from lth.training.memory import within_memory
from lth.training.stack import Stack
from lth.training.state import State

GIBIBYTE = 2**30
FAILURES = [
    RuntimeError("can't allocate memory: you tried to allocate 1 bytes"),
    RuntimeError("could not create a primitive"),
    MemoryError(),
    torch.OutOfMemoryError(),
]
SAID = r"out of memory on cpu with 2 networks \(trials x repeats\) in a stack"
STACK = toy_stack(LENET, 2)


def failing(failure: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every evaluation fails."""

    def fail(*_: object) -> NoReturn:
        raise failure

    monkeypatch.setattr(loop, "evaluate", fail)


def trained_within_memory() -> None:
    with within_memory(STACK, CPU):
        train(STACK, device=CPU)


@pytest.mark.parametrize("failure", FAILURES)
@pytest.mark.parametrize(
    ("free", "rest"),
    [
        (LENET.memory + 1, "; about 1 would fit .* choose `block` .and repeats. so that block x"),
        (2 * LENET.memory, ", which take up to 0 MiB each; choose a lower `block`, or run fewer"),
        (LENET.memory - 1, "; not even one fits .0.0 GiB free.; run fewer jobs at once"),
        (None, ", which take .* a lower `block`"),
    ],
)
def test_an_error_says_what_to_do(
    failure: Exception, free: int | None, rest: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing(failure, monkeypatch)
    monkeypatch.setattr(memory, "_free_memory", lambda: free)
    with pytest.raises(ValueError, match=SAID + rest):
        trained_within_memory()


def test_steps_may_be_what_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> NoReturn:
        raise MemoryError

    monkeypatch.setattr(loop, "advance", fail)
    with pytest.raises(ValueError, match=SAID), within_memory(STACK, CPU):
        weights_at(3, STACK, device=CPU)


def test_the_memory_of_the_run_is_free_when_it_is_measured(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tensors: list[weakref.ref[torch.Tensor]] = []

    def fail(architecture: object, layout: object, values: torch.Tensor, sets: object) -> NoReturn:
        tensors.append(weakref.ref(values))
        raise MemoryError

    def measured() -> int:
        assert [tensor() for tensor in tensors] == [None], (
            "the frames of the run still hold its tensors"
        )
        return 0

    monkeypatch.setattr(loop, "evaluate", fail)
    monkeypatch.setattr(memory, "_free_memory", measured)
    with pytest.raises(ValueError, match="not even one fits"):
        trained_within_memory()


def test_another_failure_is_no_lack_of_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    failing(RuntimeError("another reason"), monkeypatch)
    with pytest.raises(RuntimeError, match="another reason"):
        trained_within_memory()


class Gpu:
    """A GPU in the place of torch.cuda: the images take a GiB, one network `used` GiB."""

    def __init__(self, used: int | None, monkeypatch: pytest.MonkeyPatch):
        self.used = used
        self.steps: list[int] = []  # the number of networks of each step, and 0 for evaluations
        answers = {
            "mem_get_info": lambda *_: (int(7.5 * GIBIBYTE), 0),
            "memory_allocated": lambda *_: GIBIBYTE,
            "max_memory_allocated": lambda *_: ((used or 0) + 2) * GIBIBYTE,
            "empty_cache": lambda: None,
            "reset_peak_memory_stats": lambda *_: None,
        }
        for name, answer in answers.items():
            monkeypatch.setattr(torch.cuda, name, answer)
        for module in (loop, memory):
            monkeypatch.setattr(module, "Loop", FakeLoop)
            monkeypatch.setattr(module, "advance", self.advance)
        monkeypatch.setattr(memory, "evaluate", lambda *_: self.steps.append(0))
        monkeypatch.setattr(Sets, "bytes", GIBIBYTE)

    def advance(self, run: "FakeLoop", until: int) -> None:
        self.steps.append(run.networks)
        if run.networks > 1 or self.used is None:
            raise torch.OutOfMemoryError


class FakeLoop:
    """A training run on no device."""

    def __init__(self, stack: Stack, *_: object):
        self.architecture, self.sets, self.networks = stack.architecture, stack.sets, len(stack)
        self.layout = Layout(stack.architecture)
        self.state = State.of(torch.zeros(1), 0)


def said_on_gpu(used: int | None, monkeypatch: pytest.MonkeyPatch) -> tuple[str, list[int]]:
    gpu, device = Gpu(used, monkeypatch), torch.device("cuda")
    stack = toy_stack(LENET, 5)
    with pytest.raises(ValueError, match="out of memory") as caught, within_memory(stack, device):
        weights_at(3, stack, device=device)
    return str(caught.value), gpu.steps


def test_on_a_gpu_one_network_tells_how_many_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    said, steps = said_on_gpu(3, monkeypatch)
    assert said == (
        "out of memory on cuda with 5 networks (trials x repeats) in a stack; about 2 would fit "
        "(3.00 GiB for one, 6.5 GiB free): choose `block` (and repeats) so that block x repeats is "
        "no more"
    )
    assert steps == [5, 1, 0], "a step of all, then a step and an evaluation of one"


def test_on_a_gpu_not_even_one_may_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    said, steps = said_on_gpu(None, monkeypatch)
    assert "; not even one fits (7.5 GiB free); run fewer jobs at once" in said
    assert steps == [5, 1]


def output_of(script: str) -> list[int]:
    """The numbers that a script prints, run by a Python of its own."""
    paths = os.pathsep.join([str(TOP), str(TOP / "tests")])
    done = subprocess.run(
        [sys.executable, "-c", script],
        env=os.environ | {"PYTHONPATH": paths},
        capture_output=True,
        text=True,
        check=True,
    )
    return [int(word) for word in done.stdout.split()]


@pytest.mark.skipif(not Path("/proc/meminfo").exists(), reason="only Linux tells free memory")
def test_a_limit_of_the_process_counts_as_no_free_memory() -> None:
    limit = "r.setrlimit(r.RLIMIT_AS, (1, r.getrlimit(r.RLIMIT_AS)[1]))"
    ask = "print(m._free_memory())"
    free, none = output_of(f"import resource as r, lth.training.memory as m; {ask}; {limit}; {ask}")
    assert free > 1 << 20
    assert none == 0


def most_memory() -> int:
    """Bytes of memory that this process has had at most.

    What `getrusage` says begins with that of the process that started this one.
    """
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    (kilobytes,) = re.findall(r"VmHWM:\s+(\d+) kB", status)
    return 1024 * int(kilobytes)


MEASURED = """
from stacks import *
from test_memory import most_memory
network = conv(64, shape=(3, 32, 32))
arrays = toy_arrays(network, {count})
trained(stack_of(network, *arrays, sets=toy_sets(32)))
print(network.memory, most_memory())
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux tells memory")
def test_a_network_takes_no_more_memory_than_is_said() -> None:
    path = f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r})\n"
    (said, one), (_, five) = (output_of(path + MEASURED.format(count=count)) for count in (1, 5))
    assert said // 3 < (five - one) / 4 <= said
