"""`lth plot`: a figure of the catalog, as SVG and PNG."""

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from lth import atomic, code, figures, origins, store
from lth.appearance import Curves, Style, figure_of
from lth.settings import build


@dataclasses.dataclass(frozen=True)
class Plan:
    """What a figure depends on beside its inputs; `curves` are the lines of a figure of curves, and empty for others."""

    experiment: str
    name: str
    figure: Any
    style: Style
    curves: Any


def plot(plan: Mapping[str, Any], key: str | None, inputs: Sequence[Path], svg: Path, png: Path, origin: Path) -> None:
    """Draws a figure: of kind `density` from one table, whose origin is given, of kind `curves` from run files.

    What it was made from is written to `origin`.
    """
    chosen: Plan = build(Plan, plan, "--settings")
    figure = figure_of(chosen.figure, "--settings.figure")
    found: list[store.Stored] | list[origins.Document]
    if isinstance(figure, Curves):
        role, found = "runs", [store.find(path, "run") for path in inputs]
    else:
        role, found = "tables", [origins.read(path, "table") for path in inputs]
    made_of = origins.Origin("figure", plan, code.digest("verbs.plot", plan), {role: tuple(item.as_input() for item in found)})
    origins.expect(key, made_of, svg)
    picture = figures.draw(figure, chosen.style, chosen.curves, found)
    for path, image in zip((svg, png), figures.rendered(picture, chosen.style.dpi, made_of.key), strict=True):
        atomic.write_bytes(path, image)
    origins.write(origin, made_of, [svg, png], figures.versions())
    print(f"{svg} and {png.name}")
