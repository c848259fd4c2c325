"""What a figure shows and how it looks, as small frozen values."""

import dataclasses
from typing import Annotated, Literal

from lth.settings import Positive, Range

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
class Figure:
    """A figure of the catalog: its kind, the quantity of each panel, and for kind `density` the strategies and the scale of the x axis."""

    kind: Literal["density", "curves"]
    panels: tuple[str, ...]
    strategies: tuple[str, ...]
    scale: Literal["log", "linear"]
    caption: str


@dataclasses.dataclass(frozen=True)
class Style:
    """How figures look: panel width and height in inches, font size in points, dots per inch of the PNG, a colour for each branch."""

    width: Positive
    height: Positive
    font: Positive
    dpi: Annotated[int, Range(20, 1200)]
    colors: dict[str, str]
