"""Pruning for tests: toy layers, and a method by name."""

import numpy as np

from lth.lottery.masks import Masks
from lth.lottery.pruning.choices import METHODS
from lth.lottery.pruning.method import Layers


def toy(seed: int = 0) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Weights and masks of two layers: a of 63 weights, b of 20."""
    generator = np.random.default_rng(seed)
    shapes = {"a": (7, 9), "b": (5, 4)}
    weights = {
        name: generator.standard_normal(shape).astype(np.float32) for name, shape in shapes.items()
    }
    return weights, {name: np.ones(value.shape, bool) for name, value in weights.items()}


def prune(
    method: str, weights: Masks, masks: Masks, rates: dict[str, float]
) -> dict[str, np.ndarray]:
    """Masks after pruning by a method that draws nothing."""
    return METHODS[method].make(Layers(masks, weights, rates, _unused))


def rounded(digits: int, value: float) -> float:
    """A number with so many decimals."""
    return float(f"{value:.{digits}f}")


def _unused(name: str) -> np.random.Generator:
    raise AssertionError(f"pruning by magnitude draws nothing ({name})")
