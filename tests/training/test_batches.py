"""Batches: every example once an epoch, flipped and cropped as torchvision has it."""

import dataclasses
from typing import Literal

import numpy as np
import pytest
import torch
from plain_training import torchvision_flip_crop
from stacks import ADAM, CPU, EXAMPLES, changed, toy_randomness, toy_sets

from lth.training.batches import Batches, Loaded, flipped_and_cropped
from lth.training.randomness import SHIFTS

RANDOMNESS = toy_randomness(networks=2)
TRAINING = Loaded.of(toy_sets().training, CPU)


def batches_of(examples: Loaded, augmentation: Literal["none", "flip-crop"] = "none") -> Batches:
    return Batches(RANDOMNESS, 2, examples, changed(ADAM, augmentation=augmentation), CPU)


def test_flip_crop_is_that_of_torchvision() -> None:
    generator = np.random.default_rng(0)
    images = torch.from_numpy(generator.integers(0, 256, (40, 3, 6, 9), np.uint8))
    shifts = np.stack([generator.integers(0, high, 40) for high in SHIFTS], axis=1)
    shifts[:3, 1:] = [(0, 0), (8, 8), (4, 4)]
    found = flipped_and_cropped(images, torch.from_numpy(shifts))
    assert torch.equal(found, torchvision_flip_crop(images, shifts))


@pytest.mark.parametrize("augmentation", ["none", "flip-crop"])
def test_an_epoch_has_examples_once_and_no_partial_batch(
    augmentation: Literal["none", "flip-crop"],
) -> None:
    examples = dataclasses.replace(TRAINING, labels=torch.arange(EXAMPLES))
    drawn = batches_of(examples, augmentation)
    epoch = torch.stack([drawn.at(step).labels for step in range(4)], dim=1).reshape(2, -1)
    assert [len(set(network.tolist())) for network in epoch] == [24, 24]
    assert epoch[0].tolist() == RANDOMNESS.order(0, 0)[:24].tolist()
    assert drawn.at(4).labels[1].tolist() == RANDOMNESS.order(1, 1)[:6].tolist()


@pytest.mark.parametrize("augmentation", ["none", "flip-crop"])
def test_images_are_those_of_the_order(augmentation: Literal["none", "flip-crop"]) -> None:
    examples = TRAINING
    found = batches_of(examples, augmentation).at(4).images[1]
    expected = examples.images[RANDOMNESS.order(1, 1)[:6]]
    if augmentation == "flip-crop":
        expected = torchvision_flip_crop(expected, RANDOMNESS.shifts(1, 1)[:6])
    assert torch.equal(found, expected)


def test_grey_images_are_cropped_too() -> None:
    examples = TRAINING
    grey = dataclasses.replace(examples, images=examples.images[:, 0])
    found = batches_of(grey, "flip-crop").at(0).images
    assert torch.equal(found, batches_of(examples, "flip-crop").at(0).images[:, :, 0])


def test_the_parts_of_a_batch_are_those_of_each_network() -> None:
    batch = batches_of(TRAINING).at(0)
    (whole,) = batch.parts(at_once=True)
    assert whole is batch
    for number, part in enumerate(batch.parts(at_once=False)):
        assert torch.equal(part.images, batch.images[number])
        assert part.images.is_contiguous(memory_format=torch.channels_last)
        assert torch.equal(part.labels, batch.labels[number])
        assert int(part.key) == RANDOMNESS.key(number)


@pytest.mark.parametrize(
    ("count", "batch", "steps"),
    [(55000, 60, 916), (45000, 60, 750), (45000, 64, 703), (45000, 128, 351)],
)
def test_an_epoch_has_as_many_steps_as_full_batches(count: int, batch: int, steps: int) -> None:
    images, labels = torch.zeros(count, 1, dtype=torch.uint8), torch.zeros(count, dtype=torch.int64)
    examples = Loaded(images, labels, torch.tensor(0.0), torch.tensor(1.0))
    assert Batches(RANDOMNESS, 1, examples, changed(ADAM, batch=batch), CPU).steps == steps
