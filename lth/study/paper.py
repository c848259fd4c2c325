"""The figures of the paper by number, at the paper's scale and small."""

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from lth import settings
from lth.report.claims import SMALL
from lth.settings import Settings
from lth.study.entries import merged
from lth.study.overs import with_over

Scale = Literal["mini", "paper"]
SCALES: tuple[Scale, ...] = ("mini", "paper")


class Numbered(Settings):
    """A figure of the paper: its name in `words`, and what a small one changes of it."""

    words: str
    mini: dict[str, Any] = msgspec.field(default_factory=dict)


def figure_at(scale: Scale, figure: Mapping[str, Any], numbered: Numbered) -> dict[str, Any]:
    """The plain data of a figure of the paper at a scale.

    Small figures draw the small experiments or sweeps of the same names.
    """
    if scale == "paper":
        return dict(figure)
    return with_over(
        merged(dict(figure), numbered.mini),
        lambda over: {f"{SMALL}{name}": label for name, label in over.items()},
    )


def file_of(figure: str, scale: Scale) -> str:
    """The name of a figure of the paper at a scale."""
    return f"{SMALL}{figure}" if scale == "mini" else figure


def words_of(entries: Mapping[str, Any]) -> dict[str, str]:
    """The names in words of the figures of the paper, by their numbers: `figure-3`."""
    return {
        name: settings.read(Numbered, entry, f"paper.{name}").words
        for name, entry in entries.items()
    }
