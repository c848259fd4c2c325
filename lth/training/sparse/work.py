"""What steps and evaluations take beside a network."""

from typing import NamedTuple

import numpy as np

from lth.training.sparse.lanes import STRIP
from lth.training.sparse.network import Network, aligned


class State(NamedTuple):
    """What steps change: arrays [values] in the order of the network.

    `first` and `second` are Adam's averages. Momentum is in `first`. Both begin as zeros, and may
    be empty where they are not used.
    """

    values: np.ndarray
    first: np.ndarray
    second: np.ndarray


class Examples(NamedTuple):
    """Images uint8 [examples, pixels], or laid out [blocks, pixels, columns], and int64 labels.

    A pixel is used as pixel * factor + offset, both [pixels] in the precision of the network: the
    factor is 1 / deviation, and the offset is -mean / deviation.
    """

    images: np.ndarray
    labels: np.ndarray
    factor: np.ndarray
    offset: np.ndarray


class Rule(NamedTuple):
    """The numbers of a recipe. SGD is used where `adam` is false.

    Dropout acts after hidden layers. `key` is that of its bits.
    """

    adam: bool
    momentum: float
    weight_decay: float
    dropout: float
    key: int


class Work(NamedTuple):
    """Memory for a block of examples, which holds nothing between two calls.

    `outputs` and `errors` [units, columns] are the values of units, and the derivatives of the loss
    by what goes into them. `pixels` are bytes [pixels, columns]. `numbers` and `labels` say which
    examples lie in the columns, and `columns` [1, columns] has their numbers. `scratch` is
    [3, columns].
    """

    outputs: np.ndarray
    errors: np.ndarray
    gradient: np.ndarray
    pixels: np.ndarray
    numbers: np.ndarray
    labels: np.ndarray
    columns: np.ndarray
    scratch: np.ndarray


def work_of(network: Network, values: np.ndarray) -> Work:
    """Memory for a network with such values."""
    units, columns, kind = len(network.number), columns_of(values.dtype), values.dtype
    work = Work(
        outputs=aligned((units, columns), kind),
        errors=aligned((units, columns), kind),
        gradient=aligned(values.shape, kind),
        pixels=aligned((int(network.width[0]), columns), np.uint8),
        numbers=np.zeros(columns, np.int64),
        labels=np.zeros(columns, np.int64),
        columns=aligned((1, columns), kind),
        scratch=aligned((3, columns), kind),
    )
    work.columns[0] = np.arange(columns)
    return work


def columns_of(dtype: np.dtype | type) -> int:
    """How many examples of this precision lie side by side: 64 of float32, 32 of float64."""
    return STRIP // np.dtype(dtype).itemsize


def examples_of(
    images: np.ndarray, labels: np.ndarray, mean: np.ndarray, deviation: np.ndarray, dtype: type
) -> Examples:
    """Examples whose pixels are used as (pixel - mean) / deviation.

    `mean` and `deviation` broadcast with an image [...]. They are rounded to float32 first, as the
    other engine has them.
    """
    shape = images.shape[1:]
    centre, width = (np.float32(value).astype(dtype) for value in (mean, deviation))
    factor = np.broadcast_to(1 / width, shape).astype(dtype)
    offset = np.broadcast_to(-centre / width, shape).astype(dtype)
    flat = np.require(images.reshape(len(images), -1), np.uint8, ["C", "W"])
    return Examples(flat, labels.astype(np.int64), factor.ravel(), offset.ravel())
