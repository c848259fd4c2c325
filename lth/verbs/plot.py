"""`lth plot`: a figure of the catalog, as SVG and PNG."""

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from lth import figures, store, tables
from lth.appearance import Figure, Style
from lth.settings import build


@dataclasses.dataclass(frozen=True)
class Plan:
    """What a figure depends on beside its inputs; `curves` are the panels of a figure of curves, and empty for others."""

    experiment: str
    name: str
    figure: Figure
    style: Style
    curves: tuple[tuple[str, ...], ...]


def plot(settings: Mapping[str, Any], inputs: Sequence[Path], svg: Path, png: Path) -> None:
    """Draws a figure: of kind `density` from one table, of kind `curves` from run files."""
    plan: Plan = build(Plan, settings, "--settings")
    if plan.figure.kind == "curves":
        figure = figures.curves(plan.figure, plan.style, plan.curves, [store.read(path, "run") for path in inputs])
    elif len(inputs) == 1:
        figure = figures.density(plan.figure, plan.style, tables.read_csv(inputs[0]))
    else:
        raise ValueError(f"--inputs: expected one table for a figure of kind density, got {len(inputs)} files")
    figures.save(figure, svg, png, plan.style.dpi)
    print(f"{svg} and {png.name}")
