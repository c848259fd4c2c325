"""The report of a study."""

from collections.abc import Mapping
from typing import ClassVar

from lth.report.listed import Difference, ListedFigure
from lth.study.plans.plan import Plan, Role


class Report(Plan):
    """One HTML file with figures, claims and tables.

    `figures` are in the order of the page, and `page` is the digest of what the page is made of
    beside its data.
    """

    KIND: ClassVar[str] = "report"
    PATH: ClassVar[str] = "origins/reports/{name}.json"
    PRODUCTS: ClassVar[tuple[str, ...]] = ("reports/{name}.html",)
    ROLES: ClassVar[Mapping[str, Role]] = {
        "figures": Role("origins of figures (JSON)", ("figure",), many=True, optional=True),
        "tables": Role("origins of tables (JSON)", ("table",), many=True, optional=True),
        "claims": Role("origin of claims (JSON)", ("claims",), many=True, optional=True),
    }

    name: str
    title: str
    figures: tuple[ListedFigure, ...]
    differences: tuple[Difference, ...]
    page: str

    @property
    def verb(self) -> str:
        return "report"
