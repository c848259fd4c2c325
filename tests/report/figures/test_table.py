"""Figures of kind `table`: what the study says of its experiments."""

import dataclasses
from typing import Any

import pytest
from project import Project
from toy_report import STYLE, SUBJECTS, plotted

from lth import settings
from lth.report.figures.choices import Figure
from lth.report.figures.figure import Drawn
from lth.report.figures.table import Table
from lth.report.subject import FACTS
from lth.study.subjects import subject_of

CELLS = {name: dict.fromkeys(FACTS, name) for name in ("toy", "other")}
KNOWN = {name: dataclasses.replace(SUBJECTS[name], facts=facts) for name, facts in CELLS.items()}


def table(over: dict[str, str]) -> Table:
    data = {"kind": "table", "over": over, "caption": "A caption"}
    found = settings.read(Figure, data, "figures.it").resolved(KNOWN, "figures.it")
    assert isinstance(found, Table)
    return settings.read(Figure, settings.plain(found), "figures.it")  # as it comes from a file


def test_columns_are_experiments_and_rows_are_facts() -> None:
    one, other = {"toy": "Toy", "other": "Other"}, {"other": "Other", "toy": "Toy"}
    rows = table(one).numbers(STYLE, Drawn())
    assert [row[""] for row in rows] == list(FACTS)
    assert {(row["Toy"], row["Other"]) for row in rows} == {("toy", "other")}
    assert list(table(other).numbers(STYLE, Drawn())[0]) == ["", "Other", "Toy"]


def test_a_picture_has_every_cell() -> None:
    picture = plotted(table({"toy": "Toy", "other": "Other"}), Drawn())
    (drawn,) = picture.axes[0].tables
    cells = {place: cell.get_text().get_text() for place, cell in drawn.get_celld().items()}
    assert len(cells) == 3 * (1 + len(FACTS))
    assert (cells[0, 1], cells[1, 0], cells[1, 2]) == ("Toy", FACTS[0], "other")


def test_an_experiment_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^figures\.it\.over: unknown experiment"):
        table({"toys": "Toys"})


LENET = {
    "Data": "mnist",
    "Convolutions": "none",
    "Fully-connected layers": "300, 100, 10",
    "Weights": "266,200",
    "of these in convolutions": "0",
    "Iterations": "50,000",
    "Batch": "60",
    "Optimizer": "Adam 0.0012",
    "Pruned in each round": "hidden 20 %\noutput 10 %",
}
RESNET = {
    "Convolutions": "7 x 16, 6 x 32, 6 x 64",
    "Fully-connected layers": "10",
    "Weights": "270,896",
    "of these in convolutions": "267,696",
    "Optimizer": "SGD 0.03\nmomentum 0.9\nwarm-up 20,000\nx 0.1 at 20,000 and 25,000",
}


def test_rates_are_those_of_iterative_pruning(project: Project) -> None:
    strategies = {"iterative": {"rounds": 3}, "random": {"rounds": 3}}
    project.set("experiments", {"it": {"extends": "resnet-18", "strategies": strategies}})
    project.set("figures", {})
    config = project.read()
    facts = subject_of(config.experiments["it"], config.datasets).facts
    assert facts["Pruned in each round"] == "convolution 20 %\noutput 0 %"


@pytest.mark.parametrize(("entry", "facts"), [("lenet", LENET), ("resnet-18", RESNET)])
def test_facts_are_those_of_figure_2(project: Project, entry: str, facts: dict[str, Any]) -> None:
    project.set("experiments", {"it": {"extends": entry}})
    project.set("figures", {})
    config = project.read()
    found = subject_of(config.experiments["it"], config.datasets).facts
    assert list(found) == list(FACTS)
    assert {name: found[name] for name in facts} == facts
