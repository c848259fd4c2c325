"""Which sizes an axis of weights remaining names."""

import math
from collections.abc import Sequence

from lth.report.drawing import CHARACTER, LENGTH
from lth.report.style import Style

MOST = 6  # beside those of other lines


def of_sizes(lines: Sequence[Sequence[float]], style: Style) -> tuple[float, ...]:
    """Ticks of a log axis, far enough from each other to be read. `lines` are sizes of rounds.

    They are sizes of rounds, as in the paper: those of the longest line, and where there is room
    those of the others.
    """
    apart = 6 * CHARACTER * style.font / 72 / (LENGTH * style.width)  # of the axis: a label
    longest = max(lines, key=len, default=[])
    step = -(-len(longest) // max(min(MOST, int(1 / apart)), 1))
    ticks = list(longest[::step]) if longest else []
    sizes = sorted({size for line in lines for size in line})
    length = math.log(sizes[-1] / sizes[0]) if sizes else 0
    for size in sizes:
        if all(abs(math.log(size / tick)) > apart * length for tick in ticks):
            ticks.append(size)
    return tuple(ticks)
