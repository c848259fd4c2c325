"""From images in bytes to the values of inputs: examples side by side, pixel by pixel."""

import numpy as np

from lth.training.sparse.compiling import compiled
from lth.training.sparse.lanes import fma
from lth.training.sparse.memory import TILE, load_bytes, store_strip, transpose_tile


def lay_out(images: np.ndarray, columns: int) -> np.ndarray:
    """Images uint8 [examples, pixels] as [blocks, pixels, columns], for sets to evaluate.

    Unused columns of the last block repeat the last example.
    """
    blocks = np.empty((-(-len(images) // columns), images.shape[1], columns), np.uint8)
    _lay_out(np.ascontiguousarray(images), blocks)
    return blocks


@compiled
def _lay_out(images, blocks):
    numbers = np.empty(blocks.shape[2], np.int64)
    for block in range(blocks.shape[0]):
        for column in range(numbers.size):
            numbers[column] = min(block * numbers.size + column, images.shape[0] - 1)
        gather(images, numbers, blocks[block])


@compiled
def gather(images, numbers, pixels):
    """pixels[p, b] = images[numbers[b], p] for images uint8 [examples, pixels]."""
    whole = images.shape[1] // TILE * TILE
    for p in range(0, whole, TILE):
        for b in range(0, numbers.size, TILE):
            transpose_tile(images, numbers, p, b, pixels)
    for p in range(whole, images.shape[1]):
        for b in range(numbers.size):
            pixels[p, b] = images[numbers[b], p]


@compiled
def normalize(network, pixels, examples, outputs):
    """The outputs of inputs, from bytes [pixels, columns]. Pixels without a weight are skipped."""
    for u in range(network.first[1]):
        p = network.number[u]
        strip = load_bytes(pixels, p, outputs)
        store_strip(outputs, u, fma(strip, examples.factor[p], examples.offset[p]))
