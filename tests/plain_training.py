"""The reference for training: modules and torch.optim as anybody would write them.

They take the bits of dropout, and nothing else, from lth.
"""

import functools
from collections.abc import Callable, Mapping

import numpy as np
import torch
from stacks import CLASSES, CPU, EXAMPLES, Arrays, toy_randomness
from torch import Tensor, nn

from lth.networks.architecture import Architecture
from lth.networks.modes import uniform
from lth.training.batches import Loaded
from lth.training.examples import Sets
from lth.training.randomness import PADDING
from lth.training.recipe import Recipe


class Dropped(nn.Module):
    """Dropout of half of the values, whose bits are those of `lth.networks.modes`."""

    def __init__(self, number: int):
        super().__init__()
        self.number, self.iteration = number, 0

    def forward(self, x: Tensor) -> Tensor:
        key, iteration = torch.tensor(toy_randomness().key(0)), torch.tensor(self.iteration)
        self.iteration += 1
        bits = uniform(key, iteration, self.number, x.numel(), CPU).view(x.shape) >= 0.5
        return x * bits * 2


class Residual(nn.Module):
    """Two convolutions, and what goes around them."""

    def __init__(self, inputs: int, width: int):
        super().__init__()
        stride = 1 if inputs == width else 2
        self.conv1 = nn.Conv2d(inputs, width, 3, stride, padding=1, bias=False)
        self.norm1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, padding=1, bias=False)
        self.norm2 = nn.BatchNorm2d(width)
        projection = [nn.Conv2d(inputs, width, 1, stride, bias=False), nn.BatchNorm2d(width)]
        self.shortcut = nn.Sequential(*(projection if stride == 2 else []))

    def forward(self, x: Tensor) -> Tensor:
        y = self.norm2(self.conv2(torch.relu(self.norm1(self.conv1(x)))))
        return torch.relu(y + self.shortcut(x))


def plain_lenet(dropped: bool) -> nn.Module:
    first, second = (Dropped(number) if dropped else nn.Identity() for number in (0, 1))
    hidden = [nn.Linear(192, 20), nn.ReLU(), first, nn.Linear(20, 12), nn.ReLU(), second]
    return nn.Sequential(nn.Flatten(), *hidden, nn.Linear(12, CLASSES))


def plain_conv(*widths: int) -> nn.Module:
    layers: list[nn.Module] = []
    inputs = 3
    for stage, width in enumerate(widths, start=1):
        layers += [nn.Conv2d(inputs, width, 3, padding=1), nn.ReLU()]
        layers += [nn.Conv2d(width, width, 3, padding=1), nn.ReLU()]
        layers += [nn.MaxPool2d(2), Dropped(stage)]
        inputs = width
    flat, stages = inputs * (8 >> len(widths)) ** 2, len(widths)
    layers += [nn.Flatten(), nn.Linear(flat, 256), nn.ReLU(), Dropped(stages + 1)]
    layers += [nn.Linear(256, 256), nn.ReLU(), Dropped(stages + 2)]
    return nn.Sequential(*layers, nn.Linear(256, CLASSES))


def plain_resnet(first: int, second: int, third: int) -> nn.Module:
    layers = [nn.Conv2d(3, first, 3, padding=1, bias=False), nn.BatchNorm2d(first), nn.ReLU()]
    layers += [Residual(first, first) for _ in range(3)]
    for inputs, width in ((first, second), (second, third)):
        layers += [Residual(inputs, width), Residual(width, width), Residual(width, width)]
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(third, CLASSES))


def plain_vgg(*groups: tuple[int, int]) -> nn.Module:
    layers: list[nn.Module] = []
    inputs = 3
    for count, width in groups:
        layers += [nn.MaxPool2d(2)] if layers else []
        for _ in range(count):
            convolution = nn.Conv2d(inputs, width, 3, padding=1, bias=False)
            layers += [convolution, nn.BatchNorm2d(width), nn.ReLU()]
            inputs = width
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(inputs, CLASSES))


def plain_training(
    make: Callable[[], nn.Module],
    architecture: Architecture,
    weights: Mapping[str, np.ndarray],
    masks: Mapping[str, np.ndarray],
    recipe: Recipe,
    sets: Sets,
) -> Arrays:
    """The training of the first network of a stack by torch.optim, float64."""
    model = make().double().train()
    tensors = tensors_of(model, architecture)
    for name, tensor in tensors.items():
        tensor.data.copy_(torch.from_numpy(weights[name][0]))
        if name in masks:
            mask = torch.from_numpy(masks[name][0])
            tensor.register_hook(functools.partial(torch.mul, mask))
    optimizer, training = plain_optimizer(model, recipe), Loaded.of(sets.training, CPU)
    for iteration in range(recipe.iterations):
        images, labels = plain_batch(iteration, recipe, training)
        optimizer.param_groups[0]["lr"] = plain_rate(iteration, recipe)
        optimizer.zero_grad()
        pixels = (images.double() - training.mean) / training.deviation
        nn.functional.cross_entropy(model(pixels), labels).backward()
        optimizer.step()
    return {name: tensor.detach().numpy()[None].copy() for name, tensor in tensors.items()}


def tensors_of(model: nn.Module, architecture: Architecture) -> dict[str, Tensor]:
    """The tensors of a module by our names, which stand in the same order."""
    trained = [item.name for item in architecture.parameters if item.trained]
    statistics = [item.name for item in architecture.parameters if not item.trained]
    buffers = [buffer for buffer in model.buffers() if buffer.is_floating_point()]
    tensors: dict[str, Tensor] = dict(zip(trained, model.parameters(), strict=True))
    return tensors | dict(zip(statistics, buffers, strict=True))


def plain_optimizer(model: nn.Module, recipe: Recipe) -> torch.optim.Optimizer:
    parameters, decay = model.parameters(), recipe.weight_decay
    if recipe.optimizer == "adam":
        return torch.optim.Adam(parameters, weight_decay=decay)
    return torch.optim.SGD(parameters, momentum=recipe.momentum, weight_decay=decay)


def plain_batch(iteration: int, recipe: Recipe, training: Loaded) -> tuple[Tensor, Tensor]:
    epoch, step = divmod(iteration, EXAMPLES // recipe.batch)
    batch = slice(step * recipe.batch, (step + 1) * recipe.batch)
    index = toy_randomness().order(0, epoch)[batch]
    images, labels = training.images[index], training.labels[index]
    if recipe.augmentation == "flip-crop":
        images = torchvision_flip_crop(images, toy_randomness().shifts(0, epoch)[batch])
    return images, labels


def plain_rate(iteration: int, recipe: Recipe) -> float:
    warm = min(1.0, (iteration + 1) / recipe.warmup) if recipe.warmup else 1.0
    drops = sum(iteration >= drop for drop in recipe.drops)
    return recipe.learning_rate * warm * recipe.drop_factor**drops


def torchvision_flip_crop(images: Tensor, shifts: np.ndarray) -> Tensor:
    from torchvision.transforms.functional import crop, hflip, pad  # imports the compiler

    height, width = images.shape[-2:]
    results: list[Tensor] = []
    for image, (flip, top, left) in zip(images, shifts.tolist(), strict=True):
        cropped = crop(pad(image, [PADDING]), top, left, height, width)
        results.append(hflip(cropped) if flip else cropped)
    return torch.stack(results)
