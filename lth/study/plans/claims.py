"""What the paper states of some experiments, judged by their tables and figures."""

from collections.abc import Mapping
from typing import ClassVar

from lth.report.claims import Stated
from lth.study.plans.plan import Plan, Role


class Claims(Plan):
    """Claims with all that their formulas need beside tables and figures.

    `groups` are the members of sweeps, and the lines of figures of curves, by name. `facts` are
    known before anything is trained. They are by experiment and key.
    """

    KIND: ClassVar[str] = "claims"
    PATH: ClassVar[str] = "origins/{name}.json"
    PRODUCTS: ClassVar[tuple[str, ...]] = ("{name}.csv",)
    ROLES: ClassVar[Mapping[str, Role]] = {
        "tables": Role("origins of tables (JSON)", ("table",), many=True, optional=True),
        "figures": Role("origins of figures (JSON)", ("figure",), many=True, optional=True),
    }

    name: str
    claims: tuple[Stated, ...]
    groups: dict[str, tuple[str, ...]]
    facts: dict[str, dict[str, float]]

    @property
    def verb(self) -> str:
        return "score"
