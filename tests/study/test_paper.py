"""The 45 figures of the paper by number, at both scales."""

import itertools
from pathlib import Path
from typing import Any

import pytest
from project import TOP, Project

from lth.report.figures.curves import Curves
from lth.report.figures.density import Density
from lth.report.figures.histogram import Histogram
from lth.report.figures.table import Table
from lth.study import catalog
from lth.study.contents import networks_of
from lth.study.graph import Study
from lth.study.node import Node
from lth.study.paper import SCALES, Scale, file_of
from lth.study.plans.run import Run

NUMBERS = [f"figure-{number}" for number in range(1, 46)]
# Counted from the paper's settings: networks, and training jobs at the blocks of the catalog
SIZES: dict[Scale, tuple[int, int]] = {"paper": (16_186, 11_338), "mini": (2_345, 977)}
LAYOUT = {  # rows and columns of panels, as the paper has them
    1: (1, 4), 3: (1, 3), 4: (2, 3), 5: (2, 2), 6: (1, 2), 7: (1, 3), 8: (1, 3), 9: (1, 2),
    10: (1, 2), 11: (1, 3), 12: (2, 3), 13: (3, 2), 14: (5, 2), 17: (1, 2), 18: (1, 2),
    25: (1, 2), **dict.fromkeys(range(26, 31), (1, 2)), 31: (2, 1),
    **dict.fromkeys(range(32, 38), (3, 2)), **dict.fromkeys(range(38, 46), (1, 3)),
}  # fmt: skip


@pytest.fixture(scope="module")
def study() -> Study:
    """The project's own study, with the figures of the paper at both scales."""
    return Study(catalog.read(TOP / "params.yaml", TOP / catalog.CATALOG, SCALES))


def runs_of(nodes: list[Node]) -> list[Run]:
    return [node.plan for node in nodes if isinstance(node.plan, Run)]


def test_all_figures_have_a_number_and_a_name_in_words(study: Study) -> None:
    words = study.config.words
    assert list(words) == NUMBERS
    assert len(set(words.values())) == len(words)
    assert words["figure-17"] == "sample-from-same-ticket"
    files = {file_of(name, scale) for name in NUMBERS for scale in SCALES}
    assert study.config.paper.figures.keys() == files


@pytest.mark.parametrize("scale", SCALES)
def test_all_together_train_what_was_counted(study: Study, scale: Scale) -> None:
    runs = runs_of(study.behind([study.figure(file_of(name, scale)) for name in NUMBERS]))
    assert (sum(map(networks_of, runs)), len(runs)) == SIZES[scale]


@pytest.mark.parametrize(("name", "scale"), list(itertools.product(NUMBERS, SCALES)))
def test_each_figure_is_planned(study: Study, name: str, scale: Scale) -> None:
    node = study.figure(file_of(name, scale))
    runs = runs_of(study.behind([node]))
    assert bool(runs) != (name == "figure-2"), "the table of networks needs no training"
    small = {run.experiment.startswith("mini-") for run in runs}
    assert small <= {scale == "mini"}
    assert f"Figure {name.partition('-')[2]} of the paper" in node.plan.figure.caption


@pytest.mark.parametrize("scale", SCALES)
def test_figures_have_the_panels_of_the_paper(study: Study, scale: Scale) -> None:
    for number, (rows, columns) in LAYOUT.items():
        figure = study.figures[file_of(f"figure-{number}", scale)]
        assert isinstance(figure, Density | Curves)
        assert (len(figure.panels), len(figure.panels[0])) == (rows, columns), number
    for number in (15, 16, 19, 20, 21, 22, 23, 24):
        assert isinstance(study.figures[file_of(f"figure-{number}", scale)], Histogram)
    assert isinstance(study.figures[file_of("figure-2", scale)], Table)


def test_levels_are_the_rounds_of_each_scale(study: Study) -> None:
    large, small = (study.figures[name] for name in ("figure-15", "mini-figure-15"))
    assert isinstance(large, Histogram)
    assert isinstance(small, Histogram)
    assert (large.rounds, small.rounds) == ((0, 4, 8, 12), (0, 2, 4, 6))


# In a study


def test_the_study_asks_for_none_of_them(project: Project) -> None:
    alone, whole = (Study(project.read(scales=scales)) for scales in ((), SCALES))
    assert {node.path: node.key for node in alone.nodes()} == {
        node.path: node.key for node in whole.nodes()
    }
    assert alone.known_files() < whole.known_files()
    assert whole.metrics().key == alone.metrics().key


def test_an_experiment_of_the_study_stands_in_for_the_paper_s(project: Project) -> None:
    mine = {"extends": "mini-lenet", "trials": 1, "block": 1}
    project.set("experiments.mini-lenet", mine)
    found = Study(project.read(scales=["mini"]))
    runs = runs_of(found.behind([found.figure("mini-figure-9")]))
    assert {run.block for run in runs} == {"trials-0-0"}
    assert found.figure("mini-figure-9").inputs["tables"] == (found.table("mini-lenet"),)


def test_a_figure_of_the_study_with_such_a_number_is_its_own(project: Project) -> None:
    project.set("figures.figure-9", {"extends": "early-stopping", "over": {"digits": ""}})
    config = project.read(scales=["paper"])
    assert "figure-9" not in config.paper.figures
    assert config.figures["figure-9"] is config.asked.figures["figure-9"]


@pytest.mark.parametrize(("value", "scale"), [(None, "mini"), ("paper", "paper")])
def test_the_scale_is_small_unless_it_is_said(project: Project, value: Any, scale: Scale) -> None:
    if value:
        project.set("scale", value)
    assert project.read().scale == scale


def test_an_unknown_scale_is_refused(project: Project) -> None:
    project.set("scale", "huge")
    with pytest.raises(ValueError, match=r"^scale: .*'huge'"):
        project.read()


def test_an_experiment_without_what_a_figure_draws_is_refused(project: Project) -> None:
    without = {"extends": "mini-lenet", "strategies": {"continued": None}}
    project.set("experiments.mini-lenet", without)
    study = Study(project.read(scales=["mini"]))
    with pytest.raises(ValueError, match=r"^paper\.mini-figure-9.*'continued/ticket' is not"):
        study.figure("mini-figure-9")
    assert study.figure("mini-figure-15"), "the others are drawn"
    assert study.config.paper.faults.keys() == {"mini-figure-9"}


def test_a_number_without_a_figure_is_refused(project: Project) -> None:
    project.set("paper.figure-46", {"words": "one-more"}, str(Path(catalog.CATALOG, "paper.yaml")))
    with pytest.raises(ValueError, match=r"paper\.figure-46"):
        project.read(scales=["mini"])
