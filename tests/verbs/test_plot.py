"""`lth plot`: figures from the files that they draw, and from no others."""

from pathlib import Path

from byhand import RUNS, Built, lth, refused
from calls import by_person, changed, without

from lth.files import origins

CURVES, DENSITY = "results/figures/accuracy-curves.svg", "results/figures/early-stopping.svg"
LINES = ("dense/round-0/ticket", "iterative/round-2/ticket", "iterative/round-2/reinit")


def test_curves_are_drawn_from_runs(built: Built) -> None:
    inputs = origins.read(built.folder / "results/origins/figures/accuracy-curves.json").origin
    paths = [item.path for item in inputs.inputs["runs"]]
    assert paths == [f"{RUNS}/{line}/run.h5" for line in LINES]
    assert "tables" not in inputs.inputs


def test_sizes_are_drawn_from_tables(built: Built) -> None:
    inputs = origins.read(built.folder / "results/origins/figures/early-stopping.json").origin
    assert [item.path for item in inputs.inputs["tables"]] == ["results/origins/tables/tiny.json"]
    assert "runs" not in inputs.inputs


def test_pictures_tell_their_key(built: Built) -> None:
    key = built.node(CURVES).key.encode()
    for suffix in (".svg", ".png"):
        content = (built.folder / CURVES).with_suffix(suffix).read_bytes()
        assert b"lth:" + key in content


def test_the_origin_says_which_versions_drew_it(built: Built) -> None:
    made_on = origins.read(built.folder / "results/origins/figures/accuracy-curves.json").made_on
    assert {"matplotlib", "numpy", "pillow", "freetype", "system", "machine"} <= made_on.keys()


def test_another_label_is_another_picture_under_another_key(here: Built) -> None:
    before = Path(CURVES).read_bytes()
    lth(*by_person(here, CURVES, figure={"over": {"tiny": {"label": "Tiny"}}}))
    assert Path(CURVES).read_bytes() != before
    assert b">Tiny: " in Path(CURVES).read_bytes()


def test_runs_that_are_not_given_are_named(here: Built) -> None:
    call = changed(
        by_person(here, CURVES), "--runs", *(f"{RUNS}/{line}/run.h5" for line in LINES[1:])
    )
    refused(*call, match=f"{LINES[0]}: no run of this line is among the 2 runs that were given")


def test_tables_that_are_not_given_are_named(here: Built) -> None:
    refused(*without(by_person(here, DENSITY), "--tables"), match="tiny")


def test_a_run_is_no_table(here: Built) -> None:
    run = f"{RUNS}/{LINES[0]}/run.h5"
    refused(*changed(by_person(here, DENSITY), "--tables", run), match=f"{run}: not JSON")


def test_a_table_is_no_run(here: Built) -> None:
    other = "results/origins/tables/tiny.json"
    refused(*changed(by_person(here, CURVES), "--runs", other), match=f"{other}: not a whole HDF5")
