"""Charts and sheets as pictures, by matplotlib.

It is imported where something is drawn, since planning a study draws nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

import numpy as np

from lth.report.charts import Axis, Chart, Line, Panel, Place, Sheet, array
from lth.report.looks import DASHES
from lth.report.style import Style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Picture

LENGTH = 0.75  # of a panel: the length of its axes
CHARACTER = 0.55  # of the size of a font: how wide a character is
ROW = 1.8  # of a sheet, in sizes of the font


def defaults(changes: Mapping[str, Any]) -> AbstractContextManager[None]:
    """Matplotlib's own defaults and changes of them, whatever a user's matplotlibrc says.

    Figures are then the same everywhere, and a `$` in a label is a `$`.
    """
    from matplotlib.style import context

    return context(["default", {"text.parse_math": False, **changes}])


def picture(drawn: Chart | Sheet, style: Style) -> "Picture":
    """A picture of what a figure draws."""
    with defaults({"font.size": style.font}):
        return _sheet(drawn, style) if isinstance(drawn, Sheet) else _chart(drawn, style)


def _chart(chart: Chart, style: Style) -> "Picture":
    panels = {panel.place: panel for panel in chart.panels}
    result, axes = _grid(panels, style)
    for place, panel in panels.items():
        for line in panel.lines:
            _draw(axes[place], line)
        _set_x(axes[place], panel.x)
        _set_y(axes[place], panel.y)
        axes[place].set_title(panel.title, fontsize=style.font)
    _label_x(axes, panels)
    _label_y(axes, panels, style)
    _legend(result, axes, style, chart)
    return result


def _grid(places: Iterable[Place], style: Style) -> "tuple[Picture, dict[Place, Axes]]":
    """A picture with panels at these places. The other places of the grid are empty."""
    from matplotlib.figure import Figure as Picture

    places = sorted(places)
    rows, columns = (1 + max(place[axis] for place in places) for axis in (0, 1))
    result = Picture(figsize=(style.width * columns, style.height * rows), layout="constrained")
    cells = result.add_gridspec(rows, columns)
    axes = {place: result.add_subplot(cells[place]) for place in places}
    for axis in axes.values():
        axis.grid(alpha=0.3, lw=0.5)
    return result, axes


def _draw(axis: "Axes", line: Line) -> None:
    x, y = array(line.x) * (1 + line.aside), array(line.y)
    look = {"color": line.color, "lw": 1.2, "ls": DASHES[line.dash], "label": line.name}
    if line.steps:
        axis.plot(x, np.append(y, y[-1]), drawstyle="steps-post", **look)
        return
    axis.plot(x, y, marker=line.marker, ms=3.5, **look)
    if line.low is not None and line.high is not None:
        at = slice(line.bars[0], None, line.bars[1])
        low, high = array(line.low)[at], array(line.high)[at]
        bars = np.maximum([y[at] - low, high - y[at]], 0)
        axis.errorbar(x[at], y[at], bars, color=line.color, ls="none", elinewidth=0.7)


def _set_x(axis: "Axes", x: Axis) -> None:
    from matplotlib.ticker import FuncFormatter, MaxNLocator, NullLocator

    axis.set_xscale(x.scale)
    if x.ticks is not None:
        axis.set_xticks(x.ticks)
        axis.xaxis.set_minor_locator(NullLocator())
    elif x.scale == "linear":
        axis.xaxis.set_major_locator(MaxNLocator(4))  # since numbers of iterations are long
    if x.numbers != "plain":
        shown = "{:.3g}".format if x.numbers == "percent" else short
        axis.xaxis.set_major_formatter(FuncFormatter(lambda value, _: shown(value)))
    if x.limits is not None:
        axis.set_xlim(x.limits)
    if x.falling:
        axis.invert_xaxis()


def _set_y(axis: "Axes", y: Axis) -> None:
    """No axis of percents goes on above 100 by more than the width of a line."""
    from matplotlib.ticker import MaxNLocator

    axis.yaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 2.5, 5, 10]))
    if y.limits is not None:
        axis.set_ylim(y.limits)
    elif y.numbers == "percent":
        low, high = axis.get_ylim()
        axis.set_ylim(low, min(high, 100 + 0.02 * (100 - low)))


def _label_x(axes: "Mapping[Place, Axes]", panels: Mapping[Place, Panel]) -> None:
    """Labels of x. A panel leaves its label to the one right below it, if that has the same."""
    for (row, column), axis in axes.items():
        below = panels.get((row + 1, column))
        label = panels[row, column].x.label
        if below is None or below.x.label != label:
            axis.set_xlabel(label)


def _label_y(axes: "Mapping[Place, Axes]", panels: Mapping[Place, Panel], style: Style) -> None:
    """Labels of y, in two lines where one of them is longer than a panel is high.

    A panel leaves its label and numbers to the one left of it, if that has the same limits.
    """
    longest = LENGTH * style.height / (CHARACTER * style.font / 72)
    broken = any(len(panel.y.label) > longest for panel in panels.values())
    for (row, column), axis in axes.items():
        y, left = panels[row, column].y, panels.get((row, column - 1))
        if left is not None and left.y == y and y.limits is not None:
            axis.tick_params(labelleft=False)
        else:
            axis.set_ylabel(y.label.replace(" at ", "\nat ") if broken else y.label)


def _legend(result: "Picture", axes: "Mapping[Place, Axes]", style: Style, chart: Chart) -> None:
    """One legend above all panels, since inside a panel it would cover lines or bars.

    Where it needs more than two rows, the picture becomes higher.
    """
    handles = _handles(axes.values(), chart.names)
    if not handles:
        return
    longest = max(len(handle.get_label()) for handle in handles)
    inches = (5 + CHARACTER * longest) * style.font / 72  # of a handle and its label
    columns = max(min(len(handles), int(result.get_figwidth() / inches)), 1)
    made = result.legend(
        handles=handles,
        loc="outside upper center",
        ncols=columns,
        frameon=False,
        title=chart.heading,
    )
    rows = -(-len(handles) // columns) + bool(chart.heading)
    row = (1 + made.labelspacing) * 1.2 * style.font / 72  # inches
    result.set_figheight(result.get_figheight() + max(rows - 2, 0) * row)


def _handles(axes: "Iterable[Axes]", names: Sequence[str]) -> list[Any]:
    """What stands in a legend for the lines of panels. Those that look alike stand once."""
    found: dict[tuple[object, ...], Any] = {}
    for axis in axes:
        for handle, name in zip(*axis.get_legend_handles_labels(), strict=True):
            line: Any = handle
            look = (line.get_color(), line.get_linestyle(), line.get_marker())
            found.setdefault((name, *look), handle)
    return sorted(found.values(), key=lambda handle: names.index(handle.get_label()))


def short(value: float) -> str:
    """A number of weights, such as 266K."""
    for unit, name in ((1e6, "M"), (1e3, "K")):
        if value >= unit:
            return f"{float(f'{value / unit:.3g}'):g}{name}"
    return f"{value:.3g}"


def _sheet(sheet: Sheet, style: Style) -> "Picture":
    from matplotlib.figure import Figure as Picture

    head, *rows = sheet.rows
    lines = [max(cell.count("\n") + 1 for cell in row) for row in rows]
    columns = ["\n".join(column).split("\n") for column in zip(*sheet.rows, strict=True)]
    widths = [(CHARACTER * max(map(len, texts)) + 2) * style.font / 72 for texts in columns]
    height = ROW * style.font / 72  # inches
    heights = [height, *(height * (0.7 * count + 0.4) for count in lines)]
    result = Picture(figsize=(sum(widths), sum(heights) + height))
    axis = result.add_axes((0, 0, 1, 1))
    axis.set_axis_off()
    table = axis.table(
        cellText=rows,
        colLabels=head,
        colWidths=[width / sum(widths) for width in widths],
        loc="center",
        cellLoc="left",
    )
    table.auto_set_font_size(False)
    for (row, column), cell in table.get_celld().items():
        cell.set_height(heights[row] / result.get_figheight())
        cell.visible_edges = "" if row else "B"
        if not (row and column):
            cell.set_text_props(weight="bold")
    return result
