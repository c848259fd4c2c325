"""How all figures of a study look."""

from typing import Annotated

from lth.report.bars import Bars
from lth.report.looks import check_color
from lth.settings import Meta, Settings

PIXELS = 6_000  # dots of a panel: more than a page has at 600 an inch would fill the memory


class Style(Settings):
    """How figures look.

    `width` and `height` are those of a panel in inches, `font` is a size in points, `dpi` are dots
    per inch of the PNG, and `colors` are by branch. `bars` go from minimum to maximum (`range`), or
    are 95 % intervals of means over trials (`interval`).
    """

    width: Annotated[float, Meta(gt=0, le=40)]
    height: Annotated[float, Meta(gt=0, le=40)]
    font: Annotated[float, Meta(gt=0, le=200)]
    dpi: Annotated[int, Meta(ge=20, le=1200)]
    bars: Bars
    colors: dict[str, str]

    def __post_init__(self) -> None:
        for name, inches in (("width", self.width), ("height", self.height)):
            if inches * self.dpi > PIXELS:
                found = f"{inches:g} inches of {self.dpi}"
                raise ValueError(f"{name}: expected at most {PIXELS:,} dots, got {found}")
        for branch, color in self.colors.items():
            check_color(color, f"colors.{branch}")
