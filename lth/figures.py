"""Pictures of tables and curves, as the paper draws them. The only importer of matplotlib."""

import io
import math
import platform
from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any

import matplotlib
import matplotlib.ft2font
import numpy as np
import PIL
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure as Picture
from matplotlib.lines import Line2D
from matplotlib.style import context
from matplotlib.ticker import FuncFormatter, MaxNLocator, NullLocator

from lth import contents, origins, store, tables
from lth.appearance import Curves, Density, Figure, Lines, Style, moment_of
from lth.settings import build
from lth.store import File

LABELS = {
    "early_stop_iteration": "Early-stop iteration",
    "early_stop_test_accuracy": "Test accuracy at early stop (%)",
    "early_stop_train_accuracy": "Train accuracy at early stop (%)",
    "early_stop_validation_accuracy": "Validation accuracy at early stop (%)",
    "final_test_accuracy": "Test accuracy at end (%)",
    "final_train_accuracy": "Train accuracy at end (%)",
    "test_accuracy": "Test accuracy (%)",
    "validation_accuracy": "Validation accuracy (%)",
    "test_loss": "Test loss",
    "validation_loss": "Validation loss",
}
BRANCHES = {"ticket": "winning ticket", "reinit": "random reinit"}  # the paper's words; others are called by their names
NO_TICKETS = ("early", "random")  # strategies whose masks no training has found
STYLES = ("-", "--", "-.", ":", (0, (5, 1)), (0, (1, 1)))  # of the strategies of a figure, in its order
MARKERS = ("o", "s", "^", "D", "v", "X")  # and their points
SPREAD = 0.02  # of a density: the most that a point stands aside from it
BARS = 6  # on a curve
COLORS = ("black", "tab:green", "tab:red", "tab:purple", "tab:brown", "tab:pink", "tab:olive", "tab:cyan", "tab:gray")
REMAINING = "Percent of weights remaining"


def draw(spec: Figure, style: Style, lines: Any, inputs: Sequence[store.Stored] | Sequence[origins.Document]) -> Picture:
    """A figure of the catalog, from run files or from the origin of one table. `lines` are the plain Lines of a figure of curves. Raises
    ValueError where the inputs are not what it needs.
    """
    if isinstance(spec, Curves):
        shown: Lines = build(Lines, lines, "--settings.curves")
        return curves(spec, style, shown, [item.load(contents.measured(item.origin)) for item in inputs if isinstance(item, store.Stored)])
    if len(inputs) != 1 or not isinstance(inputs[0], origins.Document):
        raise ValueError(f"--inputs: expected the origin of one table for a figure of kind density, got {len(inputs)} files")
    return density(spec, style, tables.of_origin(inputs[0]))


def density(spec: Density, style: Style, table: Sequence[tables.Row]) -> Picture:
    """A panel for each quantity: its mean against P_m, from dense at the left to sparse at the right, with bars from minimum to maximum."""
    with _defaults({"font.size": style.font}):
        return _density(spec, style, table)


def curves(spec: Curves, style: Style, shown: Lines, runs: Sequence[File]) -> Picture:
    """A panel for each list of lines (`iterative/round-3/ticket`): the mean over trials and repeats, labelled by P_m, with min-max bars."""
    with _defaults({"font.size": style.font}):
        return _curves(spec, style, shown, runs)


def _defaults(changes: dict[str, Any]) -> AbstractContextManager[None]:
    """Matplotlib's own defaults, whatever a user's matplotlibrc says, so that figures are the same everywhere."""
    return context(["default", changes])


