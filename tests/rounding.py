"""How far apart two computations may end that round in another order: derived, not tuned."""

from collections.abc import Callable, Mapping

import numpy as np

from lth.networks.architecture import Architecture

EPSILON = float(np.finfo(np.float64).eps)
DISTURBANCE = 2.0**-30  # far above roundings, and far below what changes the function's slope
Arrays = Mapping[str, np.ndarray]


def with_tolerances(
    function: Callable[[Arrays], Arrays], values: Arrays, roundings: int
) -> tuple[Arrays, dict[str, float]]:
    """The arrays that a float64 function of `values` gives, and the most that roundings can change.

    A rounding disturbs what it rounds by EPSILON at most, relatively. What becomes of it is
    measured on the spot: every value is disturbed by a known amount, and the result's change is
    divided by it. The size of the result itself is added, since its own last sums are rounded too.
    """
    signs = np.random.default_rng(0)
    disturbed = {
        name: value * (1 + DISTURBANCE * signs.choice([-1, 1], value.shape))
        for name, value in values.items()
    }
    result, other = function(values), function(disturbed)
    growth = {
        name: np.abs(other[name] - value).max() / DISTURBANCE + np.abs(value).max()
        for name, value in result.items()
    }
    return result, {name: float(roundings * EPSILON * value) for name, value in growth.items()}


def roundings_of(architecture: Architecture, examples: int, pixels: int, steps: int) -> int:
    """The most roundings that follow upon one another in so many steps of training.

    In each step there is a sum in every layer forwards and one backwards, each as long as the
    longest of them. A neuron sums over its inputs, a weight's gradient and batch norm over all
    examples and pixels.
    """
    longest = max(examples * pixels, *(weight.fans[0] for weight in architecture.weights))
    return steps * 2 * len(architecture.weights) * longest


def agree(some: Arrays, other: Arrays, allowed: Mapping[str, float]) -> bool:
    """Whether two results have the same names and no difference above what is allowed."""
    assert some.keys() == other.keys() == allowed.keys()
    return all(np.abs(some[name] - other[name]).max() <= allowed[name] for name in allowed)
