"""All sections of a comparison of two files, on toys."""

import re
from typing import Any

import numpy as np
import pytest
from toy_masks import file, masks

from lth.files.hdf5 import File
from lth.report.comparison.files import compared, within
from lth.report.comparison.section import Section


def sections(one: File, other: File) -> dict[str, Section]:
    return {section.name: section for section in compared(one, other)}


def weights(*values: float, **settings: Any) -> File:
    """θ0 of one trial with a layer of these weights."""
    arrays = {"weights/fc1.weight": np.array([values], np.float32)}
    return file("theta0", [(0, 0)], arrays, **settings)


def test_the_same_file_is_one_section() -> None:
    (section,) = compared(masks([0], ["110"]), masks([0], ["110"]))
    key = masks([0], ["110"]).origin.key
    assert section.title.startswith(f"the same: key {key}, content ")


def test_equal_arrays_of_other_settings_are_not_compared() -> None:
    found = sections(weights(2, 3, seed=1), weights(2, 3, seed=2))
    assert list(found["settings"].rows) == [{"key": "seed", "a": 1, "b": 2}]
    assert found["arrays"].title == "arrays: the same"
    assert "weights" not in found


def test_masks_are_compared_trial_by_trial() -> None:
    found = sections(masks([0, 1], ["110", "011"]), masks([1, 2], ["010", "111"]))
    assert found["networks"].title == "networks: 1, of trials 1"
    row = {"a_trial": 1, "a_repeat": 0, "b_trial": 1, "b_repeat": 0}
    assert list(found["networks"].rows) == [row]
    assert [row["in_both"].values for row in found["masks"].rows] == [(1.0,), (1.0,)]


def test_two_single_masks_may_be_of_two_trials() -> None:
    found = sections(masks([0], ["110"]), masks([3], ["011"]))
    assert found["networks"].title == "networks: 1, of trials 0 of A and 3 of B"


def test_weights_are_compared_by_sign() -> None:
    row, _ = sections(weights(1, 2, 3, 4), weights(1, 2, 3, -4))["weights"].rows
    assert row["equal_signs_percent"].mean == 75


def test_the_masks_of_a_file_are_compared_in_pairs() -> None:
    networks, found = within(masks([0, 1, 2], ["1100", "0110", "1001"]))
    assert networks.title == "networks: each of 3 masks (A) with each later one (B)"
    assert found.rows[0]["in_both"].values == (1, 1, 0)


def test_one_mask_alone_is_refused() -> None:
    what = "one.h5: expected masks of two trials, or a second file to compare with, got 'trial 4'"
    with pytest.raises(ValueError, match=what):
        within(masks([4], ["110"]))


def test_one_file_without_masks_is_refused() -> None:
    what = "one.h5: expected a file of kind 'mask', or a second file to compare with, got 'theta0'"
    with pytest.raises(ValueError, match=what):
        within(weights(2, 3))


def test_files_without_a_common_trial_are_refused() -> None:
    one, other = masks([0, 1], ["110", "011"]), masks([2, 3], ["110", "011"], path="two.h5")
    with pytest.raises(ValueError, match=r"two\.h5: expected one of the trials 0, 1 of one\.h5"):
        compared(one, other)


@pytest.mark.parametrize(
    ("other", "what"),
    [
        (masks([0], ["1100"]), "fc1.weight of shape (3,), as in one.h5, got (4,)"),
        (masks([0]), "fc1.weight of shape (3,), as in one.h5, got 'none'"),
        (masks([0], ["110"], ["1"]), "no fc2.weight, as in one.h5, got (1,)"),
    ],
    ids=["shape", "fewer", "more"],
)
def test_files_of_other_layers_are_refused(other: File, what: str) -> None:
    with pytest.raises(ValueError, match=re.escape(f"one.h5: expected {what}")):
        compared(masks([0], ["110"]), other)


def test_files_of_other_data_sets_are_refused() -> None:
    with pytest.raises(ValueError, match=r"expected data set 'a', as one\.h5 has, got 'b'"):
        compared(file("run", [(0, 0)], {}, dataset="a"), file("run", [(1, 0)], {}, dataset="b"))


def test_runs_of_other_layers_are_compared_by_their_curves() -> None:
    one = file("run", [(0, 0)], {"weights/fc1.weight": np.ones((1, 3))})
    other = file("run", [(0, 0)], {"weights/fc1.weight": np.ones((1, 4))})
    found = sections(one, other)
    assert found["weights"].title == "weights: not compared, since the layers differ"
