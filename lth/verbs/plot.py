"""`lth plot`: a figure of the catalog, as SVG and PNG."""

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from lth import code, figures, keys, store, tables
from lth.appearance import Curves, Lines, Style, figure_of
from lth.settings import build


@dataclasses.dataclass(frozen=True)
class Plan:
    """What a figure depends on beside its inputs; `curves` are the lines of a figure of curves, and empty for others."""

    experiment: str
    name: str
    figure: Any
    style: Style
    curves: Any


def plot(plan: Mapping[str, Any], key: str | None, inputs: Sequence[Path], svg: Path, png: Path) -> None:
    """Draws a figure: of kind `density` from one table, of kind `curves` from run files.

    A table has no key in it, so only a figure of curves compares its key with the planned one.
    """
    chosen: Plan = build(Plan, plan, "--settings")
    figure = figure_of(chosen.figure, "--settings.figure")
    if isinstance(figure, Curves):
        shown: Lines = build(Lines, chosen.curves, "--settings.curves")
        runs = [store.read(path, "run").without("weights") for path in inputs]
        found = {"runs": [run.origin.key for run in runs]}
        keys.expect(key, keys.key("figure", plan, code.digest("verbs.plot", plan), found))
        picture = figures.curves(figure, chosen.style, shown, runs)
    elif len(inputs) == 1:
        picture = figures.density(figure, chosen.style, tables.read_csv(inputs[0]))
    else:
        raise ValueError(f"--inputs: expected one table for a figure of kind density, got {len(inputs)} files")
    figures.save(picture, svg, png, chosen.style.dpi)
    print(f"{svg} and {png.name}")
