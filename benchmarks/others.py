"""Other ways to train a network than that of `lth`: a plain loop, and the bare arithmetic."""

import functools
import itertools
from collections.abc import Callable, Iterator, Mapping

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils import prune

from lth.networks.architecture import Architecture
from lth.networks.modes import EvaluationMode
from lth.training.batches import LoadedSets, flipped_and_cropped
from lth.training.engines.sparse import Sparse
from lth.training.evaluation import CHUNK, CHUNK_OF_IMAGES
from lth.training.randomness import SHIFTS
from lth.training.recipe import Recipe
from lth.training.stack import Stack

Ways = dict[str, Callable[[], object]]  # by name, functions that do a segment of one network


def others(
    stack: Stack,
    shape: tuple[int, ...],
    sets: LoadedSets,
    mask: Mapping[str, np.ndarray],
    device: torch.device,
) -> Ways:
    """The other ways to train. A segment is `evaluate_every` iterations and an evaluation."""
    architecture, recipe = stack.architecture, stack.recipe
    usual = plain(Plain(architecture, mask).to(device), recipe, sets, device)
    next(usual)
    evaluated = len(sets.validation) + len(sets.test)
    bare = floor(architecture, shape, recipe, evaluated, device)
    ways: Ways = {"plain": lambda: next(usual), "floor": bare}
    known = architecture.fully_connected is not None and not Sparse.broken()
    if known and device.type == "cpu":
        ways["sparse"] = sparse(stack.first())
    return ways


def sparse(stack: Stack) -> Callable[[], object]:
    """The sparse engine of lth."""
    from lth.training.sparse.loop import Loop

    loop = Loop(stack, 0, threads=1)
    sets = {name: loop.laid_out(getattr(stack.sets, name)) for name in ("validation", "test")}

    def segment() -> None:
        torch.set_flush_denormal(False)  # as in a process without torch
        loop.advance(loop.iteration + stack.recipe.evaluate_every)
        loop.evaluate(sets)
        torch.set_flush_denormal(True)  # as the torch engine has it, in whose turns this is

    return segment


class Plain(nn.Module):
    """The network as a module, with masks by `torch.nn.utils.prune`.

    Its layers are those of the architecture, so it is the same network.
    """

    def __init__(self, architecture: Architecture, mask: Mapping[str, np.ndarray]):
        super().__init__()
        self.architecture = architecture
        for parameter in architecture.parameters:
            value = torch.full(parameter.shape, parameter.initial)
            name = parameter.name.replace(".", "/")
            if not parameter.trained:
                self.register_buffer(name, value)
                continue
            drawn = nn.init.xavier_normal_(value) if parameter.weight else value
            self.register_parameter(name, nn.Parameter(drawn))
            if parameter.weight:
                prune.custom_from_mask(self, name, torch.from_numpy(mask[parameter.name]))

    def batch_norm(self, x: Tensor, values: Mapping[str, Tensor], name: str) -> Tensor:
        parts = ("mean", "variance", "scale", "shift")
        tensors = (values[f"{name}.{part}"] for part in parts)
        return functional.batch_norm(x, *tensors, training=self.training)

    def dropout(self, x: Tensor, rate: float, number: int) -> Tensor:
        return functional.dropout(x, rate, self.training)

    def forward(self, images: Tensor) -> Tensor:
        names = [parameter.name for parameter in self.architecture.parameters]
        values = {name: getattr(self, name.replace(".", "/")) for name in names}
        return self.architecture.forward(values, images, self)


def plain(
    model: nn.Module, recipe: Recipe, sets: LoadedSets, device: torch.device
) -> Iterator[None]:
    """Training as a careful user would write it, of one network and without end.

    The data are floats on the device, and a batch is an index. Augmentation is the same code as
    ours. Yields after every segment.
    """
    optimizer = plain_optimizer(model, recipe)
    (images, labels), *evaluated = [
        ((each.images.float() - each.mean) / each.deviation, each.labels)
        for each in (sets.training, sets.validation, sets.test)
    ]
    for iteration, index in enumerate(indices(len(labels), recipe.batch, device)):
        if iteration % recipe.evaluate_every == 0:
            for each in evaluated:
                evaluate(model, *each)
            yield
        batch = images[index]
        if recipe.augmentation == "flip-crop":
            drawn = [torch.randint(high, (len(batch),), device=device) for high in SHIFTS]
            batch = flipped_and_cropped(batch, torch.stack(drawn, dim=1))
        optimizer.zero_grad()
        functional.cross_entropy(model(batch), labels[index]).backward()
        optimizer.step()


