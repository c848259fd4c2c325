"""`lth release`: tickets in one file, from which every mask comes back."""

from pathlib import Path

import h5py
import numpy as np
import pytest
from byhand import RUNS, Built, lth

from lth.files import hdf5

OUT = "tickets.h5"


def test_five_lines_give_a_ticket(here: Built) -> None:
    lth("release", "tiny", "--out", OUT)
    trial, round = 1, 2
    with h5py.File(OUT) as file:
        start = file["weights/fc1.weight"][trial]
        mask = file["last_round/fc1.weight"][trial] >= round
    ticket = start * mask
    assert np.array_equal(
        mask, here.file(f"{RUNS}/iterative/round-2/mask.h5").group("mask")["fc1.weight"][trial]
    )
    theta0 = here.file(f"{RUNS}/theta0.h5").group("weights")["fc1.weight"][trial]
    assert np.array_equal(ticket, theta0 * mask)


def test_densities_and_trials_are_told(here: Built) -> None:
    lth("release", "tiny", "--out", OUT)
    found = hdf5.read(OUT, "tickets")
    assert found.pairs == [(0, 0), (1, 0)]
    kept = here.file(f"{RUNS}/iterative/round-2/mask.h5").group("mask")
    shares = [sum(int(mask[trial].sum()) for mask in kept.values()) for trial in range(2)]
    total = sum(mask[0].size for mask in kept.values())
    assert found.arrays["density"][:, 2].tolist() == [share / total for share in shares]
    assert found.origin.settings["strategy"] == "iterative"
    assert len(found.origin.inputs["masks"]) == 3


def test_a_rewound_ticket_starts_from_rewound_weights(here: Built) -> None:
    lth("release", "tiny", "--strategy", "rewind", "--out", OUT)
    (start,) = hdf5.find(OUT).origin.inputs["starts"]
    assert start.path.endswith("iteration-15.h5")


def test_the_same_tickets_are_the_same_bytes(here: Built) -> None:
    for name in (OUT, "again.h5", OUT):
        lth("release", "tiny", "--out", name)
    assert Path(OUT).read_bytes() == Path("again.h5").read_bytes()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["tyni"], r"unknown experiment 'tyni'; did you mean 'tiny'\?"),
        (["tiny", "--strategy", "itrative"], r"--strategy: unknown strategy of tiny 'itrative'"),
        (["tiny", "--strategy", "random"], r"expected a strategy with tickets \(branch ticket\)"),
    ],
)
def test_what_has_no_tickets_is_refused(here: Built, options: list[str], message: str) -> None:
    with pytest.raises(SystemExit, match=message):
        lth("release", *options, "--out", OUT)
    assert not Path(OUT).exists()


@pytest.mark.parametrize("out", [f"{RUNS}/theta0.h5", "mine.h5"])
def test_no_other_file_is_overwritten(here: Built, out: str) -> None:
    Path("mine.h5").write_text("notes")
    before = Path(out).read_bytes()
    with pytest.raises(SystemExit, match=r"--out: expected a new file, or one of tickets"):
        lth("release", "tiny", "--out", out)
    assert Path(out).read_bytes() == before


def test_a_release_has_the_name_of_an_hdf5_file(here: Built) -> None:
    with pytest.raises(SystemExit, match=r"--out: expected a name that ends in \.h5, got 'a\.txt'"):
        lth("release", "tiny", "--out", "a.txt")


def test_a_table_that_has_left_its_folder_is_refused(here: Built) -> None:
    Path("mine.csv").write_bytes(Path("results/tables/tiny.csv").read_bytes())
    with pytest.raises(SystemExit, match=r"expected a table in its results folder"):
        lth("release", "mine.csv", "--out", OUT)


def test_another_mask_than_that_of_the_table_is_refused(here: Built) -> None:
    path = Path(f"{RUNS}/iterative/round-1/mask.h5")
    path.write_bytes(Path(f"{RUNS}/continued/round-1/mask.h5").read_bytes())
    with pytest.raises(SystemExit, match=r"not the file that the table's networks were made from"):
        lth("release", "tiny", "--out", OUT)
