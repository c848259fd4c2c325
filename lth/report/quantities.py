"""What is measured of a network: names in tables and run files, and labels in figures."""

import dataclasses
import re
from collections.abc import Mapping

from lth.settings import unknown

AT = ("test_accuracy", "validation_accuracy")  # what tables have at the moments of an experiment
MOMENT = re.compile(rf"({'|'.join(AT)})_at_([1-9]\d{{0,8}})")


@dataclasses.dataclass(frozen=True)
class Quantity:
    """A number of a network, with its label on an axis and its type in a table.

    Shares lie in [0, 1] in files. Figures show them in percent.
    """

    label: str
    type: "type[int | float | bool]" = float
    percent: bool = False

    @property
    def scale(self) -> int:
        """By how much figures multiply the numbers of files."""
        return 100 if self.percent else 1


OF_TABLES: Mapping[str, Quantity] = {
    "density": Quantity("Percent of weights remaining", percent=True),
    "weights_left": Quantity("Weights remaining", int),
    "early_stop_iteration": Quantity("Early-stop iteration", int),
    "early_stop_validation_loss": Quantity("Validation loss at early stop"),
    "early_stop_validation_accuracy": Quantity(
        "Validation accuracy at early stop (%)", percent=True
    ),
    "early_stop_test_accuracy": Quantity("Test accuracy at early stop (%)", percent=True),
    "early_stop_train_accuracy": Quantity("Train accuracy at early stop (%)", percent=True),
    "final_validation_loss": Quantity("Validation loss at end"),
    "final_validation_accuracy": Quantity("Validation accuracy at end (%)", percent=True),
    "final_test_accuracy": Quantity("Test accuracy at end (%)", percent=True),
    "final_train_accuracy": Quantity("Train accuracy at end (%)", percent=True),
    "diverged": Quantity("Diverged", bool),
    "ancestor_diverged": Quantity("Made from a diverged network", bool),
}
OF_CURVES: Mapping[str, Quantity] = {
    "test_accuracy": Quantity("Test accuracy (%)", percent=True),
    "validation_accuracy": Quantity("Validation accuracy (%)", percent=True),
    "test_loss": Quantity("Test loss"),
    "validation_loss": Quantity("Validation loss"),
}
SIZES = ("density", "weights_left")  # the quantities of tables that stand on x
DRAWN = tuple(  # the quantities of tables that stand on y, beside those at moments
    name for name, item in OF_TABLES.items() if name not in SIZES and item.type is not bool
)

EXAMPLE = "test_accuracy_at_10000"  # of a quantity at a moment


def of_table(name: str) -> Quantity:
    """A quantity of tables, such as `early_stop_iteration` or `test_accuracy_at_10000`.

    Raises ValueError for others.
    """
    if name in OF_TABLES:
        return OF_TABLES[name]
    match = MOMENT.fullmatch(name)
    if match is None:
        raise unknown("y", "quantity", name, (*DRAWN, EXAMPLE))
    what = match[1].replace("_", " ").capitalize()
    return Quantity(f"{what} at iteration {int(match[2]):,} (%)", percent=True)


def of_curve(name: str) -> Quantity:
    """A quantity of the curves in run files. Raises ValueError for others."""
    if name not in OF_CURVES:
        raise unknown("y", "quantity", name, OF_CURVES)
    return OF_CURVES[name]


def moment_of(name: str) -> int | None:
    """The iteration of a quantity such as `test_accuracy_at_10000`, or None for others."""
    match = MOMENT.fullmatch(name)
    return int(match[2]) if match else None
