"""Starting weights of a stack: what holds for every branch."""

import numpy as np
import pytest
from starts import DRAWING, GLOROT, draw, halves, started

from lth.files import hdf5
from lth.lottery import tickets

FOUR = [(0, 0), (0, 1), (1, 0), (1, 1)]
DIGESTS = {
    "ticket": "971efa75009b45b492d22304ba111b7fbdde6df2f6465056cb6d125da81f8bee",
    "reinit": "1468823e43d2df519548ef9c0dc5db357f910fa282bd4b12f27fdc1e3798a236",
    "resample": "b2c9df0bc0a31ebb5d6afb93298636e3429e4edfacfdd9327e67f8ced29b5306",
    "noise-0.5": "e1e593abac905050393d0971005db42c2682dcda74709f2dbca4526c2e79afe0",
    "shuffle": "980fd6b40ddde44fc0b5e0ded444a9d078c91336b1d7967b4c70d85af935f4ae",
    "search": "971efa75009b45b492d22304ba111b7fbdde6df2f6465056cb6d125da81f8bee",
}  # of a stack of two trials with two repeats, in round 1


@pytest.mark.parametrize("branch", DIGESTS)
def test_branches_draw_the_bits_they_always_did(branch: str) -> None:
    assert tickets.digest(started(branch, repeats=2)) == DIGESTS[branch]


@pytest.mark.parametrize("branch", ["ticket", *DRAWING])
def test_starting_weights_are_0_exactly_where_the_mask_is(branch: str) -> None:
    weights, masks = started(branch, repeats=2), halves(FOUR)
    assert all(np.array_equal(weights[name] != 0, mask) for name, mask in masks.items())
    assert all(value.dtype == np.float32 for value in weights.values())
    assert not any(weights[name].any() for name in ("fc1.bias", "fc2.bias", "output.bias"))


@pytest.mark.parametrize("branch", DRAWING)
def test_a_branch_draws_the_same_each_time(branch: str) -> None:
    first, second = started(branch), started(branch)
    assert all(np.array_equal(first[name], value) for name, value in second.items())


@pytest.mark.parametrize("other", [{"round": 2}, {"strategy": "oneshot"}, {"seed": 2}])
@pytest.mark.parametrize("branch", DRAWING)
def test_rounds_strategies_and_seeds_draw_afresh(branch: str, other: dict) -> None:
    first, second = started(branch), started(branch, **other)
    assert not np.array_equal(first["fc1.weight"], second["fc1.weight"])


@pytest.mark.parametrize("branch", DRAWING)
def test_repeats_draw_afresh(branch: str) -> None:
    repeats = started(branch, range(1), repeats=2)["fc1.weight"]
    assert not np.array_equal(repeats[0], repeats[1])


@pytest.mark.parametrize("branch", DRAWING)
def test_a_trial_starts_alike_alone_and_in_a_block(branch: str) -> None:
    block, alone = started(branch, range(3), repeats=2), started(branch, range(2, 3), repeats=2)
    assert all(np.array_equal(block[name][4:], value) for name, value in alone.items())


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("reinitt", "here: unknown branch 'reinitt'; did you mean 'reinit'?"),
        ("noise", "here: expected noise-NUMBER, above 0 and a plain decimal such as noise-0.5"),
        ("noise-" + "9" * 400, "here: expected noise-NUMBER, above 0 and a plain decimal"),
        ("ticket-2", "here: expected ticket, got 'ticket-2'"),
    ],
)
def test_a_name_that_means_no_branch_is_refused(text: str, message: str) -> None:
    with pytest.raises(ValueError) as caught:
        tickets.check_branch(text, "here")
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize("branch", DIGESTS)
def test_a_name_that_means_a_branch_is_not_refused(branch: str) -> None:
    tickets.check_branch(branch, "here")


def test_starting_from_no_branch_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^branch: unknown branch 'other'; legal: noise"):
        tickets.starting_weights("other", 1, {}, [], {}, {}, GLOROT)


def test_the_digest_depends_on_names_and_bits() -> None:
    weights = draw(0)
    changed = weights | {"fc1.bias": weights["fc1.bias"] * np.float32(-1)}
    renamed = {name.replace("fc1", "fc9"): value for name, value in weights.items()}
    assert len({tickets.digest(item) for item in (weights, changed, renamed)}) == 3


def test_the_digest_does_not_depend_on_the_order() -> None:
    weights = draw(0)
    assert tickets.digest(dict(reversed(weights.items()))) == tickets.digest(weights)


def test_a_file_of_weights_holds_the_pairs_and_all_parameters() -> None:
    template = tickets.template(3, GLOROT.architecture)
    assert list(template) == [
        "trial",
        "repeat",
        *(f"weights/{parameter.name}" for parameter in GLOROT.architecture.parameters),
    ]
    assert template["repeat"] == ((3,), hdf5.INTEGER)
    assert template["weights/fc1.weight"] == ((3, 6, 9), hdf5.SINGLE)
    assert template["weights/fc1.bias"] == ((3, 6), hdf5.SINGLE)
