"""Dropout, with the bits of `lth.networks.modes`: a hash, so that they need no state."""

import numpy as np

from lth.training.sparse.compiling import compiled, inlined
from lth.training.sparse.survivors import units_of

GOLDEN = np.uint64(0x9E3779B97F4A7C15)
LAYER = np.uint64(0xD1B54A32D192ED03)
FIRST, SECOND = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
BITS = 24  # of a drawn number, as many as a float32 has


@inlined
def _mixed(x):
    """The last steps of SplitMix64 (Steele et al., OOPSLA 2014)."""
    x = (x ^ (x >> np.uint64(30))) * FIRST
    x = (x ^ (x >> np.uint64(27))) * SECOND
    return x ^ (x >> np.uint64(31))


@inlined
def seed_of(key, iteration, layer):
    """What the draws of a dropout layer begin with. `key` and `iteration` are int64."""
    step = _mixed(np.uint64(key) + GOLDEN * np.uint64(iteration + 1))
    return _mixed(step + LAYER * np.uint64(layer + 1))


@inlined
def draw(seed, index):
    """A whole number from 0 to below 2^24."""
    return np.int64(_mixed((seed + index) * GOLDEN) >> np.uint64(64 - BITS))


@inlined
def least_kept(rate):
    """The smallest draw that is kept: those of at least `rate`, which is rounded to float32."""
    scaled = np.float64(np.float32(rate)) * 2.0**BITS
    whole = np.int64(scaled)
    return whole if whole == scaled else whole + 1


@compiled
def drop(network, outputs, layer, seed, rate, example):
    """Multiplies the outputs of a layer by 0 or 1, and divides them by 1 - rate.

    The index of a value is that in a tensor [batch, width] of the whole layer. `example` is the
    number of the first column in the batch.
    """
    first, last = units_of(network, layer)
    least, divisor = least_kept(rate), outputs.dtype.type(1.0 - rate)
    for u in range(first, last):
        for b in range(outputs.shape[1]):
            index = np.uint64((example + b) * network.width[layer + 1] + network.number[u])
            kept = outputs.dtype.type(draw(seed, index) >= least)
            outputs[u, b] = outputs[u, b] * kept / divisor
