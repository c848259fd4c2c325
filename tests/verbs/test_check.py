"""`lth check`: the study complete, and what it amounts to."""

import json
from collections import Counter
from pathlib import Path

import pytest
import yaml
from byhand import Built, lth, refused
from forging import edit
from project import Project


def test_check_counts_the_steps_of_training_runs(
    here: Built, capsys: pytest.CaptureFixture[str]
) -> None:
    lth("check")
    runs = [node.settings for node in here.study.nodes() if node.kind == "run"]
    late = [plan for plan in runs if plan["start"]["kind"] == "rewound"]
    assert late
    networks = sum(2 * plan["repeats"] for plan in runs)
    steps = 40 * networks + 15 * 2 - 15 * sum(2 * plan["repeats"] for plan in late)
    jobs = f"{networks + 2} networks in {len(runs) + 1} jobs"
    expected = f"# training runs: {jobs}, {steps:,} network-iterations"
    assert expected in capsys.readouterr().out


def test_check_counts_the_files(here: Built, capsys: pytest.CaptureFixture[str]) -> None:
    lth("check")
    kinds = Counter(node.kind for node in here.study.nodes())
    counts = ", ".join(f"{kinds[kind]} {kind}" for kind in sorted(kinds))
    assert f"# files: {counts}\n" in capsys.readouterr().out


def test_check_says_of_which_experiments_claims_get_no_verdict(
    here: Built, capsys: pytest.CaptureFixture[str]
) -> None:
    lth("check")
    assert capsys.readouterr().out.splitlines()[-2:] == [
        "# claims in results/claims.csv: 2",
        "# too few trials for a verdict on claims (below 3): tiny",
    ]
    edit("params.yaml", "trials: 2", "trials: 3")
    lth("check")
    assert "too few" not in capsys.readouterr().out


def test_check_says_so_of_experiments_of_histograms_too(
    project: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(project.folder)
    project.set("experiments.digits.trials", 2)
    project.set(
        "figures.figure-15", {"extends": "figure-15", "over": {"lenet": None, "digits": ""}}
    )
    lth("check")
    last = "# too few trials for a verdict on claims (below 3): digits"
    assert capsys.readouterr().out.splitlines()[-1] == last


def test_check_shows_experiments_and_figures_complete(
    here: Built, capsys: pytest.CaptureFixture[str]
) -> None:
    lth("check")
    shown = yaml.safe_load(capsys.readouterr().out)
    assert shown["experiments"]["tiny"]["network"]["hidden"] == [12, 6]
    assert shown["experiments"]["tiny"]["recipe"]["optimizer"] == "adam"
    assert shown["experiments"]["tiny"]["strategies"]["rewind"]["iteration"] == 15
    assert shown["figures"]["loss-curves"]["kind"] == "curves"


def test_what_check_shows_is_a_study_itself(
    here: Built, capsys: pytest.CaptureFixture[str]
) -> None:
    lth("check")
    first = capsys.readouterr().out
    params = yaml.safe_load(Path("params.yaml").read_text())
    params = {**yaml.safe_load(first), "style": params["style"]}
    Path("params.yaml").write_text(yaml.safe_dump(params, sort_keys=False))
    lth("check")
    assert capsys.readouterr().out == first


def test_check_raises_at_the_first_fault(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project.folder)
    project.set("experiments.digits.trials", 0)
    what = r"experiments.digits.trials: expected a number in \[1, 10000\], got 0"
    refused("check", match=what)


def test_schema_is_printed_where_no_file_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    lth("schema")
    assert json.loads(capsys.readouterr().out)["properties"]["experiments"]


def test_check_counts_what_each_figure_of_the_paper_trains(
    project: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(project.folder)
    lth("check", "paper", "--scale", "paper")
    *lines, last = capsys.readouterr().out.splitlines()
    assert len(lines) == 45
    assert lines[0].split()[:6] == ["figure-1", "random", "4,935", "networks", "in", "2,005"]
    assert "16,186 networks in 11,338 jobs" in last
    assert all(line.endswith("; 0 there") for line in (*lines, last))


def test_only_the_paper_has_a_scale() -> None:
    refused("check", "--scale", "mini", match="--scale: only the figures of the paper have one")
