"""How values are distributed over trials, as densities in bins, and what sums them up."""

import math
from collections.abc import Mapping, Sequence

import numpy as np

from lth.report.rows import Row

ByTrial = dict[int, np.ndarray]
Limits = tuple[float, float]
ALL = "all"  # trials together
COLUMNS = ("trial", "from", "to", "density", "mean", "deviation", "positive")


def kept_by_trial(values: np.ndarray, kept: np.ndarray, trials: Sequence[int]) -> ByTrial:
    """Of values [networks, ...] those that are kept [networks, ...], by the trials of networks."""
    parts: dict[int, list[np.ndarray]] = {}
    for trial, own, mask in zip(trials, values, kept, strict=True):
        parts.setdefault(trial, []).append(own[mask])
    return {trial: np.concatenate(parts[trial]) for trial in sorted(parts)}


def pooled(trials: Mapping[int, np.ndarray]) -> np.ndarray:
    """The values of all trials together."""
    return np.concatenate(list(trials.values()))


def limits(values: Sequence[np.ndarray], left_out: float = 0.0) -> Limits:
    """The least and the largest of some values, but for a share of them at both ends together."""
    every = np.concatenate([np.asarray(each, np.float64) for each in values])
    every = every[np.isfinite(every)]  # a network may have diverged
    if not every.size:
        return 0.0, 1.0
    low, high = np.quantile(every, [left_out / 2, 1 - left_out / 2]).tolist()
    return (low, high) if low < high else (low - 0.5, high + 0.5)


def histogram(values: np.ndarray, bins: int, ends: Limits) -> tuple[list[float], list[float]]:
    """The edges of the bins, and the density in each: 0 where there are no values."""
    counts, edges = np.histogram(values, bins, ends)
    heights = counts / (max(values.size, 1) * np.diff(edges))
    return edges.tolist(), heights.tolist()


def rows(trials: Mapping[int, np.ndarray], bins: int, ends: Limits) -> list[Row]:
    """The bins of all trials together, and then those of each, with COLUMNS.

    `mean`, `deviation` and `positive` (the share above 0) are of all values, so they stand in each
    bin alike. They are NaN where there are none.
    """
    return [
        {"trial": trial, "from": low, "to": high, "density": density, **summary(values)}
        for trial, values in ((ALL, pooled(trials)), *trials.items())
        for low, high, density in _bins(values, bins, ends)
    ]


def summary(values: np.ndarray) -> dict[str, float]:
    """Mean, standard deviation and share above 0 of the values that are numbers."""
    finite = np.asarray(values[np.isfinite(values)], np.float64)
    if not finite.size:
        return {"mean": math.nan, "deviation": math.nan, "positive": math.nan}
    mean, deviation = float(finite.mean()), float(finite.std())
    return {"mean": mean, "deviation": deviation, "positive": float((finite > 0).mean())}


def _bins(values: np.ndarray, bins: int, ends: Limits) -> list[tuple[float, float, float]]:
    edges, heights = histogram(values, bins, ends)
    return list(zip(edges[:-1], edges[1:], heights, strict=True))
