"""Student's t: how far a mean of few trials may lie below what was measured."""

import math

import numpy as np

CONFIDENCE = 0.95  # that the mean is not below the bound
STEPS = 60  # of a bisection, which halve an angle down to the last bit


def lower_bound(values: np.ndarray) -> np.ndarray:
    """The lower bound [rows] of the mean over trials of values [rows, trials].

    That is mean - t s / sqrt(n), where s is the deviation of n trials, and t the quantile with
    n - 1 degrees of freedom. It needs two trials.
    """
    trials = values.shape[-1]
    error = values.std(axis=-1, ddof=1) / math.sqrt(trials)
    return values.mean(axis=-1) - quantile(trials - 1) * error


def quantile(freedom: int, confidence: float = CONFIDENCE) -> float:
    """What t does not exceed with this probability (of at least one half)."""
    low, high = 0.0, math.pi / 2
    for _ in range(STEPS):
        angle = (low + high) / 2
        below = (1 + _within(angle, freedom)) / 2 < confidence
        low, high = (angle, high) if below else (low, angle)
    return math.sqrt(freedom) * math.tan(low)


def _within(angle: float, freedom: int) -> float:
    """The probability that |t| is at most sqrt(freedom) tan(angle).

    These are the sums 26.7.3 and 26.7.4 of Abramowitz & Stegun, for odd and even freedom.
    """
    odd = freedom % 2
    cosine, total = math.cos(angle), 0.0
    term = cosine if odd else 1.0
    for number in range(2 + odd, freedom + 1, 2):
        total += term
        term *= cosine**2 * (number - 1) / number
    inside = math.sin(angle) * total
    return 2 / math.pi * (angle + inside) if odd else inside
