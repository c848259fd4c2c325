"""The name of the dense network, and names with a number.

`noise-0.5` is noise of 0.5, and `normal-0.1` a standard deviation of 0.1.
"""

import math
import re

DENSE = "dense"  # the strategy of round 0, which all strategies share
NAMED = re.compile(r"([a-z]+(?:-[a-z]+)*)(?:-(.*))?")
NUMBER = re.compile(r"(?:0|[1-9]\d{0,5})(?:\.\d{0,5}[1-9])?")


def split_name(text: str) -> tuple[str, float | None]:
    """A name, and the number after it or None. What follows and is no plain decimal is NaN."""
    match = NAMED.fullmatch(text)
    if match is None or match[2] is None:
        return text, None
    return match[1], float(match[2]) if NUMBER.fullmatch(match[2]) else math.nan


def check_number(text: str, where: str, numbered: bool) -> None:
    """Checks the number of a name: above 0 where the name is `numbered`, else none.

    `where` is the dotted key for the message. Raises ValueError.
    """
    name, number = split_name(text)
    if number is None and not numbered:
        return
    if number is not None and number > 0 and numbered:
        return
    above_0 = f"{name}-NUMBER, above 0 and a plain decimal such as {name}-0.5"
    raise ValueError(f"{where}: expected {above_0 if numbered else name}, got {text!r}")
