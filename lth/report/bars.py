"""What the bars of a figure are: how far networks lie apart, or how sure their mean is."""

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np

from lth.report import bootstrap
from lth.report.rows import by_trial

Bars = Literal["range", "interval"]
NOTES: Mapping[Bars, str] = {
    "range": "Means over trials and repeats, with bars from minimum to maximum.",
    "interval": "Means over trials and repeats, with 95 % intervals by a bootstrap over trials,"
    " if there are several.",
}

WORDS: Mapping[Bars, str] = {"range": "minimum to maximum", "interval": "95 % interval"}


def ends(
    bars: Bars, values: np.ndarray, trials: Sequence[int], experiment: str
) -> tuple[np.ndarray, np.ndarray]:
    """The lower and the upper ends [points] of bars of values [networks, points].

    `trials` are those of the networks. Ends are NaN where there is no bar: of a value that is NaN,
    and of an interval over one trial.
    """
    if bars == "range":
        return values.min(axis=0), values.max(axis=0)
    return bootstrap.interval(by_trial(values, trials), experiment)
