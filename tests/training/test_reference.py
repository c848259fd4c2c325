"""The training of every network and recipe against plain modules and torch.optim."""

import functools
from collections.abc import Callable

import numpy as np
import pytest
from plain_training import plain_conv, plain_lenet, plain_resnet, plain_training, plain_vgg
from rounding import agree, roundings_of, with_tolerances
from stacks import (
    ADAM,
    LENET,
    LENET_DROPOUT,
    SGD,
    changed,
    conv,
    largest_difference,
    one,
    resnet,
    stack_of,
    toy_arrays,
    toy_sets,
    trained,
    vgg,
)
from torch import nn

from lth.networks.architecture import Architecture
from lth.training.recipe import Recipe

GROUPS = ((2, 4), (2, 8), (4, 8), (4, 12), (4, 12))  # VGG-19, but narrow
SHORT_ADAM = changed(ADAM, iterations=5)
SHORT_SGD = changed(SGD, iterations=5, drops=(3,))
PLAIN_SGD = changed(SGD, momentum=0.0, weight_decay=0.0, warmup=0, drops=())
CASES: dict[str, tuple[Callable[[], nn.Module], Architecture, Recipe]] = {
    "lenet": (functools.partial(plain_lenet, False), LENET, ADAM),
    "lenet with dropout, adam and weight decay": (
        functools.partial(plain_lenet, True),
        LENET_DROPOUT,
        changed(ADAM, weight_decay=1e-2),
    ),
    "lenet with plain sgd": (functools.partial(plain_lenet, False), LENET, PLAIN_SGD),
    "conv-2": (functools.partial(plain_conv, 8), conv(8), SHORT_ADAM),
    "conv-4": (functools.partial(plain_conv, 8, 12), conv(8, 12), SHORT_SGD),
    "conv-6": (
        functools.partial(plain_conv, 8, 12, 16),
        conv(8, 12, 16),
        changed(SHORT_ADAM, augmentation="flip-crop"),
    ),
    "resnet-18": (functools.partial(plain_resnet, 4, 8, 12), resnet(4, 8, 12), SHORT_SGD),
    "vgg-19": (functools.partial(plain_vgg, *GROUPS), vgg(*GROUPS), SHORT_SGD),
}


@pytest.mark.parametrize("case", CASES)
def test_networks_are_trained_as_by_torch_optim(case: str) -> None:
    make, architecture, recipe = CASES[case]
    side = 16 if case == "vgg-19" else 8
    sets = toy_sets(side)
    weights, masks = toy_arrays(architecture, 2, np.float64)
    plain = functools.partial(
        plain_training, make, architecture, masks=masks, recipe=recipe, sets=sets
    )
    run = trained(stack_of(architecture, weights, masks, recipe, sets=sets))
    ours, start = one(run.weights, 0), one(weights, 0)
    roundings = roundings_of(architecture, recipe.batch, side * side, recipe.iterations)
    reference, allowed = with_tolerances(plain, start, roundings)
    assert agree(ours, reference, allowed)
    moved = largest_difference(ours, start)
    assert max(allowed.values()) < 1e-3 * moved, "a mistake in a step would move weights by more"
