"""One row of `benchmarks/training.py`, measured in this process and printed as a line of JSON.

Three ways to train a network take turns, so that a busy machine hurts all alike. A turn is a
segment of some iterations and an evaluation. The turns are taken inside the training run of `lth`
itself, which calls back after every evaluation. Images are random bytes.
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
from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np
import torch
from others import Ways, others

from lth.lottery import masks as lottery_masks
from lth.lottery.initializations.distribution import Distribution
from lth.networks import choices
from lth.settings import read
from lth.training.batches import LoadedSets
from lth.training.examples import Examples, Sets
from lth.training.loop import train
from lth.training.randomness import Randomness
from lth.training.recipe import Recipe
from lth.training.stack import Stack
from lth.training.state import State

DROPOUT = {"rate": 0.0, "after": []}


def adam(rate: float, batch: int, every: int) -> Recipe:
    """The recipe of the smaller networks, in segments of `every` iterations."""
    return Recipe(
        optimizer="adam",
        learning_rate=rate,
        momentum=0.0,
        weight_decay=0.0,
        warmup=0,
        drops=(),
        drop_factor=0.1,
        batch=batch,
        iterations=30_000,
        evaluate_every=every,
        test_every=1,
        data_order="shared",
        augmentation="none",
        normalization="scale",
    )


def sgd(rate: float, batch: int, every: int) -> Recipe:
    """The recipe of the networks with batch norm."""
    return msgspec.structs.replace(
        adam(rate, batch, every),
        optimizer="sgd",
        momentum=0.9,
        weight_decay=1e-4,
        augmentation="flip-crop",
        normalization="standard",
    )


@dataclasses.dataclass(frozen=True)
class Job:
    """A network with its images and its recipe.

    A segment is `evaluate_every` iterations, and an evaluation of 150 images for each of them.
    """

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
    """Ends a training run when its time is up.

    It was asked for 30,000 iterations, since steps are compiled only in long training runs.
    """


def main() -> None:
    """Prints what the options ask for as one line of JSON; other lines may come before it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--machine", action="store_true", help="only say what the machine is")
    parser.add_argument("--network", choices=JOBS, default="lenet")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--networks", type=int, default=1, help="in the stack")
    parser.add_argument("--density", type=float, default=0.5, help="share of the weights left")
    parser.add_argument("--seconds", type=float, default=10.0, help="how long to take turns")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    print(
        json.dumps(
            machine()
            if options.machine
            else row(
                options.network,
                torch.device(options.device),
                options.networks,
                options.density,
                options.seconds,
            )
        )
    )


def machine() -> dict[str, str | None]:
    """The versions and the processors that the numbers hold for."""
    try:
        cpu = next(
            line.split(":")[1].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        )
    except (OSError, StopIteration):
        cpu = platform.processor()
    gpu = torch.cuda.get_device_name() if torch.cuda.is_available() else None
    return {"torch": torch.__version__, "python": platform.python_version(), "cpu": cpu, "gpu": gpu}


def row(
    name: str, device: torch.device, count: int, density: float, seconds: float
) -> dict[str, object]:
    """One row of the table.

    Milliseconds per network-iteration of each way [turns], seconds of compilation, and memory in
    MB: before, and at the peak of ours.
    """
    job = JOBS[name]
    sizes = (45_000, job.evaluated // 3, 2 * job.evaluated // 3)
    sets = Sets(*(random_examples(job, number) for number in sizes))
    stack = stack_of(name, job, sets, count, density)
    mask = {key: value[0] for key, value in stack.masks.items()}
    before = memory(device)
    loaded = LoadedSets.of(sets, device)
    make = functools.partial(others, stack, job.shape, loaded, mask, device)
    turns = Turns(job, device, count, seconds, make)
    with contextlib.suppress(EnoughError):
        train(stack, device=device, on_evaluation=turns)
    usual = statistics.median(turns.milliseconds["ours"]) * job.recipe.evaluate_every * count
    return {
        "milliseconds": turns.milliseconds,
        "compilation": turns.first - usual / 1000,
        "before": before,
        "peak": turns.peak,
    }


def stack_of(name: str, job: Job, sets: Sets, count: int, density: float) -> Stack:
    """So many networks, of whose weights a share is left."""
    settings = {"name": name, "initialization": "glorot-normal", **job.options}
    network: choices.Network = read(choices.Network, settings, "network")
    architecture = network.architecture(job.shape, 10)
    distribution = Distribution(architecture, network.initialization)
    drawn = [distribution.draw(1, "initialization", trial=trial) for trial in range(count)]
    generator = np.random.default_rng(1)
    masks = {
        key: generator.random((count, *shape), np.float32) < density
        for key, shape in architecture.shapes.items()
    }
    weights = lottery_masks.apply(lottery_masks.stacked(drawn), masks)
    pairs = [(trial, 0) for trial in range(count)]
    randomness = Randomness(1, {}, job.recipe.data_order, pairs, len(sets.training))
    return Stack(architecture, weights, masks, sets, job.recipe, randomness)


def random_examples(job: Job, count: int) -> Examples:
    """Random bytes as images, of mean 0 and deviation 1."""
    generator = np.random.default_rng(count)
    images, labels = (
        generator.integers(0, 256, (count, *job.shape), np.uint8),
        generator.integers(0, 10, count),
    )
    return Examples(images, labels, np.array(127.5, np.float32), np.array(73.9, np.float32))


def memory(device: torch.device) -> float:
    """The most memory that there was yet, in MB: of this process, or allocated on the GPU."""
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated() / 2**20
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


class Turns:
    """Called after every evaluation of our training run: notes the time since the last one.

    Then it lets the others train as far. These are made after our first segments, so that the peak
    memory noted there is that of our training run, compilation included.
    """

    def __init__(
        self, job: Job, device: torch.device, count: int, seconds: float, make: Callable[[], Ways]
    ):
        self.every, self.device, self.count = job.recipe.evaluate_every, device, count
        self.seconds, self.make = seconds, make
        self.others: Ways = {}
        self.milliseconds: dict[str, list[float]] = {"ours": []}
        self.first = self.peak = self.deadline = 0.0
        self.started = time.perf_counter()

    def __call__(self, state: State) -> None:
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


if __name__ == "__main__":
    main()
