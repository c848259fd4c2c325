"""Toy stacks for tests of training: networks and examples so small that they train in a moment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import msgspec
import numpy as np
import torch

from lth.lottery import masks as lottery_masks
from lth.lottery.initializations.distribution import Distribution
from lth.networks.architecture import Architecture
from lth.networks.conv import Conv
from lth.networks.layers import Dropout
from lth.networks.lenet import Lenet
from lth.networks.resnet import Resnet18
from lth.networks.vgg import Vgg19
from lth.training.examples import Examples, Sets
from lth.training.loop import Loop, advance, train
from lth.training.randomness import Randomness
from lth.training.recipe import Recipe
from lth.training.stack import Result, Stack

CPU = torch.device("cpu")
EXAMPLES = 27  # four batches of six an epoch, and an incomplete one
CLASSES = 5
IMAGE = (3, 8, 8)
INITIALIZATION = "glorot-normal"
DROPOUT = Dropout(rate=0.5, after=("hidden", "pooling"))
NO_DROPOUT = Dropout(rate=0.0, after=())
Arrays = dict[str, np.ndarray]

ADAM = Recipe(
    optimizer="adam",
    learning_rate=0.01,
    momentum=0.0,
    weight_decay=0.0,
    warmup=0,
    drops=(),
    drop_factor=0.1,
    batch=6,
    iterations=20,
    evaluate_every=5,
    test_every=1,
    data_order="fresh",
    augmentation="none",
    normalization="scale",
)


def changed(recipe: Recipe, **changes: Any) -> Recipe:
    """A recipe with other values of some fields."""
    return msgspec.structs.replace(recipe, **changes)


SGD = changed(
    ADAM,
    optimizer="sgd",
    learning_rate=0.05,
    momentum=0.9,
    weight_decay=1e-3,
    warmup=2,
    drops=(3, 10),
    augmentation="flip-crop",
)


def lenet(dropout: Dropout) -> Architecture:
    settings = Lenet(initialization=INITIALIZATION, hidden=(20, 12), dropout=dropout)
    return settings.architecture(IMAGE, CLASSES)


def conv(*widths: int, shape: tuple[int, ...] = IMAGE) -> Architecture:
    class Narrow(Conv, tag="narrow"):
        WIDTHS: ClassVar[tuple[int, ...]] = widths

    settings = Narrow(initialization=INITIALIZATION, dropout=DROPOUT)
    return settings.architecture(shape, CLASSES)


def resnet(*widths: int, blocks: int = 3) -> Architecture:
    class Narrow(Resnet18, tag="narrow"):
        WIDTHS: ClassVar[tuple[int, ...]] = widths
        BLOCKS: ClassVar[int] = blocks

    return Narrow(initialization=INITIALIZATION).architecture(IMAGE, CLASSES)


def vgg(*groups: tuple[int, int]) -> Architecture:
    class Narrow(Vgg19, tag="narrow"):
        GROUPS: ClassVar[tuple[tuple[int, int], ...]] = groups

    return Narrow(initialization=INITIALIZATION).architecture((3, 16, 16), CLASSES)


LENET = lenet(NO_DROPOUT)
LENET_DROPOUT = lenet(DROPOUT)
# No narrower: in float32 oneDNN writes past its memory in strided 1x1 convolutions of fewer
# channels than a vector has (https://github.com/uxlfoundation/oneDNN/issues/6035). Networks that
# can be chosen have 16 at least.
RESNET = resnet(16, 24, 24, blocks=1)


def toy_randomness(first: int = 0, networks: int = 3) -> Randomness:
    """The randomness of a toy stack: its network k has that of trial `first` + k."""
    pairs = [(first + network, 0) for network in range(networks)]
    return Randomness(7, {}, "fresh", pairs, EXAMPLES)


def toy_sets(side: int = 8, mean: float = 100.0) -> Sets:
    """Random images that are brighter the higher their label is."""
    generator = np.random.default_rng(0)
    channels = np.array([mean, mean + 5, mean + 10], np.float32)[:, None, None]

    def some(count: int) -> Examples:
        labels = generator.integers(0, CLASSES, count)
        dark = generator.integers(0, 100, (count, 3, side, side))
        images = (dark + 30 * labels[:, None, None, None]).astype(np.uint8)
        return Examples(images, labels, channels, channels / 2)

    return Sets(some(EXAMPLES), some(20), some(20))


def toy_arrays(
    architecture: Architecture, count: int, dtype: type = np.float32
) -> tuple[Arrays, Arrays]:
    """Masked weights and masks of a stack."""
    distribution = Distribution(architecture, INITIALIZATION)
    drawn = [distribution.draw(1, "initialization", trial=trial) for trial in range(count)]
    generator = np.random.default_rng(3)
    masks = {
        name: generator.random((count, *shape)) < 0.6 for name, shape in architecture.shapes.items()
    }
    weights = lottery_masks.apply(lottery_masks.stacked(drawn), masks)
    return {name: value.astype(dtype) for name, value in weights.items()}, masks


def stack_of(
    architecture: Architecture,
    weights: Mapping[str, np.ndarray],
    masks: Mapping[str, np.ndarray],
    recipe: Recipe = ADAM,
    *,
    first: int = 0,
    sets: Sets | None = None,
) -> Stack:
    """A stack of toys. The randomness of its first network is that of trial `first`."""
    count = len(next(iter(weights.values())))
    randomness = toy_randomness(first, count)
    return Stack(architecture, weights, masks, sets or toy_sets(), recipe, randomness)


def toy_stack(architecture: Architecture, count: int, recipe: Recipe = ADAM) -> Stack:
    return stack_of(architecture, *toy_arrays(architecture, count), recipe)


def trained(stack: Stack, **options: Any) -> Result:
    return train(stack, device=CPU, **options)


def after_steps(stack: Stack, until: int, **options: Any) -> Arrays:
    """The weights after as many steps, without any evaluation."""
    loop = Loop(stack, CPU, **options)
    advance(loop, until)
    return loop.layout.unpack(loop.state.values)


def one(arrays: Mapping[str, np.ndarray], index: int) -> Arrays:
    """The arrays of one network, as a stack."""
    return {name: value[index : index + 1] for name, value in arrays.items()}


def equal(some: Mapping[str, np.ndarray], other: Mapping[str, np.ndarray]) -> bool:
    """Whether arrays have the same names and values."""
    if some.keys() != other.keys():
        return False
    return all(np.array_equal(some[name], other[name], equal_nan=True) for name in some)


def largest_difference(some: Mapping[str, np.ndarray], other: Mapping[str, np.ndarray]) -> float:
    return max(float(np.abs(value - other[name]).max()) for name, value in some.items())
