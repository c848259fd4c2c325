"""What layers do in training and in evaluation, for one network of a stack (see `lth.networks.Pass`)."""

from collections.abc import Mapping

import torch
from torch import Tensor
from torch.nn import functional

EPSILON, MOMENTUM = 1e-5, 0.1  # of batch norm; momentum is the weight of the newest batch in the running statistics


class Evaluation:
    """Batch norm by the running statistics, and no dropout."""

    def batch_norm(self, x: Tensor, values: Mapping[str, Tensor], name: str) -> Tensor:
        statistics = values[f"{name}.mean"], values[f"{name}.variance"]
        return functional.batch_norm(x, *statistics, values[f"{name}.scale"], values[f"{name}.shift"], eps=EPSILON)

    def dropout(self, x: Tensor, rate: float, place: int) -> Tensor:
        return x


class Training:
    """Batch norm by the batch, and dropout. `statistics` are the new running statistics by name, after the forward pass.

    Dropout's bits are a hash of (key, iteration, place, index of the value), so they need no state, and any of them can be made again.
    `key` is the network's own, int64; `iteration` an int64 tensor.
    """

    def __init__(self, key: Tensor, iteration: Tensor):
        self.key, self.iteration = key, iteration
        self.statistics: dict[str, Tensor] = {}

    def batch_norm(self, x: Tensor, values: Mapping[str, Tensor], name: str) -> Tensor:
        scale, shift = values[f"{name}.scale"], values[f"{name}.shift"]
        out, mean, inverse = torch.native_batch_norm(x, scale, shift, None, None, True, 0.0, EPSILON)
        count = x.numel() // x.shape[1]
        variance = (inverse.detach() ** -2 - EPSILON) * (count / (count - 1))
        for statistic, new in (("mean", mean.detach()), ("variance", variance)):
            self.statistics[f"{name}.{statistic}"] = (1 - MOMENTUM) * values[f"{name}.{statistic}"] + MOMENTUM * new
        return out

    def dropout(self, x: Tensor, rate: float, place: int) -> Tensor:
        keep = uniform(self.key, self.iteration, place, x.numel(), x.device).view(x.shape) >= rate
        return x * keep / (1 - rate)


def uniform(key: Tensor, iteration: Tensor, place: int, count: int, device: torch.device) -> Tensor:
    """Numbers in [0, 1), float32 [count], by SplitMix64 (Steele et al., OOPSLA 2014) over key, iteration, place and index.

    The index is added before the multiplication: a constant times an index alone would become an index of the compiled loop, in which an
    overflow is undefined (the compiler then takes the loop for one that never ends).
    """
    index = torch.arange(count, dtype=torch.int64, device=device)
    seed = _mixed(_mixed(key + GOLDEN * (iteration + 1)) + _wrapped(0xD1B54A32D192ED03 * (place + 1) % (1 << 64)))
    return (_mixed((seed + index) * GOLDEN) >> 40 & 0xFFFFFF).to(torch.float32) * 2.0**-24


def _mixed(x: Tensor) -> Tensor:
    x = (x ^ _shifted(x, 30)) * _wrapped(0xBF58476D1CE4E5B9)
    x = (x ^ _shifted(x, 27)) * _wrapped(0x94D049BB133111EB)
    return x ^ _shifted(x, 31)


def _shifted(x: Tensor, bits: int) -> Tensor:
    """A logical shift to the right; torch's own is arithmetic."""
    return x >> bits & ((1 << (64 - bits)) - 1)


def _wrapped(number: int) -> int:
    """An unsigned 64-bit number as a signed one of the same bits; products wrap around."""
    return number - (1 << 64) if number >= 1 << 63 else number


GOLDEN = _wrapped(0x9E3779B97F4A7C15)  # 2^64 over the golden ratio
