"""One row of `benchmarks/training.py`, measured in this process and printed as a line of JSON.

Four ways to train Lenet on MNIST take turns, a segment of 100 iterations and one evaluation each, so that a busy machine hurts all alike.
The turns are taken inside the training of `lth` itself, which calls back after every evaluation.
"""

import argparse
import contextlib
import itertools
import json
import platform
import resource
import statistics
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy
from torch.nn.utils import prune
from torch.utils.data import DataLoader, Dataset, TensorDataset
from torchvision.datasets import MNIST
from torchvision.transforms import ToTensor

from lth import datasets, networks, seeds, tickets, training
from lth.settings import Network, Recipe
from lth.verbs.train import examples

RECIPE = Recipe("adam", 0.0012, batch=60, iterations=50_000, evaluate_every=100, data_order="fresh")
NETWORK = Network("lenet", (300, 100), "glorot-normal")
SIZES = (784, 300, 100, 10)
ARCHITECTURE = networks.build(NETWORK, (28, 28), 10)
VALIDATION, TEST, CHUNK = 5_000, 10_000, 1_000


class Way(NamedTuple):
    """A way to train for a segment: how many networks at once, how often to repeat it in a turn (the best counts), and the function."""

    networks: int
    repeats: int
    segment: Callable[[], object]


class EnoughError(Exception):
    """Ends a training when its time is up: it was asked for 50,000 iterations, because a step is compiled for long trainings only."""


def main() -> None:
    """Prints what the options ask for as one line of JSON; other lines may come before it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--machine", action="store_true", help="only say what the machine is")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--networks", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=10.0, help="how long to take turns")
    parser.add_argument("--arrays", type=Path, default=Path("results/datasets/mnist.npz"), metavar="FILE", help="MNIST as `lth prepare` writes it")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    print(json.dumps(machine() if options.machine else row(torch.device(options.device), options.networks, options.seconds, options.arrays)))


def machine() -> dict[str, str | None]:
    """The versions and the processors that the numbers hold for."""
    try:
        cpu = next(line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name"))
    except (OSError, StopIteration):
        cpu = platform.processor()
    gpu = torch.cuda.get_device_name() if torch.cuda.is_available() else None
    return {"torch": torch.__version__, "python": platform.python_version(), "cpu": cpu, "gpu": gpu}


def row(device: torch.device, count: int, seconds: float, arrays: Path) -> dict[str, object]:
    """Milliseconds per network-iteration of each way [turns], seconds of compilation, peak memory of ours in MB, and the data."""
    data, name = load(arrays)
    sets = examples(data, 255, VALIDATION, seed=1, device=device)
    del data
    drawn = [tickets.draw(ARCHITECTURE, NETWORK.initialization, 1, "initialization", trial=trial) for trial in range(count)]
    generator = np.random.default_rng(1)
    masks = {p.name: generator.random((count, *p.shape)) < 0.5 for p in ARCHITECTURE.parameters if p.prunable}
    weights = tickets.masked(tickets.stack(drawn), masks)
    turns = Turns(device, count, seconds, lambda: others(sets, {name: mask[0] for name, mask in masks.items()}, device, count))

    def order(network: int, epoch: int) -> np.ndarray:
        return seeds.stream(1, "data order", trial=network, epoch=epoch).permutation(len(sets.training))

    with contextlib.suppress(EnoughError):
        training.train(ARCHITECTURE, weights, masks, sets, RECIPE, order, device=device, on_evaluation=turns)
    first = turns.first - statistics.median(turns.milliseconds["ours"]) * RECIPE.evaluate_every * count / 1000
    return {"milliseconds": turns.milliseconds, "compilation": first, "peak": turns.peak, "data": name}


class Turns:
    """Called after every evaluation of our training: notes the time since the last one, and lets the others train as far.

    The others are made after our first segment, so that the peak memory noted there is that of our training (compilation included).
    """

    def __init__(self, device: torch.device, count: int, seconds: float, make: Callable[[], dict[str, Way]]):
        self.device, self.count, self.seconds, self.make = device, count, seconds, make
        self.others: dict[str, Way] = {}
        self.milliseconds: dict[str, list[float]] = {"ours": []}
        self.first = self.peak = 0.0
        self.started = time.perf_counter()

    def __call__(self, state: training.State) -> None:
        elapsed = self._elapsed()
        if state.iteration == RECIPE.evaluate_every:
            self.first, self.peak = elapsed, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            self.others = self.make()
            self.milliseconds |= {name: [] for name in self.others}
            self._turn()
            self.milliseconds |= {name: [] for name in self.others}  # the first turn was to warm up
            self.deadline = time.perf_counter() + self.seconds
        elif state.iteration > RECIPE.evaluate_every:
            self.milliseconds["ours"].append(1000 * elapsed / RECIPE.evaluate_every / self.count)
            self._turn()
            if len(self.milliseconds["ours"]) >= 3 and time.perf_counter() > self.deadline:
                raise EnoughError
        self.started = time.perf_counter()

    def _turn(self) -> None:
        for name, way in self.others.items():
            elapsed: list[float] = []
            for _ in range(way.repeats):
                self.started = time.perf_counter()
                way.segment()
                elapsed.append(self._elapsed())
            self.milliseconds[name].append(1000 * min(elapsed) / RECIPE.evaluate_every / way.networks)

    def _elapsed(self) -> float:
        if self.device.type == "cuda":
            torch.cuda.synchronize()
        return time.perf_counter() - self.started


def others(sets: training.Sets, mask: dict[str, np.ndarray], device: torch.device, count: int) -> dict[str, Way]:
    """The other ways to train, by name."""
    three = [sets.training, sets.validation, sets.test]
    careful, usual = plain([tensors(each) for each in three], mask, device), plain([Pictures(each) for each in three], mask, device)
    for begins in (careful, usual):
        next(begins)
    count = count if device.type == "cuda" else 1
    return {
        "careful": Way(1, 1, lambda: next(careful)),
        "usual": Way(1, 1, lambda: next(usual)),
        "products": Way(count, 3, products(device, (count,) if count > 1 else ())),
    }


def plain(sets: list[Dataset], mask: dict[str, np.ndarray], device: torch.device) -> Iterator[None]:
    """A training as a careful user would write it, of one network without end. Yields after every evaluation."""
    layers = [nn.Linear(fan_in, fan_out) for fan_in, fan_out in itertools.pairwise(SIZES)]
    model = nn.Sequential(nn.Flatten(), layers[0], nn.ReLU(), layers[1], nn.ReLU(), layers[2]).to(device)
    for layer, kept in zip(layers, mask.values(), strict=True):
        nn.init.xavier_normal_(layer.weight)
        prune.custom_from_mask(layer, "weight", torch.from_numpy(kept).to(device))
    optimizer = torch.optim.Adam(model.parameters(), lr=RECIPE.learning_rate)
    batches = DataLoader(sets[0], RECIPE.batch, shuffle=True, drop_last=True)
    evaluated = [DataLoader(each, CHUNK) for each in sets[1:]]
    for iteration, (images, labels) in enumerate(itertools.chain.from_iterable(itertools.repeat(batches))):
        if iteration % RECIPE.evaluate_every == 0:
            for loader in evaluated:
                evaluate(model, loader, device)
            yield
        optimizer.zero_grad()
        cross_entropy(model(images.to(device)), labels.to(device)).backward()
        optimizer.step()


@torch.no_grad()
def evaluate(model: nn.Module, loader: DataLoader, device: torch.device) -> tuple[float, float]:
    """Mean loss (nats) and accuracy (0 to 1) of a plain model."""
    loss = correct = torch.zeros((), device=device)
    for images, labels in loader:
        labels = labels.to(device)
        logits = model(images.to(device))
        loss = loss + cross_entropy(logits, labels, reduction="sum")
        correct = correct + (logits.argmax(1) == labels).sum()
    count = len(loader.dataset)  # pyright: ignore[reportArgumentType]
    return loss.item() / count, correct.item() / count


def tensors(examples: training.Examples) -> TensorDataset:
    """Examples made into floats once, before training."""
    return TensorDataset(examples.images.cpu().float()[:, None] / 255, examples.labels.cpu())


class Pictures(MNIST):
    """torchvision's MNIST with ToTensor, as its tutorials have it, over images that are in memory already."""

    def __init__(self, examples: training.Examples):
        self.data, self.targets = examples.images.cpu(), examples.labels.cpu()
        self.transform, self.target_transform = ToTensor(), None


