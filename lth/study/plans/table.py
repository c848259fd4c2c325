"""The tidy table of an experiment."""

from collections.abc import Mapping
from typing import Any, ClassVar

from lth.settings import Count
from lth.study.plans.plan import Plan, Role


class Table(Plan):
    """All runs of an experiment as one table, with the branches of each strategy.

    The table has accuracies at `moments` too, which are iterations. `settings` are all that the
    experiment has, so that a table that has left its study tells what was run.
    """

    KIND: ClassVar[str] = "table"
    PATH: ClassVar[str] = "origins/tables/{experiment}.json"
    PRODUCTS: ClassVar[tuple[str, ...]] = ("tables/{experiment}.csv",)
    ROLES: ClassVar[Mapping[str, Role]] = {
        "runs": Role("run files of one experiment", ("run",), many=True)
    }

    experiment: str
    strategies: dict[str, tuple[str, ...]]
    moments: tuple[Count, ...]
    settings: dict[str, Any]

    @property
    def verb(self) -> str:
        return "tabulate"
