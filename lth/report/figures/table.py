"""Figures of kind `table`: the networks of experiments, and how they are trained and pruned."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Self

import msgspec

from lth.report import panels
from lth.report.figures.figure import (
    Drawn,
    Figure,
    LegendEntry,
    Over,
    check_over,
    numbered,
)
from lth.report.panels import CHARACTER
from lth.report.rows import Row
from lth.report.subject import FACTS, Subject

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Picture

    from lth.report.style import Style

LINE = 1.8  # of a row of text, in sizes of the font


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

    def plot(self, style: "Style", drawn: Drawn) -> "Picture":
        from matplotlib.figure import Figure as Picture

        rows = [
            {name: str(cell) for name, cell in row.items()} for row in self.numbers(style, drawn)
        ]
        lines = [max(cell.count("\n") + 1 for cell in row.values()) for row in rows]
        longest = [
            max(len(line) for row in rows for line in f"{name}\n{row[name]}".split("\n"))
            for name in rows[0]
        ]
        widths = [(CHARACTER * count + 2) * style.font / 72 for count in longest]  # inches
        row_height = LINE * style.font / 72
        heights = [row_height, *(row_height * (0.7 * count + 0.4) for count in lines)]
        with panels.defaults({"font.size": style.font}):
            picture = Picture(figsize=(sum(widths), sum(heights) + row_height))
            axis = picture.add_axes((0, 0, 1, 1))
            axis.set_axis_off()
            table = axis.table(
                cellText=[list(row.values()) for row in rows],
                colLabels=list(rows[0]),
                colWidths=[width / sum(widths) for width in widths],
                loc="center",
                cellLoc="left",
            )
            table.auto_set_font_size(False)
            for (row, column), cell in table.get_celld().items():
                cell.set_height(heights[row] / picture.get_figheight())
                cell.visible_edges = "" if row else "B"
                if not (row and column):
                    cell.set_text_props(weight="bold")
        return picture

    def _ranked(self) -> "Iterator[tuple[str, LegendEntry]]":
        """The experiments in the order of the figure, which settings as JSON have lost."""
        yield from numbered(self.over, "label").items()
