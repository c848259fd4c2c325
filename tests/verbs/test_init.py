"""`lth init`: θ0 of a block, and its dense mask."""

import numpy as np
import pytest
from byhand import RUNS, Built, lth, refused
from calls import by_person, changed

THETA0, MASK = f"{RUNS}/theta0.h5", f"{RUNS}/dense/round-0/mask.h5"


def test_each_trial_has_weights_of_its_own(built: Built) -> None:
    weights = built.file(THETA0).group("weights")
    assert weights["fc1.weight"].shape == (2, 12, 64)
    assert not np.array_equal(weights["fc1.weight"][0], weights["fc1.weight"][1])


def test_a_trial_has_the_same_weights_in_any_block(here: Built) -> None:
    before = here.file(THETA0).group("weights")["fc1.weight"]
    lth(*by_person(here, THETA0, block="trials-1-3"))
    found = here.file(THETA0)
    assert found.arrays["trial"].tolist() == [1, 2, 3]
    assert np.array_equal(found.group("weights")["fc1.weight"][0], before[1])


def test_the_dense_mask_keeps_everything(built: Built) -> None:
    mask = built.file(MASK)
    assert all(kept.all() for kept in mask.group("mask").values())
    assert not mask.arrays["ancestor_diverged"].any()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"network": {"initialization": "zero"}}, "initialization: unknown initialization 'zero'"),
        ({"network": {"initialization": "normal"}}, "initialization: "),
        ({"network": {"hidden": [0]}}, r"hidden\[0\]: expected a number of at least 1, got 0"),
    ],
)
def test_a_network_that_cannot_be_drawn_is_refused(
    here: Built, settings: dict[str, object], message: str
) -> None:
    refused(*by_person(here, THETA0, **settings), match=f"--settings.network.{message}")


def test_a_manifest_of_another_data_set_is_refused(here: Built) -> None:
    call = by_person(here, THETA0, dataset="mnist")
    refused(*call, match="digits.json: not the manifest of the data set 'mnist'")


def test_a_manifest_that_is_not_there_is_refused(here: Built) -> None:
    refused(*changed(by_person(here, THETA0), "--dataset", "x.json"), match="x.json: ")
