"""Pictures of tables and curves, as the paper draws them. The only importer of matplotlib."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter

from lth import atomic, tables
from lth.store import File

LABELS = {
    "early_stop_iteration": "Early-stop iteration",
    "early_stop_test_accuracy": "Test accuracy at early stop (%)",
    "early_stop_train_accuracy": "Training accuracy at early stop (%)",
    "final_test_accuracy": "Test accuracy at end (%)",
    "final_train_accuracy": "Training accuracy at end (%)",
    "test_accuracy": "Test accuracy (%)",
    "validation_loss": "Validation loss",
}
BRANCHES = {"ticket": "winning ticket", "reinit": "random reinit"}
STYLES = {"iterative": "-", "oneshot": "--"}
REMAINING = "Percent of weights remaining"


def density(spec: Mapping[str, Any], style: Mapping[str, Any], table: Sequence[tables.Row]) -> Figure:
    """A panel for each quantity: its mean against P_m, from dense at the left to sparse at the right, with bars from minimum to maximum."""
    figure, axes = _panels(len(spec["panels"]), style)
    for axis, quantity in zip(axes, spec["panels"], strict=True):
        scale = 100 if quantity.endswith("accuracy") else 1
        for (strategy, branch), line in tables.points(table, quantity).items():
            if strategy in spec["strategies"]:
                x, mean, low, high, _ = np.array(line).T
                bars = scale * np.array([mean - low, high - mean])
                label = f"{BRANCHES.get(branch, branch)} ({strategy})"
                color = style["colors"].get(branch)
                axis.errorbar(100 * x, scale * mean, bars, label=label, color=color, ls=STYLES.get(strategy, "-"), marker=".", lw=1.2, elinewidth=0.7)
        _density_axis(axis, spec["scale"])
        axis.set_ylabel(LABELS[quantity])
    return _with_legend(figure, axes)


def curves(spec: Mapping[str, Any], style: Mapping[str, Any], panels: Sequence[Sequence[str]], runs: Sequence[File]) -> Figure:
    """A panel for each list of lines (`iterative/round-3/ticket`): the mean over trials and repeats, labelled by P_m, with min-max bars."""
    (quantity,) = spec["panels"]
    scale = 100 if quantity.endswith("accuracy") else 1
    figure, axes = _panels(len(panels), style, shared=True)
    palette = {line: f"C{index % 10}" for index, line in enumerate(dict.fromkeys(_place(line) for panel in panels for line in panel))}
    drawn: list[np.ndarray] = []
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
            at = slice(1 + index, None, max(len(x) // 10, 1))
            bars = [mean[at] - values.min(axis=0)[at], values.max(axis=0)[at] - mean[at]]
            axis.errorbar(x[at], mean[at], bars, color=palette[_place(line)], ls="none", elinewidth=0.7)
            drawn.append(mean)
        axis.set_xlabel("Training iteration")
        axis.legend(title="% of weights left" if number == 0 else None, fontsize="small", title_fontsize="small")
    axes[0].set_ylabel(LABELS[quantity])
    _zoom(axes[0], np.concatenate(drawn), rising=quantity.endswith("accuracy"))
    return figure


def save(figure: Figure, svg: Path, png: Path, dpi: int) -> None:
    """Writes a figure as SVG (text as text, no date, stable ids: equal figures are equal bytes) and as PNG."""
    with mpl.rc_context({"svg.hashsalt": "lth", "svg.fonttype": "none"}), atomic.replacing(svg) as part:
        FigureCanvasSVG(figure).print_svg(part, metadata={"Date": None, "Creator": None})
    with atomic.replacing(png) as part:
        FigureCanvasAgg(figure)
        figure.savefig(part, format="png", dpi=dpi, metadata={"Software": None})


def _place(line: str) -> str:
    """Tickets and their controls share a colour: that of their round."""
    return line.rpartition("/")[0]


def _panels(count: int, style: Mapping[str, Any], *, shared: bool = False) -> tuple[Figure, list[Axes]]:
    with mpl.rc_context({"font.size": style["font"]}):
        figure = Figure(figsize=(style["width"] * count, style["height"]), layout="constrained")
        axes: list[Axes] = list(figure.subplots(1, count, sharey=shared, squeeze=False)[0])
    for axis in axes:
        axis.grid(alpha=0.3, lw=0.5)
    return figure, axes


def _density_axis(axis: Axes, scale: str) -> None:
    axis.set_xscale(scale)
    axis.set_xlabel(REMAINING)
    if scale == "log":
        low, high = axis.get_xlim()
        ticks = [100 * 0.8**n for n in range(0, 40, 3 if high / low < 300 else 4)]
        axis.set_xticks([tick for tick in ticks if tick >= low])
        axis.xaxis.set_minor_locator(LogLocator(numticks=1))
        axis.xaxis.set_minor_formatter(NullFormatter())
    axis.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.3g}"))
    axis.yaxis.set_major_locator(MaxNLocator(6))
    axis.invert_xaxis()


def _with_legend(figure: Figure, axes: Sequence[Axes]) -> Figure:
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=max(len(labels), 1), frameon=False)
    return figure


def _zoom(axis: Axes, means: np.ndarray, *, rising: bool) -> None:
    """The paper's curves show where training ends, not where it starts: cut the axis at the quarter of the values nearest the start."""
    finite = means[np.isfinite(means)]
    if finite.size:
        low, high = np.quantile(finite, (0.05, 1.0) if rising else (0.0, 0.95))
        margin = 0.05 * (high - low) or 0.5
        axis.set_ylim(low - margin, high + margin)
