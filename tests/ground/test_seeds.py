"""Streams say what a number was drawn from."""

import numpy as np

from lth import seeds


def test_equal_addresses_give_equal_bits_in_any_order() -> None:
    def draw(trial: int) -> list[float]:
        return (
            seeds.stream(1, "initialization", trial=trial, parameter="fc1.weight")
            .standard_normal(4)
            .tolist()
        )

    upward, downward = (
        [draw(trial) for trial in range(3)],
        [draw(trial) for trial in reversed(range(3))],
    )
    assert upward == downward[::-1]
    assert (
        seeds.stream(1, "split", a=1, b=2).random() == seeds.stream(1, "split", b=2, a=1).random()
    )


def test_addresses_that_differ_anywhere_give_other_bits() -> None:
    streams = [
        seeds.stream(1, "initialization", trial=0, parameter="fc1.weight"),
        seeds.stream(0, "initialization", trial=0, parameter="fc1.weight"),
        seeds.stream(1, "reinitialization", trial=0, parameter="fc1.weight"),
        seeds.stream(1, "initialization", trial=1, parameter="fc1.weight"),
        seeds.stream(1, "initialization", trial=0, parameter="fc2.weight"),
        seeds.stream(1, "initialization", trial=0, parameter="fc1.weight", round=0),
        seeds.stream(1, "initialization", trial=0),
    ]
    assert len({stream.bit_generator.random_raw() for stream in streams}) == len(streams)


def test_streams_touch_no_global_randomness() -> None:
    np.random.seed(5)
    first = np.random.random()
    np.random.seed(5)
    seeds.stream(1, "split").random(10)
    assert np.random.random() == first


def test_the_bits_of_an_address_never_change() -> None:
    """Other numbers here mean that no published result can be made again."""
    assert seeds.stream(0, "split").bit_generator.random_raw(2).tolist() == [
        12229929852851920008,
        15181778236169308206,
    ]
    assert seeds.stream(0, "split").permutation(8).tolist() == [4, 2, 7, 5, 3, 1, 6, 0]
    assert (
        seeds.stream(1, "initialization", trial=0, parameter="fc1.weight").standard_normal()
        == -0.4668216779220639
    )
