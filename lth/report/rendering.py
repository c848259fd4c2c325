"""Pictures as files: SVG and PNG, whose bytes are equal where the pictures are."""

import io
import platform
from typing import TYPE_CHECKING

import numpy as np

from lth.report.panels import defaults

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Picture


def rendered(picture: "Picture", dpi: int, key: str) -> tuple[bytes, bytes]:
    """A picture as SVG, with text as text, and as PNG, with so many dots per inch.

    There are no dates, and ids are stable. Both tell their key as `Identifier`, so that a picture
    that has left its folder can be traced.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.backends.backend_svg import FigureCanvasSVG

    svg, png = io.BytesIO(), io.BytesIO()
    named = {"Identifier": f"lth:{key}"}
    with defaults({"svg.hashsalt": "lth", "svg.fonttype": "none"}):
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
