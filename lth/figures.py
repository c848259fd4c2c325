"""Pictures of tables and curves, as the paper draws them. The only importer of matplotlib."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure as Picture
from matplotlib.style import context
from matplotlib.ticker import FuncFormatter, MaxNLocator, NullLocator

from lth import atomic, tables
from lth.appearance import Figure, Style
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
BRANCHES = {"ticket": "winning ticket", "reinit": "random reinit"}
STYLES = {"iterative": "-", "oneshot": "--"}
REMAINING = "Percent of weights remaining"


def density(spec: Figure, style: Style, table: Sequence[tables.Row]) -> Picture:
    """A panel for each quantity: its mean against P_m, from dense at the left to sparse at the right, with bars from minimum to maximum."""
    with _defaults({"font.size": style.font}):
        return _density(spec, style, table)


def curves(spec: Figure, style: Style, panels: Sequence[Sequence[str]], runs: Sequence[File]) -> Picture:
    """A panel for each list of lines (`iterative/round-3/ticket`): the mean over trials and repeats, labelled by P_m, with min-max bars."""
    with _defaults({"font.size": style.font}):
        return _curves(spec, style, panels, runs)


def _defaults(changes: dict[str, Any]) -> AbstractContextManager[None]:
    """Matplotlib's own defaults, whatever a user's matplotlibrc says, so that figures are the same everywhere."""
    return context(["default", changes])


def _density(spec: Figure, style: Style, table: Sequence[tables.Row]) -> Picture:
    figure, axes = _panels(len(spec.panels), style)
    for axis, quantity in zip(axes, spec.panels, strict=True):
        scale = 100 if quantity.endswith("accuracy") else 1
        lines = {place: line for place, line in tables.points(table, quantity).items() if place[0] in spec.strategies}
        order = sorted(lines, key=lambda place: (spec.strategies.index(place[0]), place[1] != "ticket", place[1]))
        for number, (strategy, branch) in enumerate(order):
            x, mean, low, high, _ = np.array(lines[strategy, branch]).T
            x = 100 * x * 1.012 ** (number - (len(order) - 1) / 2)  # a little apart, so that bars of different lines can be told apart
            bars = scale * np.maximum([mean - low, high - mean], 0)
            label = f"{BRANCHES.get(branch, branch)} ({strategy})"
            look = {"color": style.colors.get(branch), "ls": STYLES.get(strategy, "-"), "marker": "."}
            axis.errorbar(x, scale * mean, bars, label=label, lw=1.2, elinewidth=0.7, **look)
        _density_axis(axis, spec.scale, max((line for line in lines.values()), key=len, default=[]))
        axis.set_ylabel(LABELS[quantity])
    return _with_legend(figure, axes)


def _curves(spec: Figure, style: Style, panels: Sequence[Sequence[str]], runs: Sequence[File]) -> Picture:
    (quantity,) = spec.panels
    scale = 100 if quantity.endswith("accuracy") else 1
    figure, axes = _panels(len(panels), style, shared=True)
    palette = {line: f"C{index % 10}" for index, line in enumerate(dict.fromkeys(_place(line) for panel in panels for line in panel))}
    seen, top = [np.empty(0)], -np.inf
    for number, (axis, lines) in enumerate(zip(axes, panels, strict=True)):
        for index, line in enumerate(lines):
            chosen = [run for run in runs if line == "{strategy}/round-{round}/{branch}".format(**run.origin.settings)]
            values = scale * np.concatenate([run.arrays[f"curves/{quantity}"] for run in chosen])
            x, mean = chosen[0].arrays["iterations"], values.mean(axis=0)
            percent = 100 * np.mean([run.arrays["measures/density"].mean() for run in chosen])
            branch = line.rpartition("/")[2]
            label = f"{percent:.1f}" + ("" if branch == "ticket" else f" {branch}")
            dashes = "-" if branch == "ticket" else "--"
            axis.plot(x, mean, label=label, color=palette[_place(line)], ls=dashes, lw=1.2)
            at = slice(1 + index, None, max(len(x) // 8, 1))
            bars = np.maximum([mean[at] - values.min(axis=0)[at], values.max(axis=0)[at] - mean[at]], 0)
            axis.errorbar(x[at], mean[at], bars, color=palette[_place(line)], ls="none", elinewidth=0.7, alpha=0.7)
            seen.append(mean)
            top = max([top, *values[:, at][np.isfinite(values[:, at])]])
        axis.set_xlabel("Training iteration")
        corner = "lower right" if scale == 100 else "upper right"  # where curves of accuracy and of loss leave room
        axis.legend(title="% of weights left" if number == 0 else None, loc=corner, fontsize="small", title_fontsize="small")
    axes[0].set_ylabel(LABELS[quantity])
    _zoom(axes[0], np.concatenate(seen), top, rising=quantity.endswith("accuracy"))
    return figure


def save(figure: Picture, svg: Path, png: Path, dpi: int) -> None:
    """Writes a figure as SVG (text as text, no date, stable ids: equal figures are equal bytes) and as PNG."""
    with _defaults({"svg.hashsalt": "lth", "svg.fonttype": "none"}):
        with atomic.replacing(svg) as part:
            FigureCanvasSVG(figure).print_svg(part, metadata={"Date": None, "Creator": None})
        with atomic.replacing(png) as part:
            FigureCanvasAgg(figure)
            figure.savefig(part, format="png", dpi=dpi, metadata={"Software": None})


def _place(line: str) -> str:
    """Tickets and their controls share a colour: that of their round."""
    return line.rpartition("/")[0]


def _panels(count: int, style: Style, *, shared: bool = False) -> tuple[Picture, list[Axes]]:
    figure = Picture(figsize=(style.width * count, style.height), layout="constrained")
    axes: list[Axes] = list(figure.subplots(1, count, sharey=shared, squeeze=False)[0])
    for axis in axes:
        axis.grid(alpha=0.3, lw=0.5)
    return figure, axes


def _density_axis(axis: Axes, scale: str, line: Sequence[tuple[float, ...]]) -> None:
    """Percent of weights remaining, falling to the right; on a log axis the ticks are densities of rounds, as in the paper."""
    axis.set_xscale(scale)
    axis.set_xlabel(REMAINING)
    if scale == "log":
        axis.set_xticks([100 * point[0] for point in line[:: 3 if len(line) < 20 else 4]])
        axis.xaxis.set_minor_locator(NullLocator())
    axis.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.3g}"))
    axis.yaxis.set_major_locator(MaxNLocator(6))
    axis.invert_xaxis()


def _with_legend(figure: Picture, axes: Sequence[Axes]) -> Picture:
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=max(len(labels), 1), frameon=False)
    return figure


def _zoom(axis: Axes, means: np.ndarray, top: float, *, rising: bool) -> None:
    """The paper's curves show where training ends, not where it starts: cut off the twentieth of the values that is nearest the start."""
    finite = means[np.isfinite(means)]
    if finite.size:
        low, high = (np.quantile(finite, 0.05), max(top, finite.max())) if rising else (finite.min(), np.quantile(finite, 0.95))
        margin = 0.05 * (high - low) or 0.5
        axis.set_ylim(low - margin, high + margin)
