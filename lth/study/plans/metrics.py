"""The headline numbers of a study."""

from collections.abc import Mapping
from typing import ClassVar

from lth.study.plans.plan import Plan, Role


class Metrics(Plan):
    """Headline numbers, which depend on nothing but tables."""

    KIND: ClassVar[str] = "metrics"
    PATH: ClassVar[str] = "origins/metrics.json"
    PRODUCTS: ClassVar[tuple[str, ...]] = ("metrics.json",)
    ROLES: ClassVar[Mapping[str, Role]] = {
        "tables": Role("origins of tables (JSON)", ("table",), many=True)
    }

    @property
    def verb(self) -> str:
        return "summarize"
