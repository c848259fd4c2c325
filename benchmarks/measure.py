"""One row of `benchmarks/training.py`, measured in this process and printed as a line of JSON.

Three ways to train a network take turns, a segment of some iterations and an evaluation each, so that a busy machine hurts all alike.
The turns are taken inside the training of `lth` itself, which calls back after every evaluation. Images are random bytes.
"""

import argparse
import contextlib
import dataclasses
import functools
import json
import platform
import resource
import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils import prune

from lth import batches, networks, passes, seeds, tickets, training
from lth.settings import Recipe

DROPOUT = {"rate": 0.0, "after": []}


def adam(rate: float, batch: int, every: int) -> Recipe:
    """The recipe of the smaller networks, in segments of `every` iterations."""
    return Recipe("adam", rate, 0.0, 0.0, 0, (), 0.1, batch, 30_000, every, "fresh", "none", "scale")


def sgd(rate: float, batch: int, every: int) -> Recipe:
    """The recipe of the networks with batch norm."""
    return Recipe("sgd", rate, 0.9, 1e-4, 0, (), 0.1, batch, 30_000, every, "fresh", "flip-crop", "standard")


@dataclasses.dataclass(frozen=True)
class Job:
    """A network with its images and its recipe. A segment is `evaluate_every` iterations, and an evaluation of 150 images for each."""

    options: dict[str, object]
    shape: tuple[int, ...]
    recipe: Recipe

    @property
    def evaluated(self) -> int:
        """Images evaluated a segment, as 15,000 every 100 iterations."""
        return 150 * self.recipe.evaluate_every


JOBS = {
    "lenet": Job({"hidden": [300, 100], "dropout": DROPOUT}, (28, 28), adam(1.2e-3, 60, 100)),
    "conv-2": Job({"dropout": DROPOUT}, (3, 32, 32), adam(2e-4, 60, 2)),
    "conv-4": Job({"dropout": DROPOUT}, (3, 32, 32), adam(3e-4, 60, 2)),
    "conv-6": Job({"dropout": DROPOUT}, (3, 32, 32), adam(3e-4, 60, 2)),
    "resnet-18": Job({}, (3, 32, 32), sgd(0.03, 128, 2)),
    "vgg-19": Job({}, (3, 32, 32), sgd(0.03, 64, 1)),
}


class EnoughError(Exception):
    """Ends a training when its time is up: it was asked for 30,000 iterations, because a step is compiled for long trainings only."""


