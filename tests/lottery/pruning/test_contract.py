"""What a method of pruning must keep to."""

from collections.abc import Callable

import numpy as np
import pytest

from lth import seeds
from lth.lottery.pruning.choices import METHODS
from lth.lottery.pruning.contract import check
from lth.lottery.pruning.method import Layers

Arrays = dict[str, np.ndarray]


def layers(rate: float) -> Layers:
    masks = {"a": np.arange(24).reshape(4, 6) % 3 > 0, "b": np.ones((2, 4), bool)}
    weights = {
        name: np.random.default_rng(1).standard_normal(mask.shape) for name, mask in masks.items()
    }
    return Layers(masks, weights, dict.fromkeys(masks, rate), lambda layer: seeds.stream(1, layer))


def reviving(after: Arrays) -> Arrays:
    mask = after["a"].copy()
    mask[0, 0], mask[tuple(np.argwhere(mask)[-1])] = True, False
    return {**after, "a": mask}


def one_more(after: Arrays) -> Arrays:
    mask = after["b"].copy()
    mask[tuple(np.argwhere(mask)[0])] = False
    return {**after, "b": mask}


FAULTS: dict[str, tuple[Callable[[Arrays], Arrays], str]] = {
    "a layer is missing": (lambda after: {"a": after["a"]}, "expected masks of a, b, got a"),
    "numbers": (
        lambda after: {**after, "a": after["a"] * 1.0},
        r"a: expected bool \[4, 6\], got float64",
    ),
    "another shape": (
        lambda after: {**after, "b": after["b"].ravel()},
        r"b: expected bool \[2, 4\], got bool \[8\]",
    ),
    "revived weights": (reviving, "a: keeps weights that were pruned before"),
    "one more": (one_more, "weights left, got"),
    "nothing left": (
        lambda after: {name: np.zeros_like(mask) for name, mask in after.items()},
        "weights left, got 0",
    ),
}


@pytest.mark.parametrize("method", METHODS)
def test_our_methods_keep_to_it(method: str) -> None:
    given = layers(0.0 if METHODS[method].at_random else 0.25)
    check(method, METHODS[method], given, METHODS[method].make(given))


@pytest.mark.parametrize("method", ["layer", "global"])
@pytest.mark.parametrize("fault", FAULTS)
def test_a_method_that_breaks_it_is_named(method: str, fault: str) -> None:
    spoil, said = FAULTS[fault]
    after = spoil(METHODS[method].make(layers(0.25)))
    with pytest.raises(ValueError, match=f"pruning method '{method}': .*{said}"):
        check(method, METHODS[method], layers(0.25), after)
