"""A fully-connected network as flat arrays of what is left of it.

Units are numbered through all layers: inputs first, then hidden units, then classes. An array
[units, columns] holds the values of every unit, and 64 examples side by side (32 in float64). The
weights of a unit are a part of one array `values`, with the unit that each of them multiplies.

Only units that matter have a number. A unit without a path of weights to a class has no effect on
the loss. What such units still have of weights and biases are *idle* values. Their gradient is 0.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

ALIGNED = 64  # bytes: a vector that crosses a line of the cache takes twice as long
PADDED = 16  # values: arrays of values are whole vectors, so that loops over them have no rest

# Above this share of weights left, a layer is computed whole, zeros included. Measured for 784 to
# 300 units on AVX-512: the forward pass is as fast either way at 46 %, the gradient at 65 %. Zeros
# change no finite sum, so the share decides about time and not about bits. There is one exception:
# a pruned weight of an infinite unit makes NaN in a layer that is computed whole.
DENSE = 0.45


class Network(NamedTuple):
    """What is left of a network of `layers` layers.

    `first` int64 [layers + 2]: the first unit of the inputs and of each layer, and the end of all.
    `indptr` int64 [units + 1]: the weights of unit u are values[indptr[u] : indptr[u + 1]].
    `source` int32 [weights]: the unit that each weight multiplies, rising for every unit.
    `bias`: the bias of unit u is values[bias + u].
    `dense` bool [layers]: whether a layer has weights for all inputs, of which some may be pruned.
    `kept` bool [weights]: whether a weight is trained. Only dense layers have others.
    `number` int64 [units]: the place of each unit in its layer of the whole network.
    `width` int64 [layers + 1]: how many units the inputs and each layer of it have.
    """

    first: np.ndarray
    indptr: np.ndarray
    source: np.ndarray
    bias: int
    dense: np.ndarray
    kept: np.ndarray
    number: np.ndarray
    width: np.ndarray


def network_of(masks: Sequence[np.ndarray], dense: float = DENSE) -> tuple[Network, np.ndarray]:
    """The network that masks (bool [outputs, inputs], one a layer) leave, and places of its values.

    `places` int64 [values] says where each value stands in the parameters of the whole network:
    weights and biases of the first layer, row by row, then those of the next. It is -1 for pruned
    weights, which dense layers have, and for the padding at the end. The values are weights unit by
    unit, then biases, then those of idle units.
    """
    live = _live_units(masks)
    first = np.cumsum([0, *(len(units) for units in live)])
    layers = [_Layer(mask, live[i], live[i + 1], dense) for i, mask in enumerate(masks)]
    counts = np.concatenate([np.zeros(len(live[0]), np.int64), *(item.counts for item in layers)])
    sources = [item.columns + first[i] for i, item in enumerate(layers)]
    weights = int(counts.sum())
    network = Network(
        first=first,
        indptr=np.concatenate([[0], np.cumsum(counts)]),
        source=np.concatenate(sources).astype(np.int32),
        bias=weights - int(first[1]),
        dense=np.array([item.dense for item in layers]),
        kept=np.concatenate([item.kept for item in layers]),
        number=np.concatenate(live),
        width=np.array([masks[0].shape[1], *(len(mask) for mask in masks)]),
    )
    return network, _places(masks, layers)


def pack(parameters: np.ndarray, places: np.ndarray) -> np.ndarray:
    """The values of a network from all parameters of the whole one: 0 where they have no place."""
    values = aligned((len(places),), parameters.dtype)
    values[places >= 0] = parameters[places[places >= 0]]
    return values


def unpack(values: np.ndarray, places: np.ndarray, size: int) -> np.ndarray:
    """The `size` parameters of the whole network: zeros where there is no value."""
    parameters = np.zeros(size, values.dtype)
    parameters[places[places >= 0]] = values[places >= 0]
    return parameters


def aligned(shape: tuple[int, ...], dtype: np.dtype | type) -> np.ndarray:
    """Zeros that begin at a multiple of 64 bytes."""
    size = int(np.prod(shape)) * np.dtype(dtype).itemsize
    data = np.zeros(size + ALIGNED, np.uint8)
    begin = -data.ctypes.data % ALIGNED
    return data[begin : begin + size].view(dtype).reshape(shape)


class _Layer:
    """A layer's weights between live units `below` and `above`."""

    def __init__(self, mask: np.ndarray, below: np.ndarray, above: np.ndarray, dense: float):
        self.above = above
        mask = mask[np.ix_(above, below)]
        self.dense = bool(mask.sum() >= dense * mask.size)
        present = np.ones_like(mask) if self.dense else mask
        self.counts = present.sum(1)
        self.rows, self.columns = np.nonzero(present)
        self.kept = mask[present]
        self.inputs = below[self.columns]  # as numbers of the whole layer


def _live_units(masks: Sequence[np.ndarray]) -> list[np.ndarray]:
    """The inputs and the units of each layer that have a path of weights to a class."""
    live = [np.arange(len(masks[-1]))]
    for mask in reversed(masks):
        live.insert(0, np.flatnonzero(mask[live[0]].any(axis=0)))
    return live


def _places(masks: Sequence[np.ndarray], layers: Sequence[_Layer]) -> np.ndarray:
    weights, biases, idle = [], [], []
    offset = 0
    for mask, layer in zip(masks, layers, strict=True):
        outputs, inputs = mask.shape
        places = offset + layer.above[layer.rows] * inputs + layer.inputs
        weights.append(np.where(layer.kept, places, -1))
        biases.append(offset + mask.size + layer.above)
        rest = np.setdiff1d(np.arange(outputs), layer.above)
        rows, columns = np.nonzero(mask[rest])
        idle += [offset + rest[rows] * inputs + columns, offset + mask.size + rest]
        offset += mask.size + outputs
    places = np.concatenate([*weights, *biases, *idle])
    return np.concatenate([places, np.full(-len(places) % PADDED, -1)])