def main() -> None:
    """Prints what the options ask for as one line of JSON; other lines may come before it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--machine", action="store_true", help="only say what the machine is")
    parser.add_argument("--network", choices=JOBS, default="lenet")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--networks", type=int, default=1, help="in the stack")
    parser.add_argument("--seconds", type=float, default=10.0, help="how long to take turns")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    print(json.dumps(machine() if options.machine else row(options.network, torch.device(options.device), options.networks, options.seconds)))


def machine() -> dict[str, str | None]:
    """The versions and the processors that the numbers hold for."""
    try:
        cpu = next(line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name"))
    except (OSError, StopIteration):
        cpu = platform.processor()
    gpu = torch.cuda.get_device_name() if torch.cuda.is_available() else None
    return {"torch": torch.__version__, "python": platform.python_version(), "cpu": cpu, "gpu": gpu}


class Draws:
    """The randomness of a training."""

    def __init__(self, examples: int):
        self.examples = examples

    def order(self, network: int, epoch: int) -> np.ndarray:
        return seeds.stream(1, "data order", trial=network, epoch=epoch).permutation(self.examples)

    def shifts(self, network: int, epoch: int) -> np.ndarray:
        return seeds.stream(1, "augmentation", trial=network, epoch=epoch).integers(0, batches.SHIFTS, (self.examples, 3))

    def key(self, network: int) -> int:
        return network


def row(name: str, device: torch.device, count: int, seconds: float) -> dict[str, object]:
    """Milliseconds per network-iteration of each way [turns], seconds of compilation, and memory in MB: before, and at the peak of ours."""
    job = JOBS[name]
    network = networks.read({"name": name, "initialization": "glorot-normal", **job.options}, "network")
    architecture = networks.architecture(network, job.shape, 10)
    sets = batches.Sets(*(random_examples(job, number, device) for number in (45_000, job.evaluated // 3, 2 * job.evaluated // 3)))
    distribution = tickets.Distribution(architecture, network.initialization)
    generator = np.random.default_rng(1)
    masks = {weight.name: generator.random((count, *weight.shape), np.float32) < 0.5 for weight in architecture.weights}
    weights = tickets.masked(tickets.stack([distribution.draw(1, "initialization", trial=trial) for trial in range(count)]), masks)
    before = memory(device)
    turns = Turns(job, device, count, seconds, lambda: others(architecture, job, sets, {key: value[0] for key, value in masks.items()}, device))
    with contextlib.suppress(EnoughError):
        stack = training.Stack(architecture, weights, masks, sets, job.recipe, Draws(len(sets.training)))
        training.train(stack, device=device, on_evaluation=turns)
    first = turns.first - statistics.median(turns.milliseconds["ours"]) * job.recipe.evaluate_every * count / 1000
    return {"milliseconds": turns.milliseconds, "compilation": first, "before": before, "peak": turns.peak}


def random_examples(job: Job, count: int, device: torch.device) -> batches.Examples:
    """Random bytes as images, of mean 0 and deviation 1."""
    generator = np.random.default_rng(count)
    images, labels = generator.integers(0, 256, (count, *job.shape), np.uint8), generator.integers(0, 10, count)
    mean, deviation = (torch.tensor(value, device=device) for value in (127.5, 73.9))
    return batches.Examples(torch.from_numpy(images).to(device), torch.from_numpy(labels).to(device), mean, deviation)


def memory(device: torch.device) -> float:
    """The most memory that there was yet, in MB: of this process, or allocated on the GPU."""
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated() / 2**20
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


class Turns:
    """Called after every evaluation of our training: notes the time since the last one, and lets the others train as far.

    The others are made after our first segments, so that the peak memory noted there is that of our training (compilation included).
    """

    def __init__(self, job: Job, device: torch.device, count: int, seconds: float, make: Callable[[], dict[str, Callable[[], object]]]):
        self.every, self.device, self.count, self.seconds, self.make = job.recipe.evaluate_every, device, count, seconds, make
        self.others: dict[str, Callable[[], object]] = {}
        self.milliseconds: dict[str, list[float]] = {"ours": []}
        self.first = self.peak = self.deadline = 0.0
        self.started = time.perf_counter()

    def __call__(self, state: training.State) -> None:
        elapsed = self._elapsed()
        if state.iteration == self.every:
            self.first = elapsed
        elif state.iteration == 2 * self.every:
            self.peak = memory(self.device)
            self.others = self.make()
            self.milliseconds |= {name: [] for name in self.others}
            self._turn()
            self.milliseconds |= {name: [] for name in self.others}  # the first turn was to warm up
            self.deadline = time.perf_counter() + self.seconds
        elif state.iteration > 2 * self.every:
            self.milliseconds["ours"].append(1000 * elapsed / self.every / self.count)
            self._turn()
            if len(self.milliseconds["ours"]) >= 3 and time.perf_counter() > self.deadline:
                raise EnoughError
        self.started = time.perf_counter()

    def _turn(self) -> None:
        for name, segment in self.others.items():
            self.started = time.perf_counter()
            segment()
            self.milliseconds[name].append(1000 * self._elapsed() / self.every)

    def _elapsed(self) -> float:
        if self.device.type == "cuda":
            torch.cuda.synchronize()
        return time.perf_counter() - self.started


def others(
    architecture: networks.Architecture, job: Job, sets: batches.Sets, mask: dict[str, np.ndarray], device: torch.device
) -> dict[str, Callable[[], object]]:
    """The other ways to train, by name: a function that does a segment of one network."""
    model = Plain(architecture, mask).to(device)
    usual = plain(model, job, sets, device)
    next(usual)
    return {"plain": lambda: next(usual), "floor": floor(architecture, job, device)}


class Plain(nn.Module):
    """The network as a module, with masks by `torch.nn.utils.prune`. Its layers are those of the architecture, so it is the same network."""

    def __init__(self, architecture: networks.Architecture, mask: dict[str, np.ndarray]):
        super().__init__()
        self.architecture = architecture
        for parameter in architecture.parameters:
            value = torch.full(parameter.shape, parameter.initial)
            name = parameter.name.replace(".", "/")
            if not parameter.trained:
                self.register_buffer(name, value)
                continue
            self.register_parameter(name, nn.Parameter(nn.init.xavier_normal_(value) if parameter.weight else value))
            if parameter.weight:
                prune.custom_from_mask(self, name, torch.from_numpy(mask[parameter.name]))

    def batch_norm(self, x: Tensor, values: Mapping[str, Tensor], name: str) -> Tensor:
        mean, variance, scale, shift = (values[f"{name}.{part}"] for part in ("mean", "variance", "scale", "shift"))
        return functional.batch_norm(x, mean, variance, scale, shift, training=self.training)

    def dropout(self, x: Tensor, rate: float, place: int) -> Tensor:
        return functional.dropout(x, rate, self.training)

    def forward(self, images: Tensor) -> Tensor:
        values = {parameter.name: getattr(self, parameter.name.replace(".", "/")) for parameter in self.architecture.parameters}
        return self.architecture.forward(values, images, self)


def plain(model: nn.Module, job: Job, sets: batches.Sets, device: torch.device) -> Iterator[None]:
    """A training as a careful user would write it, of one network without end; the data are floats on the device, a batch is an index (and
    augmentation the same code as ours). Yields after every segment.
    """
    recipe = job.recipe
    if recipe.optimizer == "adam":
        optimizer: torch.optim.Optimizer = torch.optim.Adam(model.parameters(), lr=recipe.learning_rate)
    else:
        optimizer = torch.optim.SGD(model.parameters(), lr=recipe.learning_rate, momentum=recipe.momentum, weight_decay=recipe.weight_decay)
    tensors = [((each.images.float() - each.mean) / each.deviation, each.labels) for each in (sets.training, sets.validation, sets.test)]
    (images, labels), *evaluated = tensors
    indices = (index for _ in iter(int, 1) for index in torch.randperm(len(labels), device=device).split(recipe.batch) if len(index) == recipe.batch)
    for iteration, index in enumerate(indices):
        if iteration % recipe.evaluate_every == 0:
            for each in evaluated:
                evaluate(model, *each)
            yield
        batch = images[index]
        if recipe.augmentation == "flip-crop":
            shifts = torch.stack([torch.randint(high, (len(batch),), device=device) for high in (2, 9, 9)], dim=1)
            batch = batches.flipped_and_cropped(batch, shifts)
        optimizer.zero_grad()
        functional.cross_entropy(model(batch), labels[index]).backward()
        optimizer.step()


@torch.no_grad()
def evaluate(model: nn.Module, images: Tensor, labels: Tensor, chunk: int = 1_000) -> tuple[float, float]:
    """Mean loss (nats) and accuracy (0 to 1) of a plain model."""
    model.eval()
    logits = torch.cat([model(part) for part in images.split(chunk)])
    model.train()
    return functional.cross_entropy(logits, labels).item(), (logits.argmax(1) == labels).double().mean().item()


def floor(architecture: networks.Architecture, job: Job, device: torch.device) -> Callable[[], None]:
    """A function that does nothing but the convolutions and matrix products of a segment, on tensors that lie as is best for them: forward,
    gradients of weights and (but for the first layer) inputs, and evaluation in chunks as ours.
    """
    steps = [product(*call, first=not number, backward=True) for number, call in enumerate(calls(architecture, job, job.recipe.batch, device))]
    chunk = min(job.evaluated, training.CHUNK if len(job.shape) == 2 else training.CHUNK_OF_IMAGES)
    forward = [product(*call, first=False, backward=False) for call in calls(architecture, job, chunk, device)]

    @torch.no_grad()
    def segment() -> None:
        for work, times in ((steps, job.recipe.evaluate_every), (forward, job.evaluated // chunk)):
            for _ in range(times):
                for function in work:
                    function()

    return segment


def calls(architecture: networks.Architecture, job: Job, batch: int, device: torch.device) -> list[tuple[Tensor, Tensor, int, int]]:
    """(inputs, weight, stride, padding) of every convolution and dense layer, found out by a forward pass."""
    found: list[tuple[Tensor, Tensor, int, int]] = []
    originals = functional.conv2d, functional.linear

    def conv2d(x: Tensor, weight: Tensor, bias: Tensor | None = None, stride: int = 1, padding: int = 0) -> Tensor:
        found.append((torch.randn_like(x), weight, stride, padding))
        return originals[0](x, weight, bias, stride, padding)

    def linear(x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
        found.append((torch.randn_like(x), weight, 0, 0))
        return originals[1](x, weight, bias)

    values = {parameter.name: torch.randn(parameter.shape, device=device).abs() for parameter in architecture.parameters}
    functional.conv2d, functional.linear = conv2d, linear
    try:
        architecture.forward(values, torch.randn(batch, *job.shape, device=device), passes.Evaluation())
    finally:
        functional.conv2d, functional.linear = originals
    return found


def product(x: Tensor, weight: Tensor, stride: int, padding: int, *, first: bool, backward: bool) -> Callable[[], object]:
    """A function that does the work of one layer."""
    if not stride:
        gradient = torch.randn(len(x), len(weight), device=x.device)
        pairs = [(x, weight.mT)] + ([(gradient.mT, x)] if backward else []) + ([(gradient, weight)] if backward and not first else [])
        places = [torch.matmul(*pair) for pair in pairs]
        return lambda: [torch.matmul(*pair, out=place) for pair, place in zip(pairs, places, strict=True)]
    x, weight = (each.to(memory_format=torch.channels_last) for each in (x, weight))
    convolve = functools.partial(functional.conv2d, x, weight, stride=stride, padding=padding)
    if not backward:
        return convolve
    gradient = torch.randn_like(convolve())
    geometry = [stride] * 2, [padding] * 2, [1, 1], False, [0, 0], 1, [not first, True, False]
    return lambda: (convolve(), torch.ops.aten.convolution_backward(gradient, x, weight, None, *geometry))


if __name__ == "__main__":
    main()
