"""What batch norm and dropout do in training and in evaluation, for one network of a stack."""

import torch
from torch import Tensor
from torch.nn import functional

from lth.networks.architecture import Values

EPSILON = 1e-5  # of batch norm
MOMENTUM = 0.1  # of batch norm: the share of the newest batch in the running statistics


class EvaluationMode:
    """Batch norm by the running statistics, and no dropout (see `architecture.Mode`)."""

    def batch_norm(self, x: Tensor, values: Values, name: str) -> Tensor:
        mean, variance = values[f"{name}.mean"], values[f"{name}.variance"]
        scale, shift = values[f"{name}.scale"], values[f"{name}.shift"]
        return functional.batch_norm(x, mean, variance, scale, shift, eps=EPSILON)

    def dropout(self, x: Tensor, rate: float, number: int) -> Tensor:
        return x


class TrainingMode:
    """Batch norm by the batch, and dropout (see `architecture.Mode`).

    `key` is the network's own, int64. `iteration` is an int64 tensor. Dropout's bits are a hash of
    key, iteration, number of the layer and index of the value. So they need no state, and any of
    them can be made again. After the forward pass `statistics` holds the new running statistics by
    name.
    """

    def __init__(self, key: Tensor, iteration: Tensor):
        self.key, self.iteration = key, iteration
        self.statistics: dict[str, Tensor] = {}

    def batch_norm(self, x: Tensor, values: Values, name: str) -> Tensor:
        scale, shift = values[f"{name}.scale"], values[f"{name}.shift"]
        norm = torch.native_batch_norm(x, scale, shift, None, None, True, 0.0, EPSILON)
        out, mean, inverse = norm
        count = x.numel() // x.shape[1]
        variance = (inverse.detach() ** -2 - EPSILON) * (count / (count - 1))
        for statistic, new in (("mean", mean.detach()), ("variance", variance)):
            before = values[f"{name}.{statistic}"]
            self.statistics[f"{name}.{statistic}"] = (1 - MOMENTUM) * before + MOMENTUM * new
        return out

    def dropout(self, x: Tensor, rate: float, number: int) -> Tensor:
        draws = uniform(self.key, self.iteration, number, x.numel(), x.device)
        return x * (draws.view(x.shape) >= rate) / (1 - rate)


def uniform(
    key: Tensor, iteration: Tensor, number: int, count: int, device: torch.device
) -> Tensor:
    """Numbers in [0, 1), float32 [count]: SplitMix64 (Steele et al., OOPSLA 2014) of the arguments.

    The index is added before the multiplication. A constant times an index would become an index of
    the compiled loop, where an overflow is undefined: the compiler takes such a loop for endless.
    """
    index = torch.arange(count, dtype=torch.int64, device=device)
    layer = _wrapped(0xD1B54A32D192ED03 * (number + 1) % (1 << 64))
    seed = _mixed(_mixed(key + GOLDEN * (iteration + 1)) + layer)
    return (_mixed((seed + index) * GOLDEN) >> 40 & 0xFFFFFF).to(torch.float32) * 2.0**-24


def _mixed(x: Tensor) -> Tensor:
    x = (x ^ _shifted(x, 30)) * _wrapped(0xBF58476D1CE4E5B9)
    x = (x ^ _shifted(x, 27)) * _wrapped(0x94D049BB133111EB)
    return x ^ _shifted(x, 31)


def _shifted(x: Tensor, bits: int) -> Tensor:
    """A logical shift to the right. torch's own is arithmetic."""
    return x >> bits & ((1 << (64 - bits)) - 1)


def _wrapped(number: int) -> int:
    """An unsigned 64-bit number as a signed one of the same bits. Products wrap around."""
    return number - (1 << 64) if number >= 1 << 63 else number


GOLDEN = _wrapped(0x9E3779B97F4A7C15)  # 2^64 over the golden ratio
