"""Claims whose verdict another table changes."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from lth.report.comparison.section import Section
from lth.study import catalog
from lth.study.verdicts import verdicts

CLAIM = {
    "section": "2",
    "figure": "figure-4",
    "says": "Tickets stop early.",
    "value": 'early("toy/iterative/ticket@50")',
    "paper": 1000,
    "agrees": "ours <= paper",
}
NUMBERED = {"figure-4": {"words": "four"}}


def rows(stop: int, trials: int = 3) -> list[dict[str, Any]]:
    """The table of an experiment whose tickets of round 1 stop at an iteration."""
    line = {"strategy": "iterative", "branch": "ticket", "repeat": 0}
    return [
        {
            **line,
            "trial": trial,
            "round": round,
            "density": 0.5**round,
            "early_stop_iteration": stop,
        }
        for trial in range(trials)
        for round in range(2)
    ]


def section(
    folder: Path, name: str, one: list[dict[str, Any]], other: list[dict[str, Any]]
) -> Section | None:
    """The section of two tables with two claims in the catalog, one of them about others."""
    claims = {"fast": CLAIM, "other": CLAIM | {"value": 'early("other/dense/ticket")'}}
    file = folder / catalog.CATALOG / "claims.yaml"
    file.parent.mkdir(parents=True)
    file.write_text(yaml.safe_dump({"claims": claims, "paper": NUMBERED}))
    return next(verdicts(name, one, other), None)


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("name", ["toy", "mini-toy"])
def test_a_changed_verdict_is_told(tmp_path: Path, name: str) -> None:
    found = section(tmp_path, name, rows(500), rows(2000))
    assert found is not None
    assert found.title == f"claims about {name} with another verdict: 1 of 1"
    verdict = {"claim": "fast", "a": "agrees", "b": "disagrees"}
    assert list(found.rows) == [{**verdict, "a_ours": 500, "b_ours": 2000}]


def test_the_same_verdict_is_counted_and_not_told(tmp_path: Path) -> None:
    found = section(tmp_path, "toy", rows(500), rows(600))
    assert found is not None
    assert found.title.endswith(": 0 of 1")
    assert found.rows == []


def test_without_claims_about_it_nothing_is_said(tmp_path: Path) -> None:
    assert section(tmp_path, "another", rows(500), rows(2000)) is None


def test_without_a_catalog_nothing_is_said() -> None:
    assert list(verdicts("toy", rows(500), rows(2000))) == []
