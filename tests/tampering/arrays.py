"""Forgeries of arrays: each changes what an HDF5 file holds, before it is sealed anew."""

import random
from collections.abc import Callable, Mapping

import numpy as np

Arrays = dict[str, np.ndarray]
Change = Callable[[Arrays, random.Random], None]
SMALL = np.float32(1e-6)
TEST_IMAGES, TRAINING_IMAGES = 397, 1000  # of the digits, without those for validation
TIMES = ("iterations", "test_iterations")  # arrays without an axis of networks


def added(name: str, amount: float = 1) -> Change:
    """Adds something to one value of an array."""

    def change(arrays: Arrays, chance: random.Random) -> None:
        values = arrays[name].reshape(-1)
        at = chance.randrange(values.size)
        values[at] = values[at] + amount
        arrays[name] = values.reshape(arrays[name].shape)

    return change


def negated(name: str) -> Change:
    """Turns one value of an array of yes and no into the other."""

    def change(arrays: Arrays, chance: random.Random) -> None:
        arrays[name][chance.randrange(len(arrays[name]))] ^= True

    return change


def without(name: str) -> Change:
    """Takes an array away."""
    return lambda arrays, chance: arrays.__delitem__(name)


# Masks


def layer_of(arrays: Mapping[str, np.ndarray], chance: random.Random, group: str) -> str:
    names = [name for name in arrays if name.startswith(f"{group}/") and name.endswith("weight")]
    return chance.choice(sorted(names))


def flat_mask(arrays: Arrays, chance: random.Random) -> np.ndarray:
    """A view of the first network's mask of a layer."""
    return arrays[layer_of(arrays, chance, "mask")][0].reshape(-1)


def any_of(places: np.ndarray, chance: random.Random) -> int:
    return int(chance.choice(np.flatnonzero(places).tolist()))


def one_fewer(arrays: Arrays, chance: random.Random) -> None:
    mask = flat_mask(arrays, chance)
    mask[any_of(mask, chance)] = False


def one_more(arrays: Arrays, chance: random.Random) -> None:
    mask = flat_mask(arrays, chance)
    mask[any_of(~mask, chance)] = True


def swapped(arrays: Arrays, chance: random.Random) -> None:
    mask = flat_mask(arrays, chance)
    one, other = any_of(mask, chance), any_of(~mask, chance)
    mask[one], mask[other] = False, True


def networks_exchanged(arrays: Arrays, chance: random.Random) -> None:
    layers = [name for name in arrays if name.startswith("mask/")]
    differing = [name for name in layers if (arrays[name][0] != arrays[name][-1]).any()]
    name = chance.choice(sorted(differing))
    arrays[name] = arrays[name][::-1].copy()


# Weights


def nudged(arrays: Arrays, chance: random.Random) -> None:
    values = arrays[layer_of(arrays, chance, "weights")].reshape(-1)
    values[chance.randrange(values.size)] += np.float32(1e-3)


def revived(arrays: Arrays, chance: random.Random) -> None:
    values = arrays[layer_of(arrays, chance, "weights")].reshape(-1)
    values[any_of(values == 0, chance)] = SMALL


def of_no_number(arrays: Arrays, chance: random.Random) -> None:
    for name in [name for name in arrays if name.startswith("weights/")]:
        arrays[name] = arrays[name] * np.float32(np.nan)


def other_start(arrays: Arrays, chance: random.Random) -> None:
    arrays["start_digest"] = np.array([digest[::-1] for digest in arrays["start_digest"]], "S64")


# Measures


def negative_loss(arrays: Arrays, chance: random.Random) -> None:
    arrays["measures/final_train_loss"][0] = -0.5


def more_than_all(arrays: Arrays, chance: random.Random) -> None:
    arrays[train_accuracy(chance)][0] = 1.5


def half_an_example(arrays: Arrays, chance: random.Random) -> None:
    arrays[train_accuracy(chance)][0] -= 0.5 / TRAINING_IMAGES


def train_accuracy(chance: random.Random) -> str:
    return f"measures/{chance.choice(['final', 'early_stop'])}_train_accuracy"


def better_accuracy(arrays: Arrays, chance: random.Random) -> None:
    arrays["measures/early_stop_test_accuracy"][0] += 1 / TEST_IMAGES


def better_curve(arrays: Arrays, chance: random.Random) -> None:
    arrays["curves/test_accuracy"][0, -1] += 1 / TEST_IMAGES


def fewer_evaluations(arrays: Arrays, chance: random.Random) -> None:
    for name in [name for name in arrays if name in TIMES or name.startswith("curves/")]:
        arrays[name] = arrays[name][..., :-1].copy()


# Any file


def one_array_more(arrays: Arrays, chance: random.Random) -> None:
    arrays["extra"] = np.zeros(3)


def narrower(arrays: Arrays, chance: random.Random) -> None:
    arrays["trial"] = arrays["trial"].astype(np.int32)


def twice_as_large(arrays: Arrays, chance: random.Random) -> None:
    for name in arrays:
        if name not in TIMES:
            arrays[name] = np.concatenate([arrays[name], arrays[name]])
