"""Compiled steps, and training runs that are not compiled."""

import functools
import os
import subprocess
import sys
from collections.abc import Mapping
from typing import NoReturn

import numpy as np
import pytest
import torch
from project import TOP
from rounding import agree, roundings_of, with_tolerances
from stacks import (
    ADAM,
    CPU,
    LENET,
    LENET_DROPOUT,
    RESNET,
    SGD,
    Arrays,
    changed,
    equal,
    largest_difference,
    stack_of,
    toy_arrays,
    toy_sets,
    toy_stack,
    trained,
)

from lth.networks.architecture import Architecture
from lth.networks.modes import uniform
from lth.training import compilation
from lth.training.compilation import compiled, compiles
from lth.training.recipe import Recipe

Job = tuple[Architecture, Recipe, float]  # the last is the mean by which images are normalized
JOBS: list[Job] = [
    (LENET_DROPOUT, ADAM, 100.0),
    (RESNET, SGD, 100.0),
    (LENET_DROPOUT, ADAM, 20.0),
    (LENET_DROPOUT, ADAM, 100.0),
]


def weights_of(job: Job, start: Mapping[str, np.ndarray] | None = None) -> Arrays:
    """The weights that a stack of two ends with, from its own or other starting weights."""
    architecture, recipe, mean = job
    weights, masks = toy_arrays(architecture, 2, np.float64)
    sets = toy_sets(mean=mean)
    stack = stack_of(architecture, start or weights, masks, recipe, sets=sets)
    return trained(stack).weights


@pytest.mark.usefixtures("compiled_always")
def test_compiled_steps_are_those_without_a_compiler(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [weights_of(job) for job in JOBS]  # one training run after the other
    monkeypatch.setattr(compilation, "PAYS", 1_000_000)
    for job, weights in zip(JOBS, found, strict=True):
        architecture, recipe, _ = job
        start, _ = toy_arrays(architecture, 2, np.float64)
        roundings = roundings_of(architecture, recipe.batch, 8 * 8, recipe.iterations)
        plain = functools.partial(weights_of, job)
        assert agree(weights, *with_tolerances(plain, start, roundings))
    assert equal(found[0], found[3])
    assert largest_difference(found[0], found[2]) > 1e-3, "by other pixels, which no rounding is"


@pytest.mark.usefixtures("compiled_always")
def test_compiled_dropout_sets_the_same_values_to_zero() -> None:
    key, iteration = torch.tensor(-(1 << 63) + 5), torch.tensor(123_456)
    draw = functools.partial(uniform, number=3, count=5_000, device=CPU)
    assert torch.equal(compiled(draw)(key, iteration), draw(key, iteration))


@pytest.mark.usefixtures("compiled_always")
def test_code_for_one_cpu_is_not_taken_on_another(monkeypatch: pytest.MonkeyPatch) -> None:
    values = torch.arange(-64.0, 0.0)
    for capability in ("", "default"):  # both have the same cache
        monkeypatch.setenv("ATEN_CPU_CAPABILITY", capability)
        assert torch.equal(compiled(lambda x: x.abs() + 1)(values), values.abs() + 1)


def test_long_runs_are_compiled_and_short_ones_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compilation, "can_compile", lambda device: True)
    assert compiles(changed(ADAM, iterations=6_000, evaluate_every=100), CPU)
    assert not compiles(changed(ADAM, iterations=5_999, evaluate_every=100), CPU)


def test_a_short_run_does_not_import_the_compiler() -> None:
    runs = "trained(toy_stack(LENET, 2)); trained(toy_stack(RESNET, 2, SGD))"
    script = f"import sys; from stacks import *; {runs}; assert 'torch._dynamo' not in sys.modules"
    paths = os.pathsep.join([str(TOP), str(TOP / "tests")])
    environment = os.environ | {"PYTHONPATH": paths}
    subprocess.run([sys.executable, "-c", script], env=environment, check=True)


def test_without_a_compiler_a_line_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(*_: object, **__: object) -> NoReturn:
        raise RuntimeError("no compiler found\nand more of this")

    expected = trained(toy_stack(LENET, 1))
    monkeypatch.setattr(compilation, "PAYS", 0)
    asked_again = compilation.can_compile.__wrapped__  # it asks only once
    monkeypatch.setattr(compilation, "can_compile", asked_again)
    monkeypatch.setattr(torch, "compile", refuse)
    capsys.readouterr()
    result = trained(toy_stack(LENET, 1))
    reason = "no working compiler for cpu (no compiler found)"
    said = capsys.readouterr().out
    assert said == f"steps run uncompiled, which is slower: {reason}\n"
    assert equal(result.weights, expected.weights)
