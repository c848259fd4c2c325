"""The masks of a round for a stack of networks."""

import numpy as np
import pytest

from lth.lottery import masks, tickets
from lth.lottery.pruning.prune import next_masks

SHAPES = {"a": (7, 9), "b": (5, 4)}
FOUR = [(0, 0), (0, 1), (1, 0), (1, 1)]
CASES = {
    "layer": (
        {"a": 0.2, "b": 0.5},
        "67229afec484fe2b35958382226f5eea51b931f480425737148b095a858fcb4a",
    ),
    "global": (
        {"a": 0.3, "b": 0.3},
        "8787b9e01c49736f1992d1da417c0c126697d94b6cf512c4272c8286c3b0ab8a",
    ),
    "random": ({}, "e3ba63caaa12859937ce33e47eb489a9c41580e1a5b19075614806e30a369720"),
}  # rates, and the digest of the masks
Arrays = dict[str, np.ndarray]


def before(pairs: list[tuple[int, int]]) -> Arrays:
    """Masks of two thirds of a, and of three quarters of b."""
    layers = {"a": np.arange(63).reshape(7, 9) % 3, "b": np.arange(20).reshape(5, 4) % 4}
    return {name: np.stack([rest != trial for trial, _ in pairs]) for name, rest in layers.items()}


def weights(pairs: list[tuple[int, int]]) -> Arrays:
    """Weights that all repeats of a trial share."""
    drawn: Arrays = {}
    for name, shape in SHAPES.items():
        two = np.random.default_rng(0).standard_normal((2, *shape)).astype(np.float32)
        drawn[name] = two[[trial for trial, _ in pairs]]
    return drawn


def made(method: str, pairs: list[tuple[int, int]] = FOUR, seed: int = 5, round: int = 2) -> Arrays:
    rates, _ = CASES[method]
    address = {"strategy": "random", "round": round}
    given = weights(pairs) if rates else {}
    return next_masks(method, rates, seed, address, pairs, before(pairs), given)


@pytest.mark.parametrize("method", CASES)
def test_methods_make_the_bits_they_always_did(method: str) -> None:
    assert tickets.digest(made(method)) == CASES[method][1]


@pytest.mark.parametrize("method", ["layer", "global"])
def test_magnitude_is_the_same_for_all_repeats(method: str) -> None:
    after = made(method)
    for mask in after.values():
        assert np.array_equal(mask[0], mask[1])
        assert not np.array_equal(mask[1], mask[2])


def test_random_masks_differ_by_seed_round_and_repeat() -> None:
    after = made("random")["a"]
    assert len({mask.tobytes() for mask in after}) == 4
    for other in (made("random", seed=6), made("random", round=3)):
        assert not np.array_equal(other["a"], after)


@pytest.mark.parametrize("method", CASES)
def test_a_trials_masks_are_alike_alone_and_in_a_block(method: str) -> None:
    block, alone = made(method), made(method, FOUR[2:])
    assert all(np.array_equal(block[name][2:], mask) for name, mask in alone.items())


def test_random_masks_are_as_dense_as_before() -> None:
    assert masks.survivors(made("random")).tolist() == masks.survivors(before(FOUR)).tolist()
