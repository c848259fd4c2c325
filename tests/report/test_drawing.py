"""Grids, axes, ticks and legends of pictures."""

import itertools
import math
from collections.abc import Iterable
from typing import Any

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure as Picture
from toy_report import STYLE

from lth.report import drawing, ticks
from lth.report.charts import Axis, Chart, Line, Panel, Place, Sheet, names_of, numbers
from lth.report.quantities import OF_TABLES, of_table
from lth.report.style import Style

# As params.yaml has it:
PAPER = Style(width=3.6, height=3.0, font=9, dpi=150, bars="range", colors={})
X = Axis(label="x")
LONGEST = OF_TABLES["early_stop_validation_accuracy"].label


def line(name: str = "", x: Iterable[float] = (1, 2), **changes: Any) -> Line:
    values = numbers(x)
    look: dict[str, Any] = {"name": name, "color": "#000000", "dash": "solid", "x": values}
    return Line(**{**look, "y": values, **changes})


def panel(place: Place, *lines: Line, x: Axis = X, y: str | Axis = "y") -> Panel:
    y = Axis(label=y) if isinstance(y, str) else y
    return Panel(place=place, title="", x=x, y=y, lines=lines or (line(),))


def chart(*panels: Panel, names: Iterable[str] = ()) -> Chart:
    return Chart(heading="", names=tuple(names) or names_of(panels), panels=panels)


def drawn(*panels: Panel, style: Style = PAPER) -> Picture:
    picture = drawing.picture(chart(*panels), style)
    FigureCanvasAgg(picture).draw()
    return picture


def labels(lines: list[list[float]], style: Style = PAPER, numbers: Any = "percent") -> list[str]:
    """The labels of ticks from left to right, none of which touch."""
    found = ticks.of_sizes(lines, style)
    x = Axis(label="x", scale="log", numbers=numbers, falling=True, ticks=found)
    (axis,) = drawn(panel((0, 0), *(line(x=sizes) for sizes in lines), x=x), style=style).axes
    texts = sorted(axis.get_xticklabels(), key=lambda label: label.get_position()[0])
    boxes = sorted((label.get_window_extent() for label in texts), key=lambda box: box.x0)
    assert all(one.x1 < other.x0 for one, other in itertools.pairwise(boxes))
    return [label.get_text() for label in texts[::-1]]


@pytest.mark.parametrize("style", [STYLE, PAPER])
@pytest.mark.parametrize("rounds", [1, 3, 5, 12, 15, 20, 24, 28])
def test_numbers_of_ticks_do_not_touch(rounds: int, style: Style) -> None:
    assert labels([[100 * 0.8**round for round in range(rounds + 1)]], style)[0] == "100"
    assert labels([[100 * 0.9**round for round in range(2 * rounds + 1)]], style)[0] == "100"


@pytest.mark.parametrize("rates", [(0.2, 0.15), (0.2, 0.1, 0.4), (0.05, 0.6)])
def test_numbers_of_ticks_of_several_lines_do_not_touch(rates: tuple[float, ...]) -> None:
    rounds = [round(math.log(0.01) / math.log(1 - rate)) for rate in rates]
    pairs = zip(rates, rounds, strict=True)
    lines = [[100 * (1 - rate) ** at for at in range(last)] for rate, last in pairs]
    assert len(labels(lines)) > 3


def test_ticks_of_weights_are_short() -> None:
    lines = [[20_024_000 * 0.5**round for round in range(11)]]
    assert labels(lines, numbers="short")[:3] == ["20M", "5.01M", "1.25M"]
    assert labels([[1_000.0, 999_600.0]], numbers="short") == ["1000K", "1K"]


def test_no_lines_have_no_ticks() -> None:
    assert ticks.of_sizes([], PAPER) == ()


@pytest.mark.parametrize("name", [*OF_TABLES, "validation_accuracy_at_112000"])
def test_a_label_is_no_longer_than_a_panel(name: str) -> None:
    label = of_table(name).label
    axes = drawn(panel((0, 0), y=label), panel((1, 0), y=label)).axes
    one, other = (axis.yaxis.label.get_window_extent() for axis in axes)
    assert one.y0 > other.y1


def test_labels_are_broken_all_or_none() -> None:
    short = "Loss at end"
    axes = drawn(panel((0, 0), y=short), panel((0, 1), y=LONGEST)).axes
    assert [axis.get_ylabel() for axis in axes] == [
        "Loss\nat end",
        "Validation accuracy\nat early stop (%)",
    ]
    axes = drawn(panel((0, 0), y=short), panel((0, 1), y=short)).axes
    assert [axis.get_ylabel() for axis in axes] == [short, short]


def test_a_panel_leaves_the_same_axis_to_its_neighbour() -> None:
    y = Axis(label="Loss", limits=(0, 1))
    axes = drawn(panel((0, 0), y=y), panel((0, 1), y=y), panel((1, 1), y=y)).axes
    assert [axis.get_ylabel() for axis in axes] == ["Loss", "", "Loss"]
    assert [axis.get_xlabel() for axis in axes] == ["x", "", "x"]


def test_bars_stand_where_a_line_has_them() -> None:
    own = line(x=range(1, 8), low=(0.0,) * 7, high=(9.0,) * 7, bars=(1, 3))
    (axis,) = drawn(panel((0, 0), own)).axes
    (bars,) = axis.collections
    assert [path.vertices[:, 0].tolist() for path in bars.get_paths()] == [[2, 2], [5, 5]]


def test_what_is_no_number_is_a_gap() -> None:
    (axis,) = drawn(panel((0, 0), line(x=(1, math.nan, 3)))).axes
    assert axis.lines[0].get_ydata()[::2].tolist() == [1, 3]
    assert math.isnan(axis.lines[0].get_ydata()[1])


def test_a_picture_without_names_has_no_legend() -> None:
    assert drawn(panel((0, 0))).legends == []


def test_a_legend_has_the_order_that_is_asked_for() -> None:
    lines = [line(name) for name in "abc"]
    picture = drawing.picture(chart(panel((0, 0), *lines), names="cab"), PAPER)
    assert [text.get_text() for text in picture.legends[0].get_texts()] == ["c", "a", "b"]


def test_a_sheet_has_all_its_texts() -> None:
    rows = (("", "One", "Two"), ("Weights", "1\n2", "3"))
    (axis,) = drawing.picture(Sheet(rows=rows), PAPER).axes
    cells = axis.tables[0].get_celld()
    texts = [[cells[row, column].get_text().get_text() for column in range(3)] for row in range(2)]
    assert texts == [list(row) for row in rows]
