"""`lth claims`: the scoreboard of what is there."""

import csv
import shutil
from pathlib import Path

import pytest
import yaml
from byhand import Built, lth, refused
from project import TOP

from lth.report.formulas import experiments_of
from lth.study import catalog

CLAIM = {
    "figure": "figure-4",
    "says": "Tickets are better.",
    "value": 'test("tiny/iterative/ticket@64") - test("tiny/dense")',
    "paper": 1.0,
    "agrees": "ours > 100",
    "direction": "ours > -100",
}


def write_claims(**claims: dict[str, object]) -> None:
    file = Path(catalog.CATALOG, "claims.yaml")
    file.write_text(yaml.safe_dump({"claims": claims}), encoding="utf-8")


def test_a_scoreboard_has_a_line_for_each_claim(
    here: Built, capsys: pytest.CaptureFixture[str]
) -> None:
    other = CLAIM | {"value": 'test("elsewhere/dense")'}
    write_claims(better=CLAIM, other=other)
    lth("claims", "--out", "claims.csv")
    better, missing, whole, small = capsys.readouterr().out.splitlines()
    assert better.split()[:6] == ["better", "figure-4", "too", "few", "trials:", "paper"]
    assert better.endswith("n = 2")
    assert missing.endswith("not run (elsewhere was not run)")
    assert "1 too few trials, 1 not run" in whole
    assert small.endswith("0 not run")
    rows = list(csv.DictReader(Path("claims.csv").read_text(encoding="utf-8").splitlines()))
    assert [(row["claim"], row["verdict"], row["scale"]) for row in rows] == [
        ("better", "too few trials", "paper"),
        ("other", "not run", "paper"),
    ]
    assert float(rows[0]["low"]) <= float(rows[0]["ours"]) <= float(rows[0]["high"])


def test_a_claim_of_a_miniature_is_marked(here: Built, capsys: pytest.CaptureFixture[str]) -> None:
    write_claims(better=CLAIM | {"value": CLAIM["value"].replace("tiny", "large")})
    for folder, suffix in (("tables", "csv"), ("origins/tables", "json")):
        shutil.copy(f"results/{folder}/tiny.{suffix}", f"results/{folder}/mini-large.{suffix}")
    lth("claims")
    line, whole, small = capsys.readouterr().out.splitlines()
    assert line.endswith("(miniature)")
    assert whole.endswith("1 not run")
    assert "1 too few trials" in small


def test_a_table_that_was_changed_is_refused(here: Built) -> None:
    write_claims(better=CLAIM)
    table = Path("results/tables/tiny.csv")
    table.write_text(table.read_text(encoding="utf-8").replace("0.9", "0.8"), encoding="utf-8")
    refused("claims", match=r"tiny\.csv: not the file that was written")


def test_a_claim_of_no_figure_is_refused(here: Built) -> None:
    write_claims(better=CLAIM | {"figure": "figure-46"})
    refused("claims", match=r"claims\.better\.figure: unknown figure of the paper 'figure-46'")


def test_claims_of_the_catalog_are_about_its_experiments() -> None:
    folder = TOP / catalog.CATALOG
    entries = catalog.entries_of(folder)
    found = catalog.claims(folder)
    assert len(found) > 50
    for name, claim in found.items():
        experiments = experiments_of(claim.value)
        assert experiments, name
        assert set(experiments) <= entries["experiments"].keys(), name
