"""Forgeries that the arrays give away, although their digests and keys are right."""

from collections.abc import Callable

import numpy as np
import pytest
from byhand import RUNS, Built
from forging import (
    BEFORE,
    DENSE_MASK,
    ITERATIVE,
    MASK,
    RANDOM,
    REWOUND,
    SEARCH,
    THETA0,
    TICKET,
    Arrays,
    arrays_of,
    faults,
    forge,
)

LAYER = "mask/fc1.weight"
FIRST = "fc1.weight, trial 0, repeat 0"
START = "network 0: did not start from what branch '{}' makes of its start and the mask"


def first_mask(arrays: Arrays) -> np.ndarray:
    """A view of the first trial's first layer."""
    return arrays[LAYER][0].reshape(-1)


def any_place(where: np.ndarray) -> int:
    return int(np.flatnonzero(where)[0])


def moved(name: str, by: float = 1) -> Callable[[Arrays], None]:
    return lambda arrays: arrays.__setitem__(name, arrays[name] + by)


def one_fewer(arrays: Arrays) -> None:
    mask = first_mask(arrays)
    mask[any_place(mask)] = False


def revived(arrays: Arrays) -> None:
    """One that was pruned before comes back, and another goes."""
    before = first_mask(arrays_of(BEFORE))
    one_fewer(arrays)
    first_mask(arrays)[any_place(~before)] = True


def largest_pruned(arrays: Arrays) -> None:
    """The largest weight is pruned in place of one of the smallest."""
    before, mask = first_mask(arrays_of(BEFORE)), first_mask(arrays)
    trained = arrays_of(f"{ITERATIVE}/round-1/ticket/run.h5")["weights/fc1.weight"][0]
    mask[any_place(before & ~mask)] = True
    mask[np.argmax(np.abs(trained))] = False


def swapped(arrays: Arrays) -> None:
    """Another place of the first trial's second random mask."""
    mask = arrays[LAYER][1].reshape(-1)
    kept, gone = any_place(mask), any_place(~mask)
    mask[kept], mask[gone] = False, True


def unpruned(arrays: Arrays) -> None:
    weights = arrays["weights/fc1.weight"]
    weights[weights == 0] = np.float32(1e-9)


def other_start(arrays: Arrays) -> None:
    arrays["start_digest"] = arrays["start_digest"][::-1].copy()


def untrained(arrays: Arrays) -> None:
    arrays.update(arrays_of(THETA0))


def diverged(arrays: Arrays) -> None:
    arrays["ancestor_diverged"][0] = True


def other_evaluations(arrays: Arrays) -> None:
    arrays["iterations"][1] += 1


def other_tests(arrays: Arrays) -> None:
    arrays["test_iterations"][1] += 10


def no_loss_between_tests(arrays: Arrays) -> None:
    """A stop at which the test set was not evaluated before its weights were kept."""
    stops = arrays["measures/early_stop_iteration"]
    between = ~np.isin(stops, arrays["test_iterations"])
    assert between.any()
    arrays["measures/early_stop_test_loss"][between] = np.nan


def no_early_stop(arrays: Arrays) -> None:
    """Early stopping is at the end here, so that its training loss is that of the end."""
    assert arrays["measures/early_stop_iteration"][0] == arrays["iterations"][-1]
    arrays["measures/early_stop_train_loss"][0] += 1


def half_an_example(arrays: Arrays) -> None:
    for stop in ("early_stop", "final"):
        arrays[f"measures/{stop}_train_accuracy"][0] = 0.0005


def negative(arrays: Arrays) -> None:
    for stop in ("early_stop", "final"):
        arrays[f"measures/{stop}_train_loss"][0] = -1


LEAVES = "weights are not those that method"
FORGERIES = {
    "θ0": (THETA0, moved("weights/fc1.weight"), "trial 0 is not the draw that seed 1 makes"),
    "the dense mask": (DENSE_MASK, one_fewer, "fc1.weight: the dense mask is not all ones"),
    "a dense mask of a run before": (
        DENSE_MASK,
        diverged,
        "ancestor_diverged: no training run led to the dense mask",
    ),
    "one weight too few": (MASK, one_fewer, f"{FIRST}: 490 weights left, expected 491"),
    "a pruned weight that comes back": (
        MASK,
        revived,
        f"{FIRST}: 1 of 491 {LEAVES} 'layer' leaves",
    ),
    "the wrong weight pruned": (
        MASK,
        largest_pruned,
        f"{FIRST}: 1 of 491 {LEAVES} 'layer' leaves",
    ),
    "a random mask": (
        RANDOM,
        swapped,
        f"fc1.weight, trial 0, repeat 1: 1 of 77 {LEAVES} 'random' leaves",
    ),
    "a run before that diverged": (
        MASK,
        diverged,
        "ancestor_diverged is not what its parents say",
    ),
    "other trials": (MASK, moved("trial"), "the stack is not that of trials-0-1 with 1 repeats"),
    "other repeats": (
        f"{RUNS}/dense/round-0/reinit/run.h5",
        moved("repeat"),
        "the stack is not that of trials-0-1 with 2 repeats",
    ),
    "rewound weights": (REWOUND, untrained, f"is not trained: its weights are those of {THETA0}"),
    "a ticket": (TICKET, other_start, START.format("ticket")),
    "noise": (f"{RUNS}/rewind/round-1/noise-1/run.h5", other_start, START.format("noise-1")),
    "a search": (SEARCH, other_start, START.format("search")),
    "a pruned weight that moved": (
        TICKET,
        unpruned,
        "fc1.weight: a pruned weight is not 0 after training",
    ),
    "weights that were not 0": (
        TICKET,
        moved("measures/largest_pruned_weight"),
        "a pruned weight was not 0 after training",
    ),
    "another stop": (
        TICKET,
        moved("measures/early_stop_iteration", 10),
        "early_stop_iteration is not what the curves say",
    ),
    "another density": (TICKET, moved("measures/density", 0.1), "density is not what the mask has"),
    "another count": (
        TICKET,
        moved("measures/weights_left"),
        "weights_left is not what the mask has",
    ),
    "other evaluations": (
        TICKET,
        other_evaluations,
        "iterations are not those at which its recipe evaluates",
    ),
    "other tests": (
        TICKET,
        other_tests,
        "test_iterations are not those at which its recipe evaluates",
    ),
    "no loss between two tests": (
        f"{RUNS}/random/round-1/reinit/run.h5",
        no_loss_between_tests,
        "diverged is not what the curves say",
    ),
    "another loss at the stop": (
        TICKET,
        no_early_stop,
        "early_stop_train_loss is not final_train_loss, though early stopping is at the end",
    ),
    "half an example": (
        TICKET,
        half_an_example,
        "measures/final_train_accuracy is no share of 1000 examples",
    ),
    "a negative loss": (TICKET, negative, "measures/final_train_loss is negative"),
}


@pytest.mark.parametrize("case", FORGERIES)
def test_a_forgery_with_right_digests_and_key_is_found(
    here: Built, capsys: pytest.CaptureFixture[str], case: str
) -> None:
    path, change, message = FORGERIES[case]
    forge(path, change)
    assert f"{path}: {message}" in faults(capsys)[0]
