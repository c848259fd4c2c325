"""`lth plot`: a figure of the catalog, as SVG and PNG."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from lth import figures, store, tables


def plot(settings: Mapping[str, Any], inputs: Sequence[Path], svg: Path, png: Path) -> None:
    """Draws a figure: of kind `density` from one table, of kind `curves` from run files. The settings have figure, style and curves."""
    spec, style = settings["figure"], settings["style"]
    if spec["kind"] == "curves":
        figure = figures.curves(spec, style, settings["curves"], [store.read(path, "run") for path in inputs])
    else:
        (table,) = inputs
        figure = figures.density(spec, style, tables.read_csv(table))
    figures.save(figure, svg, png, style["dpi"])
    print(f"{svg} and {png.name}")
