"""Gradients of a stack at once, and of its networks one after another."""

import functools
from collections.abc import Mapping

import numpy as np
import pytest
import torch
from rounding import agree, roundings_of, with_tolerances
from stacks import (
    ADAM,
    CPU,
    LENET,
    LENET_DROPOUT,
    RESNET,
    SGD,
    Arrays,
    conv,
    largest_difference,
    stack_of,
    toy_arrays,
)

from lth.networks.architecture import Architecture
from lth.training import loop
from lth.training.evaluation import stacked_logits
from lth.training.gradients import pays_at_once
from lth.training.layout import Layout
from lth.training.loop import Loop, advance
from lth.training.recipe import Recipe

IMAGES = torch.linspace(-1, 1, 4 * 192, dtype=torch.float64).view(4, 3, 8, 8)


def check_at_once(
    architecture: Architecture, recipe: Recipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Six steps of a stack at once are those of its networks one after another."""
    weights, masks = toy_arrays(architecture, 3, np.float64)

    def results(start: Mapping[str, np.ndarray], at_once: bool) -> Arrays:
        monkeypatch.setattr(loop, "pays_at_once", lambda *_, **__: at_once)
        run = Loop(stack_of(architecture, start, masks, recipe), CPU)
        advance(run, 6)
        logits = stacked_logits(architecture, run.layout, run.state.values, IMAGES, at_once=at_once)
        return run.layout.unpack(run.state.values) | {"logits": logits.detach().numpy()}

    together = results(weights, True)
    roundings = roundings_of(architecture, recipe.batch, 8 * 8, recipe.iterations)
    one_by_one = functools.partial(results, at_once=False)
    assert agree(together, *with_tolerances(one_by_one, weights, roundings))
    moved = {name: value for name, value in together.items() if name in weights}
    assert largest_difference(moved, weights) > 1e-3, "more than any rounding"


@pytest.mark.parametrize(
    ("architecture", "recipe"),
    [(LENET_DROPOUT, ADAM), (conv(4, 6), SGD), (RESNET, SGD)],
    ids=["lenet", "conv", "resnet"],
)
def test_a_stack_at_once_is_its_networks_one_by_one(
    architecture: Architecture, recipe: Recipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    check_at_once(architecture, recipe, monkeypatch)


@pytest.mark.usefixtures("compiled_always")
@pytest.mark.parametrize(
    ("architecture", "recipe"),
    [
        pytest.param(LENET_DROPOUT, ADAM, id="lenet"),
        pytest.param(conv(4, 6), SGD, id="conv", marks=pytest.mark.slow),
        pytest.param(RESNET, SGD, id="resnet", marks=pytest.mark.slow),
    ],
)
def test_so_is_a_compiled_stack_as_on_a_gpu(
    architecture: Architecture, recipe: Recipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    check_at_once(architecture, recipe, monkeypatch)


@pytest.mark.parametrize(
    ("architecture", "device", "compiling", "expected"),
    [
        (LENET, "cpu", False, True),
        (LENET, "cpu", True, False),
        (RESNET, "cpu", False, False),
        (RESNET, "cuda", False, True),
        (LENET, "cuda", True, True),
    ],
)
def test_a_stack_goes_at_once_where_that_is_faster(
    architecture: Architecture, device: str, compiling: bool, expected: bool
) -> None:
    found = pays_at_once(Layout(architecture), torch.device(device), compiling=compiling)
    assert found is expected
