"""One step of an optimizer over all values of a network, as torch.optim does it."""

import math

from lth.training.sparse.compiling import compiled, inlined
from lth.training.sparse.lanes import fma, lane_count, sqrt
from lth.training.sparse.loss import flushed
from lth.training.sparse.memory import load, store

BETA1, BETA2, EPSILON = 0.9, 0.999, 1e-8
SMALLEST_AVERAGE = 2.0**-100


@inlined
def _power(base, exponent):
    """base^exponent by squares: of products only, so that the bits are the same everywhere."""
    result = 1.0
    while exponent:
        if exponent & 1:
            result *= base
        base *= base
        exponent >>= 1
    return result


@compiled
def adam(values, gradient, first, second, rate, weight_decay, number):
    """Adam (Kingma & Ba, 2015). `number` is that of the step, from 1."""
    size = rate / (1.0 - _power(BETA1, number))
    scale = 1.0 / math.sqrt(1.0 - _power(BETA2, number))
    for k in range(0, values.size, lane_count(values)):
        value = load(values, k)
        slope = fma(value, weight_decay, load(gradient, k))
        mean = fma(slope - load(first, k), 1.0 - BETA1, load(first, k))
        square = fma(slope * slope, 1.0 - BETA2, load(second, k) * BETA2)
        mean, square = flushed(mean, SMALLEST_AVERAGE), flushed(square, SMALLEST_AVERAGE)
        store(first, k, mean)
        store(second, k, square)
        store(values, k, value - mean * size / fma(sqrt(square), scale, EPSILON))


@compiled
def sgd(values, gradient, buffer, rate, momentum, weight_decay):
    """Stochastic gradient descent, with the momentum of Sutskever et al. (2013).

    `buffer` is not used where there is no momentum.
    """
    for k in range(0, values.size, lane_count(values)):
        value = load(values, k)
        slope = fma(value, weight_decay, load(gradient, k))
        if momentum:
            slope = flushed(fma(load(buffer, k), momentum, slope), SMALLEST_AVERAGE)
            store(buffer, k, slope)
        store(values, k, fma(slope, -rate, value))