def _density(spec: Density, style: Style, table: Sequence[tables.Row]) -> Picture:
    figure, axes = _panels(len(spec.quantities), style)
    for axis, quantity in zip(axes, spec.quantities, strict=True):
        lines = {place: line for place, line in tables.points(table, quantity).items() if place[0] in spec.strategies}
        order = sorted(lines, key=lambda place: (spec.strategies.index(place[0]), place[1] != "ticket", place[1]))
        others = [branch for branch in dict.fromkeys(branch for _, branch in order) if branch not in style.colors]
        colors = {branch: COLORS[index % len(COLORS)] for index, branch in enumerate(others)} | style.colors
        for number, (strategy, branch) in enumerate(order):
            x, mean, low, high = np.array(lines[strategy, branch]).T
            # A little apart, so that bars of different lines can be told apart; all lines together within SPREAD of where they belong.
            x = 100 * x * (1 + SPREAD * (2 * number - len(order) + 1) / max(len(order) - 1, 3))
            bars = _scale(quantity) * np.maximum([mean - low, high - mean], 0)
            name = "original init" if branch == "ticket" and strategy in NO_TICKETS else BRANCHES.get(branch, branch)
            place = spec.strategies.index(strategy)
            look: dict[str, Any] = {"color": colors[branch], "ls": STYLES[place % len(STYLES)], "marker": MARKERS[place % len(MARKERS)], "ms": 3.5}
            axis.errorbar(x, _scale(quantity) * mean, bars, label=f"{name} ({strategy})", lw=1.2, elinewidth=0.7, **look)
        _density_axis(axis, spec.scale, [[100 * point[0] for point in line] for line in lines.values()])
        axis.set_ylabel(_name(quantity))
        if _scale(quantity) == 100:
            _below_100(axis)
    _legend(figure, axes[0].get_legend_handles_labels()[0])
    return figure


