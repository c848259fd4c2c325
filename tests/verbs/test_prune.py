"""`lth prune`: what masks keep of the masks before, and what is refused."""

import json
from pathlib import Path

import numpy as np
import pytest
from byhand import RUNS, Built, lth, refused
from calls import by_person, changed, without
from tampering.study import rewrite

MASK, DENSE_MASK = f"{RUNS}/iterative/round-1/mask.h5", f"{RUNS}/dense/round-0/mask.h5"
RANDOM = f"{RUNS}/random/round-1/mask.h5"
LEFT = [
    ("iterative/round-1", "dense/round-0", [614, 58, 54]),
    ("iterative/round-2", "iterative/round-1", [491, 46, 49]),
    ("oneshot/round-1", "dense/round-0", [77, 7, 33]),
]
LAYERS = ("fc1.weight", "fc2.weight", "output.weight")


@pytest.mark.parametrize(("round", "before", "left"), LEFT)
def test_masks_nest_and_have_the_exact_number_left(
    built: Built, round: str, before: str, left: list[int]
) -> None:
    old, new = (built.file(f"{RUNS}/{item}/mask.h5").group("mask") for item in (before, round))
    for name, count in zip(LAYERS, left, strict=True):
        assert new[name].dtype == bool
        assert new[name].sum(axis=(1, 2)).tolist() == [count, count]
        assert not (new[name] & ~old[name]).any()


@pytest.mark.parametrize(("round", "before", "left"), LEFT)
def test_the_smallest_trained_weights_are_pruned(
    built: Built, round: str, before: str, left: list[int]
) -> None:
    old, new = (built.file(f"{RUNS}/{item}/mask.h5").group("mask") for item in (before, round))
    trained = built.file(f"{RUNS}/{before}/ticket/run.h5").group("weights")
    for name in LAYERS:
        for trial in range(2):
            kept, gone = new[name][trial], old[name][trial] & ~new[name][trial]
            size = np.abs(trained[name][trial])
            assert size[gone].max() <= size[kept].min()


# Inputs that are refused


def test_weights_of_another_kind_are_refused(here: Built) -> None:
    wanted = "expected a file of kind 'run' or 'theta0', got 'mask'"
    refused(*changed(by_person(here, MASK), "--weights", MASK), match=f"{MASK}: {wanted}")


def test_a_mask_of_another_kind_is_refused(here: Built) -> None:
    theta0 = f"{RUNS}/theta0.h5"
    refused(
        *changed(by_person(here, MASK), "--mask", theta0),
        match=f"{theta0}: expected a file of kind 'mask', got 'theta0'",
    )


def test_a_mask_of_another_strategy_is_refused(here: Built) -> None:
    other = f"{RUNS}/oneshot/round-1/mask.h5"
    wanted = "expected mask, .* strategy dense, round 0, got mask, .* strategy oneshot, round 1"
    refused(*changed(by_person(here, MASK), "--mask", other), match=f"{other}: {wanted}")


def test_weights_that_were_not_kept_are_refused(here: Built) -> None:
    making = {"weights": {"branch": "reinit"}}
    run = f"{RUNS}/dense/round-0/reinit/run.h5"
    call = changed(by_person(here, MASK, making=making), "--weights", run)
    refused(*call, match=f"{run}: holds no weights; expected a run of branch ticket or search")


def test_weights_trained_under_another_mask_are_refused(here: Built) -> None:
    mask = here.file(DENSE_MASK).arrays
    rewrite(DENSE_MASK, arrays={**mask, "mask/fc2.weight": ~mask["mask/fc2.weight"]})
    refused(*by_person(here, MASK), match=f"ticket/run.h5: was not trained under {DENSE_MASK}")


def test_shapes_that_are_not_those_of_the_mask_are_refused(here: Built) -> None:
    shapes = {"fc2.weight": [7, 12]}
    refused(
        *by_person(here, MASK, shapes=shapes),
        match=rf"{DENSE_MASK}: mask/fc2.weight: expected bool \(2, 7, 12\), got bool \(2, 6, 12\)",
    )


def test_a_mask_of_other_trials_is_refused(here: Built, tmp_path: Path) -> None:
    folder = strange_block(here, tmp_path)
    wanted = "expected mask, experiment tiny, block trials-0-1, .*, got mask, .* block trials-2-3"
    refused(*changed(by_person(here, MASK), "--mask", f"{folder}/mask.h5"), match=wanted)


def strange_block(here: Built, folder: Path) -> Path:
    """A folder with θ0 and the dense mask of trials 2 and 3."""
    call = by_person(here, f"{RUNS}/theta0.h5", block="trials-2-3")
    lth(*changed(changed(call, "--out", folder / "theta0.h5"), "--mask", folder / "mask.h5"))
    return folder


# Settings that are refused


@pytest.mark.parametrize(
    ("path", "settings", "message"),
    [
        (MASK, {"making": {"method": "layers"}}, "making.method: unknown method 'layers'; did you"),
        (
            MASK,
            {"making": {"method": "random"}},
            "making.weights: expected null for method 'random', got {'kind': 'run', ",
        ),
        (
            RANDOM,
            {"making": {"method": "layer"}},
            "making.weights: expected weights for method 'layer', got None",
        ),
        (
            RANDOM,
            {"rates": {"fc1.weight": 0.5}},
            "rates: expected none for method 'random', got {'fc1.weight': 0.5}",
        ),
        (
            MASK,
            {"rates": {"fc2.weight": None}},
            "rates: expected a rate for each of fc1.weight, fc2.weight, output.weight, got fc1",
        ),
        (MASK, {"rates": {"fc1.weight": 1}}, r"rates.fc1.weight: expected a number in \[0, 1\)"),
    ],
)
def test_settings_that_do_not_fit_each_other_are_refused(
    here: Built, path: str, settings: dict[str, object], message: str
) -> None:
    refused(*by_person(here, path, **settings), match=f"--settings.{message}")


def test_a_method_that_needs_weights_gets_a_file(here: Built) -> None:
    call = without(by_person(here, MASK), "--weights")
    refused(*call, match="--weights: expected a file for method 'layer'")


def test_a_method_that_draws_gets_no_file(here: Built) -> None:
    call = [*by_person(here, RANDOM), "--weights", f"{RUNS}/theta0.h5"]
    refused(*call, match="--weights: expected none for method 'random'")


def test_the_dense_mask_is_made_by_init(here: Built) -> None:
    plan = json.dumps(dict(here.node(DENSE_MASK).settings))
    call = changed(by_person(here, MASK), "--settings", plan)
    refused(*call, match="--settings.making: expected how the mask is made; `init` makes")


def test_a_network_that_diverged_is_warned_of(
    here: Built, capsys: pytest.CaptureFixture[str]
) -> None:
    run = f"{RUNS}/dense/round-0/ticket/run.h5"
    lth(*by_person(here, run, recipe={"optimizer": "sgd", "learning_rate": 1e30}))
    lth(*by_person(here, MASK))
    said = "the loss of a training run before this mask was not finite in 2 of 2 networks"
    assert f"warning: {MASK}: {said}" in capsys.readouterr().out
    assert here.file(MASK).arrays["ancestor_diverged"].tolist() == [True, True]
