"""Files that were made from others than they say, or than there are now."""

from typing import Any

import pytest
from byhand import RUNS, Built, command, lth, unkeyed
from calls import by_person
from forging import (
    BEFORE,
    DENSE_MASK,
    ITERATIVE,
    MASK,
    RANDOM,
    REINIT,
    SEARCH,
    TABLE_ORIGIN,
    THETA0,
    TICKET,
    WAITS,
    Arrays,
    faults,
    forge,
    remade,
    resettled,
)
from tampering.study import rewrite

from lth.files import hdf5
from lth.files.origins import MEND

ONESHOT = f"{RUNS}/oneshot/round-1"
DENSE = f"{RUNS}/dense/round-0/ticket/run.h5"
STRANGERS = {
    "a mask of another strategy": (TICKET, "mask", f"{ONESHOT}/mask.h5"),
    "a mask of another round": (MASK, "mask", DENSE_MASK),
    "a random mask like another strategy": (RANDOM, "mask", BEFORE),
    "θ0 where trained weights are pruned": (MASK, "weights", THETA0),
    "weights of another round": (MASK, "weights", DENSE),
    "θ0 where tickets are rewound": (f"{RUNS}/rewind/round-1/ticket/run.h5", "start", THETA0),
    "a run where tickets start from θ0": (f"{ITERATIVE}/round-1/ticket/run.h5", "start", DENSE),
    "a search from another run": (SEARCH, "start", f"{ONESHOT}/ticket/run.h5"),
}


@pytest.mark.parametrize("case", STRANGERS)
def test_a_parent_that_a_file_cannot_have_is_found(
    here: Built, capsys: pytest.CaptureFixture[str], case: str
) -> None:
    path, role, other = STRANGERS[case]
    remade(path, **{role: other})
    message = f"was made from {other}, which is not a {role} for it"
    assert f"{path}: {message}" in faults(capsys)[0]


def test_a_parent_that_was_made_in_another_way_is_found(
    here: Built, capsys: pytest.CaptureFixture[str]
) -> None:
    before = hdf5.find(MASK).origin.key
    rewrite(MASK, code="other code")
    keys = f"when that had key {before}; now it has key {hdf5.find(MASK).origin.key}"
    assert f"{TICKET}: was made from {MASK} (mask) {keys}; {MEND}" in faults(capsys)[0]


def doubled_losses(arrays: Arrays) -> None:
    for stop in ("early_stop", "final"):
        arrays[f"measures/{stop}_train_loss"] *= 2


def test_a_run_of_the_same_key_with_other_bits_is_noticed(
    here: Built, capsys: pytest.CaptureFixture[str]
) -> None:
    """As from another CPU."""
    path = f"{ITERATIVE}/round-1/reinit/run.h5"
    before = hdf5.find(path).content[:12]
    forge(path, doubled_losses)
    now = hdf5.find(path).content[:12]
    what = f"when its content was {before}...; now it is {now}...; {MEND}"
    lines, _ = faults(capsys)
    assert lines[0] == f"{TABLE_ORIGIN}: was made from {path} (runs) {what}"
    assert all(line.endswith(WAITS) for line in lines[1:])


def test_weights_trained_under_another_mask_are_found(
    here: Built, capsys: pytest.CaptureFixture[str]
) -> None:
    run = f"{ITERATIVE}/round-1/ticket/run.h5"
    remade(run, mask=DENSE_MASK)
    remade(MASK, weights=run)
    what = f"was pruned from {BEFORE} by weights that were not trained under it"
    assert f"{MASK}: {what}" in faults(capsys)[0]


def test_a_search_goes_on_from_the_run_that_made_its_mask(
    here: Built, capsys: pytest.CaptureFixture[str]
) -> None:
    forge(DENSE, doubled_losses)
    remade(SEARCH, start=DENSE)
    mask = f"{RUNS}/continued/round-1/mask.h5"
    what = f"does not go on from the run that {mask} was pruned by"
    assert f"{SEARCH}: {what}" in faults(capsys)[0]


