"""A kind of figure for tests: `bars`, one for each row of a table."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Self

from lth.report.charts import Axis, Chart, Line, Panel, numbers
from lth.report.figures.figure import Drawn, Figure
from lth.report.rows import Row
from lth.report.subject import Subject
from lth.settings import unknown

if TYPE_CHECKING:
    from lth.report.style import Style


class Bars(Figure, tag="bars"):
    """The test accuracy of each network of an experiment at the end."""

    of: str

    def resolved(self, subjects: Mapping[str, Subject], where: str) -> Self:
        """The same, since it has no levels."""
        if self.of not in subjects:
            raise unknown(f"{where}.of", "experiment of the study", self.of, subjects)
        return self

    def tables(self) -> tuple[str, ...]:
        """The experiment."""
        return (self.of,)

    def numbers(self, style: "Style", drawn: Drawn) -> list[Row]:
        """The heights of the bars."""
        return [{"height": row["final_test_accuracy"]} for row in drawn.tables[self.of]]

    def chart(self, style: "Style", drawn: Drawn) -> Chart:
        """A step for each row of the table."""
        heights = [row["height"] for row in self.numbers(style, drawn)]
        edges, y = numbers(range(len(heights) + 1)), numbers(heights)
        line = Line(name=self.of, color="#000000", dash="solid", x=edges, y=y, steps=True)
        axes = {"x": Axis(label="Network"), "y": Axis(label="Accuracy")}
        panel = Panel(place=(0, 0), title="", lines=(line,), **axes)
        return Chart(heading="", names=(self.of,), panels=(panel,))
