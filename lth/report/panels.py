"""Grids of panels with shared looks: axes, ticks, and one legend above all panels.

matplotlib is imported where something is drawn, since planning a study draws nothing.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

from lth.report.quantities import Quantity
from lth.report.style import Style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Picture

Place = tuple[int, int]  # row and column of a panel
TICKS = 6  # on an axis of sizes, beside those of other lines
AXIS = 0.75  # of a panel: the length of its axes
CHARACTER = 0.55  # of the size of a font: how wide a character is


def defaults(changes: Mapping[str, Any]) -> AbstractContextManager[None]:
    """Matplotlib's own defaults and changes of them, whatever a user's matplotlibrc says.

    Figures are then the same everywhere, and a `$` in a label is a `$`.
    """
    from matplotlib.style import context

    return context(["default", {"text.parse_math": False, **changes}])


def grid(places: Iterable[Place], style: Style) -> "tuple[Picture, dict[Place, Axes]]":
    """A picture with panels at these places. The other places of the grid are empty."""
    from matplotlib.figure import Figure

    places = sorted(places)
    rows, columns = (1 + max(place[axis] for place in places) for axis in (0, 1))
    size = (style.width * columns, style.height * rows)
    picture = Figure(figsize=size, layout="constrained")
    cells = picture.add_gridspec(rows, columns)
    axes = {place: picture.add_subplot(cells[place]) for place in places}
    for axis in axes.values():
        axis.grid(alpha=0.3, lw=0.5)
    return picture, axes


def label_x(axes: "Mapping[Place, Axes]", labels: Mapping[Place, str]) -> None:
    """Labels of x. A panel leaves its label to the one right below it, if that has the same."""
    for (row, column), axis in axes.items():
        if labels.get((row + 1, column)) != labels[row, column]:
            axis.set_xlabel(labels[row, column])


def label_y(
    axes: "Mapping[Place, Axes]",
    quantities: Mapping[Place, Quantity],
    style: Style,
    *,
    shared: bool = False,
) -> None:
    """Labels of y, in two lines where one of them is longer than a panel is high.

    Where panels of a quantity are `shared`, which is that they have the same limits, a panel leaves
    its label and numbers to the one left of it. No axis of percents goes on above 100 by more than
    the width of a line.
    """
    longest = AXIS * style.height / (CHARACTER * style.font / 72)
    broken = any(len(quantity.label) > longest for quantity in quantities.values())
    for (row, column), axis in axes.items():
        quantity = quantities[row, column]
        if shared and quantities.get((row, column - 1)) == quantity:
            axis.tick_params(labelleft=False)
        else:
            axis.set_ylabel(quantity.label.replace(" at ", "\nat ") if broken else quantity.label)
        if quantity.percent:
            low, high = axis.get_ylim()
            axis.set_ylim(low, min(high, 100 + 0.02 * (100 - low)))


def ticks_of_iterations(axis: "Axes") -> None:
    """An axis of iterations has few ticks, since their numbers are long."""
    from matplotlib.ticker import MaxNLocator

    axis.xaxis.set_major_locator(MaxNLocator(4))


def ticks_of_sizes(
    axis: "Axes", size: Quantity, scale: str, lines: Sequence[Sequence[float]], style: Style
) -> None:
    """An axis of how much is left, falling to the right. `lines` are the sizes of each line.

    On a log axis the ticks are sizes of rounds, as in the paper: those of the longest line, and
    where there is room those of the others.
    """
    from matplotlib.ticker import FuncFormatter, MaxNLocator, NullLocator

    axis.set_xscale(scale)
    if scale == "log":
        label = 6 * CHARACTER * style.font / 72  # inches
        axis.set_xticks(_sizes_of_rounds(lines, label / (AXIS * style.width)))
        axis.xaxis.set_minor_locator(NullLocator())
    shown = "{:.3g}".format if size.percent else _count
    axis.xaxis.set_major_formatter(FuncFormatter(lambda value, _: shown(value)))
    axis.yaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 2.5, 5, 10]))
    axis.invert_xaxis()


def legend(
    picture: "Picture",
    axes: "Mapping[Place, Axes]",
    style: Style,
    title: str = "",
    order: Sequence[str] = (),
) -> None:
    """One legend above all panels, since inside a panel it would cover lines or bars.

    Where it needs more than two rows, the picture becomes higher. `order` are the names of all
    lines, or none where they stand as they were drawn.
    """
    handles = _handles(axes.values())
    if order:
        handles.sort(key=lambda handle: order.index(handle.get_label()))
    if not handles:
        return
    longest = max(len(handle.get_label()) for handle in handles)
    inches = (5 + CHARACTER * longest) * style.font / 72  # of a handle and its label
    columns = max(min(len(handles), int(picture.get_figwidth() / inches)), 1)
    made = picture.legend(
        handles=handles, loc="outside upper center", ncols=columns, frameon=False, title=title
    )
    rows = -(-len(handles) // columns) + bool(title)
    row = (1 + made.labelspacing) * 1.2 * style.font / 72  # inches
    picture.set_figheight(picture.get_figheight() + max(rows - 2, 0) * row)


def _handles(axes: "Iterable[Axes]") -> list[Any]:
    """What stands in a legend for the lines of panels. Those that look alike stand once."""
    from matplotlib.container import Container

    found: dict[tuple[object, ...], Any] = {}
    for axis in axes:
        for handle, name in zip(*axis.get_legend_handles_labels(), strict=True):
            line: Any = handle[0] if isinstance(handle, Container) else handle
            look = (line.get_color(), line.get_linestyle(), line.get_marker())
            found.setdefault((name, *look), handle)
    return list(found.values())


def _sizes_of_rounds(lines: Sequence[Sequence[float]], apart: float) -> list[float]:
    """Ticks of a log axis, which are at least this part of the axis apart."""
    longest = max(lines, key=len, default=[])
    step = -(-len(longest) // max(min(TICKS, int(1 / apart)), 1))
    ticks = list(longest[::step]) if longest else []
    sizes = sorted({size for line in lines for size in line})
    length = math.log(sizes[-1] / sizes[0]) if sizes else 0
    for size in sizes:
        if all(abs(math.log(size / tick)) > apart * length for tick in ticks):
            ticks.append(size)
    return ticks


def _count(value: float) -> str:
    """A number of weights, such as 266K."""
    for unit, name in ((1e6, "M"), (1e3, "K")):
        if value >= unit:
            return f"{float(f'{value / unit:.3g}'):g}{name}"
    return f"{value:.3g}"