@pytest.mark.parametrize(("role", "count"), [("mask", 0), ("start", 2)])
def test_a_role_of_no_file_or_of_two_is_found(
    here: Built, capsys: pytest.CaptureFixture[str], role: str, count: int
) -> None:
    inputs = dict(hdf5.find(TICKET).origin.inputs)
    rewrite(TICKET, inputs={**inputs, role: inputs[role] * count})
    assert f"{TICKET}: expected one input as {role}, got {count}" in faults(capsys)[0]


def test_a_role_that_a_kind_has_not_is_found(
    here: Built, capsys: pytest.CaptureFixture[str]
) -> None:
    inputs = dict(hdf5.find(TICKET).origin.inputs)
    rewrite(TICKET, inputs={"mask": inputs["mask"], "weights": inputs["start"]})
    what = "expected inputs dataset, mask, start, got mask, weights"
    assert f"{TICKET}: {what}" in faults(capsys)[0]


@pytest.mark.parametrize(
    ("name", "settings"),
    [("validation", {"validation": 300}), ("recipe", {"recipe": {"batch": 50}})],
)
def test_runs_of_a_table_that_cannot_be_compared_are_found(
    here: Built, capsys: pytest.CaptureFixture[str], name: str, settings: dict[str, Any]
) -> None:
    lth(*by_person(here, REINIT, **settings))
    for node in (here.study.table("tiny"), here.study.metrics()):
        lth(*unkeyed(command(here.study, node)))
    lines, _ = faults(capsys)
    (line,) = [line for line in lines if line.startswith(f"{TABLE_ORIGIN}: compares ")]
    assert line.endswith(f" and {REINIT}, which are not of the same {name}; {MEND}")


@pytest.mark.parametrize(
    ("settings", "name"),
    [({"network": {"dropout": {"rate": 0.5}}}, "network"), ({"seed": 2}, "seed")],
)
def test_a_run_of_other_settings_than_its_parents_is_found(
    here: Built, capsys: pytest.CaptureFixture[str], settings: dict[str, Any], name: str
) -> None:
    lth(*by_person(here, REINIT, **settings))
    lines, _ = faults(capsys)
    assert lines[0].startswith(f"{REINIT}: its ")
    assert lines[0].endswith(f" is of another {name}")


def test_a_file_of_another_version_of_lth_is_a_fault_of_its_own(
    here: Built, capsys: pytest.CaptureFixture[str]
) -> None:
    path = f"{ONESHOT}/ticket/run.h5"
    forge(path, lambda arrays: arrays.__delitem__("measures/largest_pruned_weight"))
    resettled(MASK, rates=None)
    lines, _ = faults(capsys)
    missing = "array 'measures/largest_pruned_weight' is missing; it has "
    assert any(line.startswith(f"{path}: {missing}") for line in lines)
    assert any(line.startswith(f"{MASK}: settings: missing key 'rates'") for line in lines)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (
            {"start": {"kind": "rewound", "iteration": -(10**12)}},
            "settings.start.iteration: expected a number of at least 0, got -1000000000000",
        ),
        ({"recipe": None}, "settings: missing key 'recipe'"),
        ({"keep_weights": None}, "settings: missing key 'keep_weights'"),
        ({"branch": "tickets"}, "settings.branch: unknown branch 'tickets'; did you mean 'ticket'"),
        ({"block": "all"}, "settings.block: expected trials-FIRST-LAST such as trials-0-4"),
        ({"remark": "hi"}, "settings: unknown key 'remark'; legal: "),
    ],
    ids=lambda value: str(value)[:40],
)
def test_settings_that_no_run_has_are_a_fault_at_once(
    here: Built, capsys: pytest.CaptureFixture[str], settings: dict[str, Any], message: str
) -> None:
    resettled(TICKET, **settings)
    assert any(line.startswith(f"{TICKET}: {message}") for line in faults(capsys)[0])


def test_a_parent_with_strange_settings_blames_nobody_else(
    here: Built, capsys: pytest.CaptureFixture[str]
) -> None:
    resettled(BEFORE, shapes=5)
    lines, end = faults(capsys)
    own = [line for line in lines if not line.endswith(WAITS)]
    assert own == [f"{BEFORE}: settings.shapes: expected a mapping, got 5"]
    assert end.startswith("lth: error: results: 1 fault, and ")
