"""What reports show: all that a study asks for, or the figures of the paper at a scale."""

import dataclasses
from collections.abc import Mapping

from lth.report import assets
from lth.report.listed import ListedFigure
from lth.study.catalog import Config
from lth.study.paper import Scale, file_of
from lth.study.plans.report import Report

STUDY = "Lottery tickets: the study of params.yaml"  # the title of its report
PAPER: Mapping[Scale, str] = {
    "mini": "The Lottery Ticket Hypothesis: its figures as miniatures on the digits",
    "paper": "The Lottery Ticket Hypothesis: its figures at its own scale",
}


@dataclasses.dataclass(frozen=True)
class Contents:
    """The plan of a report, and the experiments whose tables it has."""

    plan: Report
    tables: tuple[str, ...]


def of_study(config: Config) -> Contents:
    """The report of all that a study asks for."""
    shown = tuple(ListedFigure(name=name, title=name) for name in config.asked.figures)
    return Contents(_plan("study", STUDY, shown, config), tuple(config.asked.experiments))


def of_paper(config: Config, scale: Scale) -> Contents:
    """The report of the figures of the paper that can be drawn, with the tables that they draw."""
    whole = [
        ListedFigure(name=file_of(figure, scale), title=f"{titled(figure)}: {words}", paper=figure)
        for figure, words in config.words.items()
    ]
    shown = tuple(item for item in whole if item.name in config.figures)
    drawn = [name for item in shown for name in config.figures[item.name].tables()]
    return Contents(_plan(scale, PAPER[scale], shown, config), tuple(dict.fromkeys(drawn)))


def titled(figure: str) -> str:
    """A figure of the paper as its readers call it: `Figure 3`."""
    return figure.replace("-", " ").capitalize()


def _plan(name: str, title: str, shown: tuple[ListedFigure, ...], config: Config) -> Report:
    return Report(
        name=name,
        title=title,
        figures=shown,
        differences=config.differences,
        page=assets.digest(),
    )