def _curves(spec: Curves, style: Style, shown: Lines, runs: Sequence[File]) -> Picture:
    figure, axes = _panels(len(shown.panels), style, shared=True)
    looks = _looks(shown)
    drawn: dict[str, Line2D] = {}
    ends: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []
    for axis, lines in zip(axes, shown.panels, strict=True):
        for index, line in enumerate(lines):
            chosen = [run for run in runs if line == "{strategy}/round-{round}/{branch}".format(**run.origin.settings)]
            if not chosen:
                raise ValueError(f"{line}: no run of this line is among the {len(runs)} runs that were given")
            x = chosen[0].arrays["iterations"]
            x = x[x <= shown.until]
            values = _scale(spec.quantity) * np.concatenate([run.arrays[f"curves/{spec.quantity}"][:, : len(x)] for run in chosen])
            mean, low, high = values.mean(axis=0), values.min(axis=0), values.max(axis=0)
            percent = 100 * float(np.mean([run.arrays["measures/density"].mean() for run in chosen]))
            (drawn[line],) = axis.plot(x, mean, label=_label(line, shown, percent), lw=1.2, **looks[line])
            at = slice(1 + index * max(len(x) // 20, 1), None, max(len(x) // BARS, 1))  # not the same place for each line
            bars = np.maximum([mean[at] - low[at], high[at] - mean[at]], 0)
            axis.errorbar(x[at], mean[at], bars, color=looks[line]["color"], ls="none", elinewidth=0.7)
            ends.append((mean, low[at], high[at]))
        axis.set_xlabel("Training iteration")
        axis.xaxis.set_major_locator(MaxNLocator(4))
    axes[0].set_ylabel(LABELS[spec.quantity])
    _zoom(axes[0], ends, rising=spec.quantity.endswith("accuracy"))
    _legend(figure, [drawn[line] for line in looks], REMAINING)
    return figure


def rendered(figure: Picture, dpi: int, key: str) -> tuple[bytes, bytes]:
    """A figure as SVG (text as text, no date, stable ids: equal figures are equal bytes) and as PNG. Both tell their key as `Identifier`, so
    that a picture that has left its folder can be traced.
    """
    svg, png = io.BytesIO(), io.BytesIO()
    with _defaults({"svg.hashsalt": "lth", "svg.fonttype": "none"}):
        FigureCanvasSVG(figure).print_svg(svg, metadata={"Date": None, "Creator": None, "Identifier": f"lth:{key}"})
        FigureCanvasAgg(figure)
        figure.savefig(png, format="png", dpi=dpi, metadata={"Software": None, "Identifier": f"lth:{key}"})
    return svg.getvalue(), png.getvalue()


def versions() -> dict[str, str]:
    """The versions and the kind of machine that the bytes of a figure depend on."""
    libraries = {"matplotlib": matplotlib.__version__, "numpy": np.__version__, "pillow": PIL.__version__}
    machine = {"system": platform.system(), "machine": platform.machine()}
    return {**libraries, **machine, "freetype": matplotlib.ft2font.__freetype_version__}


def _looks(shown: Lines) -> dict[str, dict[str, Any]]:
    """By round, a colour for each (other ones than those of branches), shared by tickets and their controls, which are dashed."""
    lines = {line: line.split("/") for panel in shown.panels for line in panel}
    order = sorted(lines, key=lambda line: (int(lines[line][1].removeprefix("round-")), lines[line][0], not line.endswith("/ticket"), line))
    places = list(dict.fromkeys(line.rpartition("/")[0] for line in order))
    colors = {place: COLORS[index % len(COLORS)] for index, place in enumerate(places)}
    return {line: {"color": colors[line.rpartition("/")[0]], "ls": "-" if line.endswith("/ticket") else "--"} for line in order}


def _label(line: str, shown: Lines, percent: float) -> str:
    """What a line has left, its branch where it is a control, and its strategy where there are several."""
    strategy, _, branch = line.split("/")
    several = len({name.split("/")[0] for panel in shown.panels for name in panel} - {"dense"}) > 1
    names = [strategy] * (several and strategy != "dense") + [branch] * (branch != "ticket")
    return " ".join([f"{percent:.1f}", *names])


def _name(quantity: str) -> str:
    """The label of a quantity on an axis."""
    if moment := moment_of(quantity):
        return f"{quantity.split('_')[0].capitalize()} accuracy at iteration {moment:,} (%)"
    return LABELS[quantity]


def _scale(quantity: str) -> int:
    return 100 if "accuracy" in quantity else 1


def _panels(count: int, style: Style, *, shared: bool = False) -> tuple[Picture, list[Axes]]:
    figure = Picture(figsize=(style.width * count, style.height), layout="constrained")
    axes: list[Axes] = list(figure.subplots(1, count, sharey=shared, squeeze=False)[0])
    for axis in axes:
        axis.grid(alpha=0.3, lw=0.5)
    return figure, axes


def _density_axis(axis: Axes, scale: str, lines: Sequence[Sequence[float]]) -> None:
    """Percent of weights remaining, falling to the right; on a log axis the ticks are densities of rounds, as in the paper: those of the longest
    line, and where there is room those of the others.
    """
    axis.set_xscale(scale)
    axis.set_xlabel(REMAINING)
    if scale == "log":
        longest = max(lines, key=len, default=[])
        ticks = list(longest[:: -(-len(longest) // 6)])
        densities = sorted({percent for line in lines for percent in line})
        for percent in densities:
            if all(abs(math.log(percent / tick)) > math.log(100 / densities[0]) / 10 for tick in ticks):
                ticks.append(percent)
        axis.set_xticks(ticks)
        axis.xaxis.set_minor_locator(NullLocator())
    axis.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.3g}"))
    axis.yaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 2.5, 5, 10]))
    axis.invert_xaxis()


def _legend(figure: Picture, handles: Sequence[Any], title: str | None = None) -> None:
    """One legend above all panels, which share their looks: inside, it would cover lines or bars. More than two rows of it make the figure higher."""
    columns = int(figure.get_figwidth() / (0.6 + 0.075 * max((len(handle.get_label()) for handle in handles), default=0)))  # inches for a label
    columns = max(min(len(handles), columns), 1)
    legend = figure.legend(handles=handles, loc="outside upper center", ncols=columns, frameon=False, title=title)
    rows = -(-len(handles) // columns) + (title is not None)
    row = (1 + legend.labelspacing) * 1.2 * legend.prop.get_size_in_points() / 72  # inches
    figure.set_figheight(figure.get_figheight() + max(rows - 2, 0) * row)


def _zoom(axis: Axes, ends: Sequence[tuple[np.ndarray, np.ndarray, np.ndarray]], *, rising: bool) -> None:
    """The paper's curves show where training ends, not where it starts: cut off the twentieth of the values that is nearest the start."""
    means, lows, highs = (values[np.isfinite(values)] for values in map(np.concatenate, zip(*ends, strict=True)))
    if not means.size:
        return
    if rising:
        low, high = np.quantile(means, 0.05), max([*means, *highs])
    else:
        low, high = min([*means, *lows]), np.quantile(means, 0.95)
    margin = 0.05 * (high - low) or 0.5
    axis.set_ylim(low - margin, high + margin)
    if rising:
        _below_100(axis)


def _below_100(axis: Axes) -> None:
    """No axis of accuracies goes on above 100 %, but for a line's width."""
    low, high = axis.get_ylim()
    axis.set_ylim(low, min(high, 100 + 0.02 * (100 - low)))
