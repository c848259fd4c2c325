"""How lines look: dashes and colours by their names, and such as readers can tell apart."""

import dataclasses
import re
from collections.abc import Mapping, Sequence

from lth.settings import expected

# Measured after Machado et al. (2009): with any kind of colour blindness, any two of them differ by
# 15 or more in Lab. Blue and orange come first, and are those of the paper's tickets and reinits.
COLORS = ("tab:blue", "tab:orange", "#009e73", "#882255", "#56b4e9", "black", "#cc79a7")
# Of curves: black for the dense network, and those of branches last.
LEVELS = ("black", "#009e73", "#882255", "#56b4e9", "#cc79a7", "tab:orange", "tab:blue")
MARKERS = ("o", "s", "^", "D", "v", "X", "P", "<", ">", "*")
Dash = str | tuple[int, tuple[int, ...]]
DASHES: Mapping[str, Dash] = {
    "solid": "-",
    "dashed": "--",
    "dashdot": "-.",
    "dotted": ":",
    "longdashed": (0, (8, 2)),
    "shortdotted": (0, (1, 1)),
}
PLAIN = (
    "black blue brown cyan gold gray green magenta navy olive orange pink purple red teal yellow"
)
TABLEAU = "blue|orange|green|red|purple|brown|pink|gray|olive|cyan"
COLOR = re.compile(rf"tab:({TABLEAU})|C\d|#[0-9a-fA-F]{{6}}|{PLAIN.replace(' ', '|')}")


@dataclasses.dataclass(frozen=True)
class Look:
    """What the look of a line says: its dash, its colour, both or nothing."""

    color: str | None
    dash: str | None


def look_of(text: str, where: str) -> Look:
    """A look from text such as `dashed`, `tab:blue` or `tab:blue dashed`. Raises ValueError."""
    words = text.split()
    dashes = [word for word in words if word in DASHES]
    colors = [word for word in words if word not in DASHES]
    if len(dashes) > 1 or len(colors) > 1:
        raise expected(where, "at most one dash and one colour", text)
    if colors and not COLOR.fullmatch(colors[0]):
        raise expected(where, f"{', '.join(DASHES)}, or a colour ({_colors()})", colors[0])
    return Look(colors[0] if colors else None, dashes[0] if dashes else None)


def check_color(text: str, where: str) -> None:
    """Raises ValueError for a text that is no colour."""
    if not COLOR.fullmatch(text):
        raise expected(where, _colors(), text)


def palette(count: int, colors: Sequence[str] = COLORS) -> list[str]:
    """The first of some colours. Where they are too few, shades from dark to light."""
    if count <= len(colors):
        return list(colors[:count])
    from matplotlib import colormaps
    from matplotlib.colors import to_hex

    shades = colormaps["viridis"]
    # The last tenth is a yellow that is hardly seen on white.
    return [to_hex(shades(0.9 * index / max(count - 1, 1))) for index in range(count)]


def hexadecimal(color: str) -> str:
    """A colour as #rrggbb."""
    from matplotlib.colors import to_hex

    return to_hex(color)


def _colors() -> str:
    return f"tab:blue and so on, C0 to C9, #rrggbb or one of {PLAIN}"
