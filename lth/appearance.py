"""What a figure shows and how it looks, as small frozen values."""

import dataclasses
import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from lth.settings import Count, Range, build, unknown

MOMENT = re.compile(r"(?:test|validation)_accuracy_at_([1-9]\d{0,8})")  # of figures of kind density
PIXELS = 6_000  # dots of a panel: more than a page has at 600 a inch would fill the memory
QUANTITIES = {
    "density": (
        "early_stop_iteration",
        "early_stop_test_accuracy",
        "early_stop_train_accuracy",
        "early_stop_validation_accuracy",
        "final_test_accuracy",
        "final_train_accuracy",
    ),
    "curves": ("test_accuracy", "validation_accuracy", "test_loss", "validation_loss"),
}


@dataclasses.dataclass(frozen=True)
class Density:
    """A figure of the catalog, drawn from the table: a panel for each quantity, against the percent of weights remaining.

    Quantities are those of QUANTITIES, or `test_accuracy_at_10000` and `validation_accuracy_at_10000` for a moment of the experiment.
    """

    kind: Literal["density"]
    quantities: tuple[str, ...]
    strategies: tuple[str, ...]
    scale: Literal["log", "linear"]
    caption: str


@dataclasses.dataclass(frozen=True)
class Curves:
    """A figure of the catalog, drawn from runs: a quantity over training, in the panels that the experiment chooses."""

    kind: Literal["curves"]
    quantity: str
    caption: str


Figure = Density | Curves
FIGURES: Mapping[str, type[Figure]] = {"density": Density, "curves": Curves}


@dataclasses.dataclass(frozen=True)
class Lines:
    """What an experiment's figures of curves show: lines such as `iterative/round-3/ticket` for each panel, until an iteration."""

    until: Count
    panels: tuple[tuple[str, ...], ...]


@dataclasses.dataclass(frozen=True)
class Style:
    """How figures look: panel width and height in inches, font size in points, dots per inch of the PNG, a colour for each branch."""

    width: Annotated[float, Range(0, 40, open_low=True)]
    height: Annotated[float, Range(0, 40, open_low=True)]
    font: Annotated[float, Range(0, 200, open_low=True)]
    dpi: Annotated[int, Range(20, 1200)]
    colors: dict[str, str]

    def __post_init__(self):
        for name, inches in (("width", self.width), ("height", self.height)):
            if inches * self.dpi > PIXELS:
                raise ValueError(f"{name}: expected at most {PIXELS:,} dots, got {inches:g} inches of {self.dpi}")


def moment_of(quantity: str) -> int | None:
    """The iteration of a quantity such as `test_accuracy_at_10000`, or None for others."""
    match = MOMENT.fullmatch(quantity)
    return int(match[1]) if match else None


def figure_of(data: Any, where: str) -> Figure:
    """A figure from plain data; its `kind` says which. `where` is the dotted key for messages."""
    kind = data.get("kind") if isinstance(data, dict) else "density"
    if not isinstance(kind, str) or kind not in FIGURES:
        raise unknown(f"{where}.kind", "kind", kind, FIGURES)
    figure = build(FIGURES[kind], data, where)
    quantities = figure.quantities if isinstance(figure, Density) else (figure.quantity,)
    if not quantities:
        raise ValueError(f"{where}.quantities: expected at least one of {', '.join(QUANTITIES['density'])}, got none")
    for quantity in quantities:
        if quantity not in QUANTITIES[figure.kind] and not (isinstance(figure, Density) and moment_of(quantity)):
            raise unknown(f"{where}.{'quantities' if isinstance(figure, Density) else 'quantity'}", "quantity", quantity, QUANTITIES[figure.kind])
    return figure
