"""A figure of the study. Which tables and runs it needs, its kind says (`lth.report.figures`)."""

from collections.abc import Mapping
from typing import ClassVar

from lth.report.figures.choices import Figure as Shown
from lth.report.style import Style
from lth.study.plans.plan import Plan, Role


class Figure(Plan):
    """A figure, with a round in place of each level, and how figures look."""

    KIND: ClassVar[str] = "figure"
    PATH: ClassVar[str] = "origins/figures/{name}.json"
    PRODUCTS: ClassVar[tuple[str, ...]] = (
        "figures/{name}.svg",
        "figures/{name}.png",
        "figures/{name}.csv",
        "charts/{name}.json",
    )
    ROLES: ClassVar[Mapping[str, Role]] = {
        "tables": Role("origins of the tables that it shows", ("table",), many=True, optional=True),
        "runs": Role("run files that it shows", ("run",), many=True, optional=True),
        "starts": Role("θ0 files that it shows", ("theta0",), many=True, optional=True),
        "masks": Role("mask files that it shows", ("mask",), many=True, optional=True),
    }

    name: str
    figure: Shown
    style: Style

    @property
    def verb(self) -> str:
        return "plot"

    @property
    def caption(self) -> str:
        """What stands below the figure in the report."""
        return self.figure.captioned(self.style)

    def entries(self) -> tuple[object, ...]:
        return (type(self.figure),)
