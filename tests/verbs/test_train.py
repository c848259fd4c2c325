"""`lth train`: what a training run starts from, what it writes, and what it refuses."""

from pathlib import Path
from typing import Any, NoReturn

import numba
import pytest
import torch
from byhand import RUNS, Built, command, lth, refused
from calls import by_person, changed
from signing import edited

from lth.files import hdf5
from lth.lottery import masks, tickets
from lth.training import examples
from lth.training.measures import CURVES, TEST

DENSE = f"{RUNS}/dense/round-0/ticket/run.h5"
TICKET, REINIT = (f"{RUNS}/iterative/round-1/{branch}/run.h5" for branch in ("ticket", "reinit"))


def starts_of(built: Built, line: str) -> list[bytes]:
    digests: list[bytes] = built.file(f"{RUNS}/{line}/run.h5").arrays["start_digest"].tolist()
    return digests


def theta0_under_mask(built: Built, round: str) -> list[bytes]:
    """Digests of θ0 under the mask of a round, trial by trial."""
    mask = built.file(f"{RUNS}/{round}/mask.h5").group("mask")
    start = masks.apply(built.file(f"{RUNS}/theta0.h5").group("weights"), mask)
    networks = [{name: value[trial] for name, value in start.items()} for trial in range(2)]
    return [tickets.digest(network).encode() for network in networks]


@pytest.mark.parametrize(
    "round", ["dense/round-0", "iterative/round-1", "iterative/round-2", "oneshot/round-1"]
)
def test_tickets_start_bit_equal_to_theta0_on_their_mask(built: Built, round: str) -> None:
    assert starts_of(built, f"{round}/ticket") == theta0_under_mask(built, round)


@pytest.mark.parametrize("round", ["dense/round-0", "iterative/round-1", "iterative/round-2"])
def test_every_reinit_starts_elsewhere(built: Built, round: str) -> None:
    starts = starts_of(built, f"{round}/reinit")
    assert len({*starts, *theta0_under_mask(built, round)}) == 4 + 2


def test_weights_are_zero_where_they_were_pruned(built: Built) -> None:
    mask = built.file(f"{RUNS}/iterative/round-2/mask.h5").group("mask")
    weights = built.file(f"{RUNS}/iterative/round-2/ticket/run.h5").group("weights")
    for name, kept in mask.items():
        assert not weights[name][~kept].any()
        assert weights[name][kept].any()


def test_only_weights_of_tickets_are_kept(built: Built) -> None:
    assert built.file(TICKET).group("weights")
    assert not built.file(REINIT).group("weights")


def test_a_run_has_a_network_for_each_trial_and_repeat(built: Built) -> None:
    run = built.file(REINIT)
    assert run.arrays["trial"].tolist() == [0, 0, 1, 1]
    assert run.arrays["repeat"].tolist() == [0, 1, 0, 1]
    assert run.group("measures")["weights_left"].tolist() == [614 + 58 + 54] * 4


def test_curves_have_a_value_at_each_evaluation(built: Built) -> None:
    run = built.file(REINIT)
    assert run.arrays["iterations"].tolist() == [0, 10, 20, 30, 40]
    shapes = {name: curve.shape for name, curve in run.group("curves").items()}
    assert run.arrays["test_iterations"].tolist() == [0, 20, 40]
    assert shapes == {name: (4, 3) if name in TEST else (4, 5) for name in CURVES}


def test_even_forty_iterations_learn_something(built: Built) -> None:
    measures = built.file(DENSE).group("measures")
    assert measures["final_test_accuracy"].min() > 0.2
    assert not measures["diverged"].any()


@pytest.mark.parametrize("path", [REINIT, f"{RUNS}/dense/round-0/iteration-15.h5"])
def test_a_file_says_on_what_it_was_made(built: Built, path: str) -> None:
    made_on = hdf5.find(built.folder / path).made_on
    assert (made_on["engine"], made_on["device"]) == ("sparse", "cpu")
    assert made_on["numba"] == numba.__version__
    assert "torch" not in made_on


@pytest.mark.parametrize("path", [REINIT, f"{RUNS}/dense/round-0/iteration-15.h5"])
def test_the_torch_engine_says_on_what_its_bits_depend(here: Built, path: str) -> None:
    lth(*command(here.study, here.node(path)), "--engine", "torch")
    made_on = hdf5.find(path).made_on
    assert made_on["engine"] == "torch"
    assert made_on["torch"] == torch.__version__
    assert made_on["cpu"] == torch.backends.cpu.get_cpu_capability()
    assert (made_on["device"], made_on["threads"], made_on["compiled"]) == ("cpu", 1, False)


# Inputs that are refused


def test_a_mask_of_another_round_is_refused(here: Built) -> None:
    other = f"{RUNS}/iterative/round-2/mask.h5"
    wanted = "expected mask, experiment tiny, block trials-0-1, strategy iterative, round 1"
    refused(
        *changed(by_person(here, TICKET), "--mask", other),
        match=f"{other}: {wanted}, got mask, .* round 2",
    )