def plain_optimizer(model: nn.Module, recipe: Recipe) -> torch.optim.Optimizer:
    """The optimizer of a recipe."""
    parameters = model.parameters()
    if recipe.optimizer == "adam":
        return torch.optim.Adam(parameters, lr=recipe.learning_rate)
    return torch.optim.SGD(
        parameters,
        lr=recipe.learning_rate,
        momentum=recipe.momentum,
        weight_decay=recipe.weight_decay,
    )


def indices(examples: int, batch: int, device: torch.device) -> Iterator[Tensor]:
    """The indices of each batch, epoch after epoch. Incomplete batches are dropped."""
    for _ in itertools.count():
        order = torch.randperm(examples, device=device)
        yield from order[: examples // batch * batch].split(batch)


@torch.no_grad()
def evaluate(
    model: nn.Module, images: Tensor, labels: Tensor, chunk: int = 1_000
) -> tuple[float, float]:
    """Mean loss (nats) and accuracy (0 to 1) of a plain model."""
    model.eval()
    logits = torch.cat([model(part) for part in images.split(chunk)])
    model.train()
    correct = (logits.argmax(1) == labels).double()
    return functional.cross_entropy(logits, labels).item(), correct.mean().item()


def floor(
    architecture: Architecture,
    shape: tuple[int, ...],
    recipe: Recipe,
    evaluated: int,
    device: torch.device,
) -> Callable[[], None]:
    """A function that does only the convolutions and matrix products of a segment.

    These are forward, gradients of weights and of inputs (the first layer has none), and evaluation
    in chunks as ours. The tensors lie as is best for them.
    """
    of_steps = calls(architecture, (recipe.batch, *shape), device)
    steps = [
        product(*call, first=not number, backward=True) for number, call in enumerate(of_steps)
    ]
    chunk = min(evaluated, CHUNK if len(shape) == 2 else CHUNK_OF_IMAGES)
    of_chunks = calls(architecture, (chunk, *shape), device)
    forward = [product(*call, first=False, backward=False) for call in of_chunks]
    once = [*steps * recipe.evaluate_every, *forward * (evaluated // chunk)]

    @torch.no_grad()
    def segment() -> None:
        for function in once:
            function()

    return segment


Call = tuple[Tensor, Tensor, int, int]  # inputs, weight, stride and padding of a layer


def calls(architecture: Architecture, shape: tuple[int, ...], device: torch.device) -> list[Call]:
    """The calls of all convolutions and dense layers (stride 0), found out by a forward pass."""
    found: list[Call] = []
    originals = functional.conv2d, functional.linear

    def conv2d(
        x: Tensor, weight: Tensor, bias: Tensor | None = None, stride: int = 1, padding: int = 0
    ) -> Tensor:
        found.append((torch.randn_like(x), weight, stride, padding))
        return originals[0](x, weight, bias, stride, padding)

    def linear(x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
        found.append((torch.randn_like(x), weight, 0, 0))
        return originals[1](x, weight, bias)

    shapes = {parameter.name: parameter.shape for parameter in architecture.parameters}
    values = {name: torch.randn(each, device=device).abs() for name, each in shapes.items()}
    functional.conv2d, functional.linear = conv2d, linear
    try:
        architecture.forward(values, torch.randn(shape, device=device), EvaluationMode())
    finally:
        functional.conv2d, functional.linear = originals
    return found


def product(
    x: Tensor, weight: Tensor, stride: int, padding: int, *, first: bool, backward: bool
) -> Callable[[], object]:
    """A function that does the work of one layer."""
    if not stride:
        return dense_product(x, weight, first=first, backward=backward)
    x, weight = (each.to(memory_format=torch.channels_last) for each in (x, weight))
    convolve = functools.partial(functional.conv2d, x, weight, stride=stride, padding=padding)
    if not backward:
        return convolve
    gradient = torch.randn_like(convolve())
    geometry = [stride] * 2, [padding] * 2, [1, 1], False, [0, 0], 1, [not first, True, False]
    differentiate = torch.ops.aten.convolution_backward
    return lambda: (convolve(), differentiate(gradient, x, weight, None, *geometry))


def dense_product(
    x: Tensor, weight: Tensor, *, first: bool, backward: bool
) -> Callable[[], object]:
    """The same for a dense layer."""
    gradient = torch.randn(len(x), len(weight), device=x.device)
    pairs = [(x, weight.mT)]
    if backward:
        pairs.append((gradient.mT, x))
    if backward and not first:
        pairs.append((gradient, weight))
    results = [torch.matmul(*pair) for pair in pairs]
    return lambda: [torch.matmul(*pair, out=out) for pair, out in zip(pairs, results, strict=True)]
