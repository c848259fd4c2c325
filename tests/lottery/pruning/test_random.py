"""Random masks: as dense in each layer, and every position as likely."""

import numpy as np

from lth.lottery.pruning.choices import METHODS
from lth.lottery.pruning.method import Layers
from lth.lottery.pruning.random import Random


def test_random_masks_are_as_dense_in_each_layer() -> None:
    masks = {"a": np.arange(63).reshape(7, 9) < 20, "b": np.arange(20).reshape(5, 4) < 19}
    layers = Layers(masks, {}, {}, lambda name: np.random.default_rng(len(name)))
    after = Random.make(layers)
    assert [int(mask.sum()) for mask in after.values()] == [20, 19]
    assert not np.array_equal(after["a"], masks["a"])


def test_every_position_of_a_random_mask_is_as_likely() -> None:
    generator = np.random.default_rng(0)
    layers = Layers({"a": np.arange(12).reshape(3, 4) < 3}, {}, {}, lambda name: generator)
    many = sum(Random.make(layers)["a"].astype(int) for _ in range(4000))
    assert np.abs(many - 1000).max() < 5 * np.sqrt(4000 * 0.25 * 0.75)


def test_only_random_masks_are_drawn() -> None:
    assert [name for name, method in METHODS.items() if method.at_random] == ["random"]