def test_a_start_of_another_kind_is_refused(here: Built) -> None:
    other = f"{RUNS}/iterative/round-1/mask.h5"
    wanted = "expected a file of kind 'theta0' or 'rewound' or 'run', got 'mask'"
    refused(*changed(by_person(here, TICKET), "--start", other), match=f"{other}: {wanted}")


def test_theta0_is_refused_where_tickets_are_rewound(here: Built) -> None:
    path, theta0 = f"{RUNS}/rewind/round-1/ticket/run.h5", f"{RUNS}/theta0.h5"
    wanted = "expected rewound, .* iteration 15, got theta0, .* iteration None"
    refused(*changed(by_person(here, path), "--start", theta0), match=f"{theta0}: {wanted}")


def test_a_search_goes_on_from_the_run_before_and_no_other(here: Built) -> None:
    path, other = f"{RUNS}/continued/round-1/search/run.h5", f"{RUNS}/oneshot/round-1/ticket/run.h5"
    wanted = "expected run, .* strategy dense, round 0, branch ticket, got run, .* strategy oneshot"
    refused(*changed(by_person(here, path), "--start", other), match=f"{other}: {wanted}")


def strange_block(here: Built, folder: Path, **settings: Any) -> Path:
    """A folder with θ0 and the dense mask of other trials, or of another network."""
    call = changed(by_person(here, f"{RUNS}/theta0.h5", **settings), "--out", folder / "theta0.h5")
    lth(*changed(call, "--mask", folder / "mask.h5"))
    return folder


@pytest.mark.parametrize(("role", "name"), [("start", "theta0"), ("mask", "mask")])
def test_a_file_of_other_trials_is_refused(
    here: Built, tmp_path: Path, role: str, name: str
) -> None:
    path = strange_block(here, tmp_path, block="trials-2-3") / f"{name}.h5"
    wanted = f"expected {name}, experiment tiny, block trials-0-1.*, got {name}, .* trials-2-3"
    refused(*changed(by_person(here, DENSE), f"--{role}", path), match=f"{path}: {wanted}")


@pytest.mark.parametrize(
    ("role", "name", "array"),
    [
        ("start", "theta0", "weights/fc2.weight: expected float32"),
        ("mask", "mask", "mask/fc2.weight: expected bool"),
    ],
)
def test_a_file_of_another_network_is_refused(
    here: Built, tmp_path: Path, role: str, name: str, array: str
) -> None:
    path = strange_block(here, tmp_path, network={"hidden": [12, 7]}) / f"{name}.h5"
    shapes = r"\(2, 6, 12\), got .* \(2, 7, 12\)"
    call = changed(by_person(here, DENSE), f"--{role}", path)
    refused(*call, match=f"{path}: {array} {shapes}")


def test_a_file_that_is_not_there_is_refused(here: Built) -> None:
    refused(*changed(by_person(here, TICKET), "--mask", "none.h5"), match="none.h5: missing")


def test_a_file_that_is_no_manifest_is_refused(here: Built) -> None:
    other = f"{RUNS}/theta0.h5"
    refused(
        *changed(by_person(here, TICKET), "--dataset", other),
        match=f"{other}: not the manifest of the data set",
    )


def test_an_input_that_was_changed_is_refused(here: Built) -> None:
    path = f"{RUNS}/iterative/round-1/mask.h5"
    with edited(path) as file:
        file["mask/fc1.weight"][0, 0, 0] ^= True
    call = command(here.study, here.node(TICKET))
    refused(*call, match=f"{path}: the arrays are not those that were written")


def test_a_batch_larger_than_the_training_set_is_refused(here: Built) -> None:
    what = "--settings.recipe.batch: expected at most the 1000 training examples, got 1001"
    refused(*by_person(here, DENSE, recipe={"batch": 1001}), match=what)


def test_too_little_memory_ends_in_one_line(here: Built, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> NoReturn:
        raise MemoryError("Unable to allocate 9 GiB")

    monkeypatch.setattr(examples, "channel_statistics", fail)
    mend = "run fewer jobs at once, or choose a lower `block`"
    refused(
        *by_person(here, DENSE, recipe={"normalization": "standard"}),
        match=rf"out of memory \(Unable to allocate 9 GiB\); {mend}",
    )


def test_what_a_kill_has_left_of_a_file_goes_away(here: Built) -> None:
    names = (".run.x1.h5.part", ".run.h5.checkpoint.x2.part.part")
    left = [Path(REINIT).with_name(name) for name in names]
    others = [Path(REINIT).with_name(name) for name in (".other.x1.h5.part", "run.part")]
    for path in (*left, *others):
        path.write_bytes(b"half")
    lth(*command(here.study, here.node(REINIT)))
    assert [path.exists() for path in (*left, *others)] == [False, False, True, True]