def products(device: torch.device, stack: tuple[int, ...]) -> Callable[[], None]:
    """A function that only multiplies the matrices of a segment: forward, gradients of weights and (but for the first layer) inputs, evaluation.

    `stack` is () for one network and (networks,) for many at once. Results go to memory that is there already.
    """

    def normal(*shape: int) -> Tensor:
        return torch.randn((*stack, *shape), device=device)

    step: list[tuple[Tensor, Tensor]] = []
    evaluation: list[tuple[Tensor, Tensor]] = []
    for layer, (fan_in, fan_out) in enumerate(itertools.pairwise(SIZES)):
        inputs, weight, gradient = normal(RECIPE.batch, fan_in), normal(fan_out, fan_in), normal(RECIPE.batch, fan_out)
        step += [(inputs, weight.mT), (gradient.mT, inputs)] + ([(gradient, weight)] if layer else [])
        evaluation.append((normal(CHUNK, fan_in), weight.mT))
    one_step, one_chunk = multiplier(step, device), multiplier(evaluation, device)

    def segment() -> None:
        for _ in range(RECIPE.evaluate_every):
            one_step()
        for _ in range((VALIDATION + TEST) // CHUNK):
            one_chunk()

    return segment


def multiplier(pairs: list[tuple[Tensor, Tensor]], device: torch.device) -> Callable[[], None]:
    """A function that multiplies all pairs, one after another; on a GPU from a captured graph, so that launches cost nothing."""
    places = [torch.matmul(left, right) for left, right in pairs]

    def multiply() -> None:
        for (left, right), place in zip(pairs, places, strict=True):
            torch.matmul(left, right, out=place)

    if device.type != "cuda":
        return multiply
    stream, graph = torch.cuda.Stream(), torch.cuda.CUDAGraph()
    torch.cuda.synchronize()
    with torch.cuda.stream(stream):
        multiply()  # cuBLAS takes its workspace before the capture
    torch.cuda.synchronize()
    with torch.cuda.graph(graph, stream=stream):
        multiply()
    memory = (pairs, places)

    def replay() -> None:
        assert memory, "the graph reads and writes there, so it must stay allocated as long as this function lives"
        graph.replay()

    return replay


def load(path: Path) -> tuple[datasets.Data, str]:
    """MNIST and its path, or random bytes of the same shapes where it is not there."""
    if path.exists():
        with np.load(path, allow_pickle=False) as arrays:
            return datasets.Data(arrays["train_images"], arrays["train_labels"], arrays["test_images"], arrays["test_labels"]), str(path)
    generator = np.random.default_rng(0)
    images = [generator.integers(0, 256, (count, 28, 28), np.uint8) for count in (60_000, TEST)]
    labels = [generator.integers(0, 10, count) for count in (60_000, TEST)]
    return datasets.Data(images[0], labels[0], images[1], labels[1]), f"random bytes, since {path} is not there"


if __name__ == "__main__":
    main()
