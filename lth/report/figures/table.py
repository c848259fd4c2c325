"""Figures of kind `table`: the networks of experiments, and how they are trained and pruned."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Self

import msgspec

from lth.report.charts import Sheet
from lth.report.figures.figure import (
    Drawn,
    Figure,
    LegendEntry,
    Over,
    check_over,
    numbered,
)
from lth.report.rows import Row
from lth.report.subject import FACTS, Subject

if TYPE_CHECKING:
    from lth.report.style import Style


class Table(Figure, tag="table"):
    """A column for each experiment of `over`. It needs no training.

    `cells` are filled in where the figure is resolved: the facts of each experiment by name.
    """

    over: Over
    cells: dict[str, dict[str, str]] = msgspec.field(default_factory=dict)

    def resolved(self, subjects: Mapping[str, Subject], where: str) -> Self:
        over = numbered(self.over, "label")
        check_over(over, subjects, f"{where}.over")
        cells = {name: dict(subjects[name].facts) for name in over}
        return msgspec.structs.replace(self, over=over, cells=cells)

    def numbers(self, style: "Style", drawn: Drawn) -> list[Row]:
        columns = {item.name or name: self.cells[name] for name, item in self._ranked()}
        return [
            {"": fact, **{label: cells[fact] for label, cells in columns.items()}} for fact in FACTS
        ]

    def chart(self, style: "Style", drawn: Drawn) -> Sheet:
        rows = self.numbers(style, drawn)
        return Sheet(rows=(tuple(rows[0]), *(tuple(map(str, row.values())) for row in rows)))

    def _ranked(self) -> "Iterator[tuple[str, LegendEntry]]":
        """The experiments in the order of the figure, which settings as JSON have lost."""
        yield from numbered(self.over, "label").items()
