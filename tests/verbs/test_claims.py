"""`lth claims` and `lth score`: the scoreboard of what is there, and its file."""

import csv
import dataclasses
import shutil
from pathlib import Path

import pytest
from byhand import CURVES, Built, command, lth, make, refused
from forging import faults, verified
from project import Project, claims_of, state

from lth.files import origins

CLAIMS = "results/claims.csv"
CLAIM = claims_of("tiny")["better"]


def rows(path: str = CLAIMS) -> list[dict[str, str]]:
    return list(csv.DictReader(Path(path).read_text(encoding="utf-8").splitlines()))


def test_the_claims_of_a_study_are_scored(built: Built) -> None:
    found = rows(str(built.folder / CLAIMS))
    assert [(row["claim"], row["verdict"], row["scale"]) for row in found] == [
        ("better", "too few trials", "changed"),
        ("size", "agrees", "changed"),
    ]
    assert found[0]["why"] == "tiny has 2 trials, and a verdict needs 3"
    assert float(found[0]["low"]) <= float(found[0]["ours"]) <= float(found[0]["high"])
    assert (found[1]["ours"], found[1]["trials"]) == ("60", "")


def test_a_scoreboard_has_a_line_for_each_claim(
    here: Built, capsys: pytest.CaptureFixture[str]
) -> None:
    lth("claims")
    lines = [line.strip() for line in capsys.readouterr().out.splitlines()]
    found = {line.partition(" ")[0]: line for line in lines}
    assert len(lines) == 166 + 14 + 2, "claims, sections and totals"
    start = "figure-4   too few trials (other experiments): paper 1, ours "
    assert found["better"].startswith(f"{'better':27} {start}")
    assert found["size"].endswith("figure-4   agrees (other experiments): paper 60, ours 60")
    assert found["lenet-faster"].endswith("not run (lenet was not run)")
    assert lines[-2:] == [
        "At the paper's scale: 9 agrees, 1 agrees in direction, 4 disagrees, 150 not run.",
        "Of other experiments: 1 agrees, 1 too few trials.",
    ]


def test_the_scoreboard_may_be_a_page(here: Built, capsys: pytest.CaptureFixture[str]) -> None:
    lth("claims", "--page", "page.md")
    assert capsys.readouterr().out == "page.md: 166 claims\n"
    row = "| Tickets of 64 % are better. | 60 | 60 |  | agrees (other experiments) |"
    assert row in Path("page.md").read_text(encoding="utf-8")


def test_a_claim_of_a_miniature_is_marked(here: Built, capsys: pytest.CaptureFixture[str]) -> None:
    origin = origins.read("results/origins/tables/tiny.json").origin
    small = dataclasses.replace(origin, settings=origin.settings | {"experiment": "mini-lenet"})
    table = Path(shutil.copy("results/tables/tiny.csv", "results/tables/mini-lenet.csv"))
    origins.write(Path("results/origins/tables/mini-lenet.json"), small, [table], {})
    lth("claims")
    lines = capsys.readouterr().out.splitlines()
    line = next(line for line in lines if line.startswith("  lenet-reinit-drops "))
    assert "too few trials (miniature): " in line
    assert lines[-1].startswith("Miniatures: ")
    assert lines[-1].endswith(" too few trials.")
    assert "too few trials" not in lines[-3], "miniatures count in no number of the paper's"


def test_a_table_that_was_changed_is_refused(here: Built) -> None:
    table = Path("results/tables/tiny.csv")
    table.write_text(table.read_text(encoding="utf-8").replace("0.9", "0.8"), encoding="utf-8")
    refused("claims", match=r"tiny\.csv: not the file that was written")
    node = here.study.claims()
    assert node is not None
    refused(*command(here.study, node), match=r"tiny\.csv: not the file that was written")


def test_claims_are_made_of_origins_of_tables_and_figures_only(here: Built) -> None:
    node = here.study.claims()
    assert node is not None
    call = command(here.study, node)
    at = call.index("--tables") + 1
    for wrong in ("results/origins/metrics.json", "results/origins/figures/loss-curves.json"):
        words = [*call[:at], wrong, *call[at + 1 :]]
        refused(*words, match=f"{wrong}: expected a file of kind 'table', got")


def test_claims_that_were_changed_are_named(
    here: Built, capsys: pytest.CaptureFixture[str]
) -> None:
    file = Path(CLAIMS)
    file.write_text(file.read_text().replace("too few trials", "agrees"))
    assert f"{CLAIMS}: not the file that was written (its SHA-256 differs)" in faults(capsys)[0][0]
    lth(*command(here.study, here.node(CLAIMS)))
    assert "are whole" in verified(capsys)[0]


def test_claims_about_curves_read_the_numbers_of_a_figure(
    here: Built, capsys: pytest.CaptureFixture[str]
) -> None:
    project = Project(here.folder)
    project.set("figures.figure-3", {"extends": "accuracy-curves", **CURVES})
    value = 'largest(each("figure-3", early("*") - reaches("figure-3/*", 1)))'
    state(here.folder, {"order": CLAIM | {"value": value}})
    study = project.study()
    node = study.claims()
    assert node is not None
    for again in (node, study.report()):
        Path(again.path).unlink()
    make(study, study.report())
    found = {row["claim"]: row for row in rows()}
    assert list(found) == ["stop-order", "order"], "the paper's claim about such a figure too"
    assert {row["scale"] for row in found.values()} == {"changed"}
    assert (found["order"]["verdict"], found["order"]["low"]) == ("too few trials", "")
    assert [item.path for item in node.inputs["figures"]] == [
        "results/origins/figures/figure-3.json"
    ]
    assert "are whole" in verified(capsys)[-2]


def test_a_figure_without_such_numbers_is_refused(here: Built) -> None:
    project = Project(here.folder)
    project.set("figures.figure-3", {"extends": "accuracy-curves", **CURVES})
    state(
        here.folder, {"order": CLAIM | {"value": 'dip("figure-3/fc1@50") + fact("tiny", "seed")'}}
    )
    what = "expected a figure of kind histogram, got 'figure-3'"
    refused("claims", match=rf"claims\.order\.value: {what}")


def test_a_folder_that_is_not_there_is_refused(here: Built) -> None:
    refused("claims", "elsewhere", match=r"elsewhere: no such folder; run snakemake first, or name")
