"""Toy tables and runs, figures of them, and what a reader sees in these."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Picture

from lth import settings
from lth.files import hdf5
from lth.files.hdf5 import File
from lth.files.origins import Origin
from lth.report import drawing
from lth.report.figures.choices import Figure
from lth.report.figures.figure import Drawn
from lth.report.quantities import AT, DRAWN
from lth.report.style import Style
from lth.report.subject import Subject

COLORS = {"ticket": "tab:blue", "reinit": "tab:orange"}
STYLE = Style(width=2.5, height=2.0, font=8.0, dpi=60, bars="range", colors=COLORS)
INTERVALS = msgspec.structs.replace(STYLE, bars="interval")
BRANCHES = ("ticket", "reinit", "resample", *(f"noise-{number}" for number in range(1, 13)))
STRATEGIES = ("iterative", "oneshot", "early", "random", *(f"s{number}" for number in range(8)))
LINES = {"iterative/ticket": "", "iterative/reinit": ""}
PANELS = [[{"y": "early_stop_iteration"}, {"y": "early_stop_test_accuracy"}]]
DENSITY = {
    "kind": "density",
    "scale": "log",
    "over": {"toy": ""},
    "lines": LINES,
    "panels": PANELS,
    "caption": "A caption",
}
CURVES = {
    "kind": "curves",
    "y": "test_accuracy",
    "until": 1_000,
    "over": {"toy": ""},
    "caption": "A caption",
}


def subject(
    rounds: int = 12, rate: float = 0.8, moments: Sequence[int] = (), **own: Any
) -> Subject:
    """An experiment that has everything, with so many rounds of each strategy."""
    levels = tuple(100 * rate**round for round in range(rounds + 1))
    fields: dict[str, Any] = {
        "strategies": dict.fromkeys(STRATEGIES, (rounds, BRANCHES)),
        "dense": BRANCHES,
        "moments": tuple(moments),
        "evaluate_every": 10,
        "tested_every": 10,
        "iterations": 200,
        "levels": dict.fromkeys(STRATEGIES, levels),
        "untrained": frozenset({"random"}),
        "layers": ("fc1.weight", "output.weight"),
    }
    return Subject(**{**fields, **own})


SUBJECTS = {"toy": subject(), "other": subject(rate=0.7), "third": subject(rounds=3)}


def table(lines: Sequence[str] = tuple(LINES), rounds: int = 6) -> list[dict[str, Any]]:
    """Toy rows of three trials.

    Trial k of round n stops at iteration 100 n + 10 k², and its accuracy is 0.9 - 0.1 n + 0.01 k.
    """
    return [
        {
            "experiment": "toy",
            "trial": trial,
            "strategy": line.split("/")[0],
            "branch": line.split("/")[1],
            "round": round,
            "density": 0.8**round,
            "weights_left": 1000 * 0.8**round,
            **dict.fromkeys(DRAWN, 0.9 - 0.1 * round + 0.01 * trial),
            **{f"{name}_at_30": 0.5 for name in AT},
            "early_stop_iteration": 100 * round + 10 * trial**2,
        }
        for line in lines
        for round in range(rounds)
        for trial in range(3)
    ]


def resolved(data: Mapping[str, Any], subjects: Mapping[str, Subject] = SUBJECTS) -> Figure:
    """A figure from plain data, which went through a plan's JSON."""
    figure = settings.read(Figure, data, "figures.it").resolved(subjects, "figures.it")
    plain = settings.plain(figure)
    return settings.read(Figure, dict(sorted(plain.items())), "figure")


def plotted(figure: Figure, found: Drawn, style: Style = STYLE) -> Picture:
    """A figure as it is drawn."""
    return drawing.picture(figure.chart(style, found), style)


def density(
    rows: Sequence[Mapping[str, Any]], others: Mapping[str, Any] | None = None, **changes: Any
) -> Picture:
    """A figure of a table of `toy`, and of `others`. Its lines are those of the table."""
    lines = {f"{row['strategy']}/{row['branch']}": "" for row in rows}
    figure = resolved({**DENSITY, "lines": lines, **changes})
    return plotted(figure, Drawn({"toy": rows, **(others or {})}))


def run(line: str, values: np.ndarray, density: float = 0.5, repeats: int = 1) -> File:
    """A run file of test accuracies [networks, evaluations] at every tenth iteration.

    Its validation loss is evaluated twice as often. Networks are of trials 0, 1, ..., each with so
    many repeats. A line is such as `toy/iterative/round-3/ticket`.
    """
    experiment, strategy, round, branch = line.split("/")
    settings: dict[str, Any] = {"experiment": experiment, "block": "trials-0-1"}
    number = int(round.removeprefix("round-"))
    settings |= {"strategy": strategy, "round": number, "branch": branch}
    pairs = [divmod(index, repeats) for index in range(len(values))]
    arrays = {
        **hdf5.index(pairs),
        "iterations": np.arange(2 * values.shape[1]) * 5,
        "test_iterations": np.arange(values.shape[1]) * 10,
        "curves/validation_loss": 2 - np.repeat(values, 2, axis=1),
        "curves/test_accuracy": values,
        "curves/test_loss": 1 - values,
        "measures/density": np.full(len(values), density),
    }
    return File(Path("run.h5"), Origin("run", settings, "code", {}), {}, "", {}, arrays)


def curves(panels: Sequence[Sequence[str]], runs: Sequence[File], **changes: Any) -> Picture:
    """A figure of curves with one row of panels, each with its lines."""
    row = [{"lines": list(lines)} for lines in panels]
    return plotted(resolved({**CURVES, "panels": [row], **changes}), Drawn(runs=runs))


def rising(networks: int = 3, evaluations: int = 20) -> np.ndarray:
    return np.linspace(0.1, 0.9, evaluations) + 0.01 * np.arange(networks)[:, None] ** 2


def bars(axis: Axes, line: int) -> np.ndarray:
    """The vertical bars of a line with error bars: rows of (x, low, high)."""
    segments = np.array(axis.containers[line].lines[2][0].get_segments())
    assert np.array_equal(segments[:, 0, 0], segments[:, 1, 0])
    return np.column_stack([segments[:, 0, 0], segments[:, :, 1]])


def drawn(axis: Axes) -> list[Any]:
    """The lines of a panel, without what belongs to their bars."""
    named = [line for line in axis.lines if not str(line.get_label()).startswith("_")]
    return named or [container.lines[0] for container in axis.containers]


def legend(picture: Picture) -> list[str]:
    return [text.get_text() for text in picture.legends[0].get_texts()]
