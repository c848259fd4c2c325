"""Figures as files, whose bytes are equal where the figures are."""

import io
import platform
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from lth.report import drawing, plotting
from lth.report.figures.figure import Drawn, Figure
from lth.report.style import Style

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Picture


def rendered(figure: Figure, style: Style, drawn: Drawn, key: str) -> tuple[bytes, ...]:
    """The files of a figure: SVG, PNG, its numbers as CSV, and what is drawn as JSON.

    There are no dates, and ids are stable. Pictures tell their key as `Identifier`, so that one
    that has left its folder can be traced.
    """
    chart = figure.chart(style, drawn)
    images = pictures(drawing.picture(chart, style), style.dpi, key)
    numbers = plotting.text_of(figure.numbers(style, drawn)).encode()
    return (*images, numbers, msgspec.json.encode(chart) + b"\n")


def pictures(picture: "Picture", dpi: int, key: str) -> tuple[bytes, bytes]:
    """SVG, with text as text, and PNG, with so many dots per inch."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.backends.backend_svg import FigureCanvasSVG

    svg, png = io.BytesIO(), io.BytesIO()
    named = {"Identifier": f"lth:{key}"}
    with drawing.defaults({"svg.hashsalt": "lth", "svg.fonttype": "none"}):
        undated = {"Date": None, "Creator": None, **named}
        FigureCanvasSVG(picture).print_svg(svg, metadata=undated)
        FigureCanvasAgg(picture)
        picture.savefig(png, format="png", dpi=dpi, metadata={"Software": None, **named})
    return svg.getvalue(), png.getvalue()


def versions() -> dict[str, str]:
    """The versions and the kind of machine that the bytes of a figure depend on."""
    import matplotlib
    import matplotlib.ft2font
    import PIL

    return {
        "matplotlib": matplotlib.__version__,
        "numpy": np.__version__,
        "pillow": PIL.__version__,
        "system": platform.system(),
        "machine": platform.machine(),
        "freetype": matplotlib.ft2font.__freetype_version__,
    }
