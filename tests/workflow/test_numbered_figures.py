"""The figures of the paper by number and by name, through real snakemake."""

import csv
import io
from pathlib import Path

import pytest
from workspace import PARAMS, Workspace

from lth.study import catalog
from lth.study.paper import SCALES, Scale, file_of

pytest.importorskip("snakemake", reason="snakemake is not installed")

TINY = """\
  mini-lenet: # in place of the one that the figures draw
    extends: mini-lenet
    trials: 2
    block: 1
    network: {hidden: [12, 8]}
    recipe: {iterations: 40}
figures:
"""
TARGETS = ("figure-2", "figure-3", "adam-ticket-init", "figure-20", "figure-23")
NUMBERS = ("2", "3", "15", "20", "23")
WORDS = catalog.read(scales=SCALES).words


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A study in which some figures of the paper were made, and nothing else."""
    params = PARAMS.replace("figures:\n", TINY)
    workspace = Workspace.new(tmp_path_factory.mktemp("numbered") / "study", params)
    workspace.run("snakemake", *TARGETS)
    return workspace


@pytest.mark.parametrize("scale", SCALES)
def test_every_number_and_every_name_is_a_target(made: Workspace, scale: Scale) -> None:
    names = list(WORDS) if scale == "mini" else list(WORDS.values())
    output = made.run("snakemake", "-n", *names, "paper", "--config", f"scale={scale}")
    assert "rule paper:" in output
    assert f"output: results/{scale}-claims.csv, " in output
    assert "summarize" not in output, "the study's own files are not asked for"
    there = {f"figure-{number}" for number in NUMBERS} if scale == "mini" else set()
    lines = {line.removeprefix("local") for line in output.split("\n")}
    for number, name in zip(WORDS, names, strict=True):
        assert (f"rule {name}:" in lines) == (number not in there)
        assert (f"    input: results/figures/{file_of(number, scale)}.svg" in lines) == (
            number not in there
        )


def test_each_is_made_with_its_numbers(made: Workspace) -> None:
    for number in NUMBERS:
        name = made.folder / "results" / "figures" / f"mini-figure-{number}"
        assert name.with_suffix(".svg").read_text(encoding="utf-8").startswith("<?xml")
        assert name.with_suffix(".png").stat().st_size > 5_000
        text = name.with_suffix(".csv").read_text(encoding="utf-8")
        rows = list(csv.reader(io.StringIO(text)))
        assert len(rows) > 5
        assert {len(row) for row in rows} == {len(rows[0])}


def test_what_is_made_is_not_made_again(made: Workspace) -> None:
    assert made.snakemake("-n", *TARGETS, *(f"figure-{number}" for number in NUMBERS)) == {}


def test_check_says_which_are_there(made: Workspace) -> None:
    *lines, last = made.lth("check", "paper").splitlines()
    there = {line.split()[0] for line in lines if line.endswith("; there")}
    assert there == {f"figure-{number}" for number in NUMBERS}
    assert last.startswith("mini ")
    assert int(last.split()[-2]) > 0


def test_they_are_verified_and_kept(made: Workspace) -> None:
    output = made.lth("verify")
    assert "are whole, in place, and follow from one another" in output
    assert "15 pictures" not in output
    assert "does not belong" not in output
    assert "10 pictures are as they were drawn" in output
    assert "mini" not in made.lth("tidy")


def test_a_lost_or_changed_one_is_made_again_alone(made: Workspace, tmp_path: Path) -> None:
    workspace = made.copy(tmp_path / "study")
    (workspace.folder / "results/figures/mini-figure-3.csv").unlink()
    assert workspace.snakemake("figure-3", "figure-20") == {"plot": 1}
    workspace.edit("params.yaml", "font: 9", "font: 10")
    assert workspace.snakemake("-n", "figure-3", "figure-20") == {"plot": 2}


def test_damage_to_one_is_found(made: Workspace, tmp_path: Path) -> None:
    workspace = made.copy(tmp_path / "study")
    file = workspace.folder / "results/figures/mini-figure-15.csv"
    file.write_text(file.read_text().replace("fc1", "fc2", 1))
    assert "results/figures/mini-figure-15.csv" in workspace.lth("verify", status=1)


def test_a_figure_that_cannot_be_drawn_stops_no_other(made: Workspace, tmp_path: Path) -> None:
    workspace = made.copy(tmp_path / "study")
    recipe = "    recipe: {iterations: 40}\n"
    workspace.edit("params.yaml", recipe, f"{recipe}    strategies: {{continued: null}}\n")
    assert workspace.snakemake("-n", "figure-15") == {}
    what = "lth: error: paper.mini-figure-9.lines: 'continued/ticket' is not trained by mini-lenet"
    assert what in workspace.run("snakemake", "-n", "figure-9", status=1)
    assert what.removeprefix("lth: error: ") in workspace.lth("check", "paper")
    assert "are whole" in workspace.lth("verify")


def test_an_unknown_scale_ends_in_one_line(made: Workspace) -> None:
    output = made.run("snakemake", "-n", "figure-3", "--config", "scale=huge", status=1)
    assert "lth: error: scale: expected mini or paper, got 'huge'" in output
    output = made.run("snakemake", "-n", "figure-3", "--config", "scal=mini", status=1)
    assert "lth: error: --config: unknown key 'scal'; legal: scale" in output
