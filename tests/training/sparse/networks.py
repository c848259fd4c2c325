"""What tests of the sparse engine share: toy networks, and the same layers in plain NumPy."""

import dataclasses
from collections.abc import Sequence

import numpy as np

from lth.training.sparse.network import Network, network_of, pack
from lth.training.sparse.work import Examples, Rule, State, Work, examples_of, work_of

ADAM = Rule(adam=True, momentum=0.0, weight_decay=0.0, dropout=0.0, key=-7)
SGD = ADAM._replace(adam=False)
SIZES = (37, 13, 9, 5)  # odd, and no multiples of the four units that dense kernels take at once


@dataclasses.dataclass(frozen=True)
class Toy:
    """A network with masks (bool [outputs, inputs]) and the parameters of the whole of it."""

    masks: Sequence[np.ndarray]
    parameters: np.ndarray
    network: Network
    places: np.ndarray

    def state(self) -> State:
        values = pack(self.parameters, self.places)
        return State(values, np.zeros_like(values), np.zeros_like(values))

    def work(self) -> Work:
        return work_of(self.network, pack(self.parameters, self.places))

    def layers(self) -> list[tuple[np.ndarray, np.ndarray]]:
        return layers_of(self.parameters, self.masks)


def masks_of(sizes: Sequence[int], density: float, seed: int = 0) -> list[np.ndarray]:
    """Random masks, with a unit and an input of each layer that have no weights."""
    draw = np.random.default_rng(seed)
    masks = [draw.random(shape) < density for shape in zip(sizes[1:], sizes, strict=False)]
    for mask in masks:
        if density < 1 and min(mask.shape) > 2:
            mask[1], mask[:, 2] = False, False
    return masks


def toy(
    sizes: Sequence[int] = SIZES,
    density: float = 0.5,
    *,
    dtype: type = np.float64,
    dense: float = 0.45,
    seed: int = 0,
) -> Toy:
    masks = masks_of(sizes, density, seed)
    draw = np.random.default_rng(seed + 1)
    parts = []
    for mask in masks:
        scale = np.sqrt(2 / max(1, mask.sum(1).mean()))
        parts += [(draw.standard_normal(mask.shape) * mask * scale).ravel()]
        parts += [draw.standard_normal(len(mask)) / 10]
    parameters = np.concatenate(parts).astype(dtype)
    return Toy(masks, parameters, *network_of(masks, dense))


def layers_of(
    parameters: np.ndarray, masks: Sequence[np.ndarray]
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Weights and biases of each layer, as views of the parameters."""
    layers, offset = [], 0
    for mask in masks:
        weights = parameters[offset : offset + mask.size].reshape(mask.shape)
        offset += mask.size
        layers.append((weights, parameters[offset : offset + len(mask)]))
        offset += len(mask)
    return layers


def toy_examples(count: int, pixels: int, classes: int, dtype: type = np.float64) -> Examples:
    draw = np.random.default_rng(3)
    images = draw.integers(0, 256, (count, pixels), dtype=np.uint8)
    labels = draw.integers(0, classes, count)
    return examples_of(images, labels, np.float32(33.3), np.float32(78.5), dtype)


def filled(work: Work, network: Network, seed: int = 0) -> Work:
    """Work whose outputs and errors are random numbers, some outputs of hidden units 0."""
    draw = np.random.default_rng(seed)
    for strips in (work.outputs, work.errors):
        strips[:] = draw.standard_normal(strips.shape)
    hidden = work.outputs[network.first[1] :]
    hidden[hidden < 0] = 0
    return work


def matrix_of(network: Network, values: np.ndarray, layer: int) -> np.ndarray:
    """The weights of a layer, zeros included, between the units that have a number."""
    below, first, last = network.first[layer : layer + 3]
    matrix = np.zeros((last - first, first - below), values.dtype)
    for u in range(first, last):
        part = slice(network.indptr[u], network.indptr[u + 1])
        matrix[u - first, network.source[part] - below] = values[part]
    return matrix
