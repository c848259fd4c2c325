"""What all kinds of figures have: a grid of panels, and experiments with their labels."""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Self, TypeVar

import msgspec
from msgspec import UNSET, UnsetType

from lth.files.hdf5 import File
from lth.report.charts import Chart, Place, Sheet
from lth.report.lines import Line
from lth.report.looks import look_of
from lth.report.rows import Row
from lth.report.subject import Subject
from lth.settings import Natural, Settings, expected, unknown

if TYPE_CHECKING:
    from lth.report.style import Style

MaskOf = tuple[str, str, int]  # experiment, strategy and round
MOST = 12  # rows or columns of panels
Value = TypeVar("Value")
Panel = TypeVar("Panel")


class LegendEntry(Settings):
    """What the legend calls an experiment or a line, its look, and its number in the legend."""

    label: str | UnsetType = UNSET
    look: str | UnsetType = UNSET
    order: Natural | UnsetType = UNSET

    @property
    def name(self) -> str:
        """The label, or nothing."""
        return "" if isinstance(self.label, UnsetType) else self.label

    @property
    def appearance(self) -> str:
        """The look, or nothing."""
        return "" if isinstance(self.look, UnsetType) else self.look


Over = dict[str, str | LegendEntry]  # by experiment; a text is its label


@dataclasses.dataclass(frozen=True)
class Drawn:
    """What a figure is drawn from: tables by experiment, and files of training runs, θ0 and masks.

    Those of an experiment are there for all its blocks.
    """

    tables: Mapping[str, Sequence[Row]] = dataclasses.field(default_factory=dict)
    runs: Sequence[File] = ()
    starts: Sequence[File] = ()
    masks: Sequence[File] = ()


class Figure(Settings, tag_field="kind"):
    """A figure: what it draws, of which experiments. `caption` is a sentence below it."""

    caption: str

    def resolved(self, subjects: Mapping[str, Subject], where: str) -> Self:
        """The figure with a round in place of each level, and an order of all that it names.

        `subjects` are the experiments of the study. Raises ValueError for anything that cannot be
        drawn. The methods below are those of resolved figures.
        """
        raise NotImplementedError

    def tables(self) -> tuple[str, ...]:
        """The experiments whose tables it draws."""
        return ()

    def runs(self) -> tuple[Line, ...]:
        """The training runs that it draws."""
        return ()

    def starts(self) -> tuple[str, ...]:
        """The experiments whose θ0 it draws."""
        return ()

    def masks(self) -> tuple[MaskOf, ...]:
        """The masks that it draws."""
        return ()

    def chart(self, style: "Style", drawn: Drawn) -> Chart | Sheet:
        """What is drawn. Raises ValueError where something that it draws is missing."""
        raise NotImplementedError

    def numbers(self, style: "Style", drawn: Drawn) -> list[Row]:
        """The numbers of the figure: rows with the same columns."""
        raise NotImplementedError

    def captioned(self, style: "Style") -> str:
        """What stands below it."""
        return f"{self.caption} {self.note(style)}".strip()

    def note(self, style: "Style") -> str:
        """A sentence on what its points and bars are; "" where it has none."""
        return ""


def cells(panels: Sequence[Sequence[Panel | None]]) -> Iterator[tuple[Place, Panel]]:
    """The panels of a grid with their places. Empty places have none."""
    for row, columns in enumerate(panels):
        for column, panel in enumerate(columns):
            if panel is not None:
                yield (row, column), panel


def check_grid(panels: Sequence[Sequence[object]], where: str) -> None:
    """Raises ValueError for a grid that is empty, uneven or too large."""
    columns = len(panels[0]) if panels else 0
    for row, items in enumerate(panels):
        if len(items) != columns:
            what = f"as many panels as in the first row, {columns} (null is an empty place)"
            raise expected(f"{where}[{row}]", what, len(items))
    if not any(True for _ in cells(panels)):
        raise ValueError(f"{where}: expected at least one panel, got none")
    if max(len(panels), columns) > MOST:
        found = f"{len(panels)} x {columns}"
        raise ValueError(f"{where}: expected at most {MOST} rows and columns, got {found}")


def own_or_shared(
    name: str, own: Value | UnsetType, shared: Value | UnsetType, where: str, key: str
) -> tuple[Value, str]:
    """A setting of a panel (at the dotted key `key`), or else that of its figure, with its key."""
    if not isinstance(own, UnsetType):
        return own, f"{key}.{name}"
    if not isinstance(shared, UnsetType):
        return shared, f"{where}.{name}"
    raise ValueError(f"{where}: missing key {name!r}, which {key} does not have either")


def check_over(
    over: Mapping[str, LegendEntry], subjects: Mapping[str, Subject], where: str
) -> None:
    """Raises ValueError for experiments that the study does not have, or that are called alike."""
    if not over:
        raise ValueError(f"{where}: expected at least one experiment, got none")
    labels = [item.name for item in over.values()]
    for name, item in over.items():
        if name not in subjects:
            raise unknown(where, "experiment of the study", name, subjects)
        look_of(item.appearance, f"{where}.{name}.look")
        if len(over) > 1 and (not item.name or labels.count(item.name) > 1):
            what = "a label of its own (several experiments share a panel)"
            raise expected(f"{where}.{name}", what, item.name)


def check_labels(overs: Sequence[Mapping[str, LegendEntry]], keys: Sequence[str]) -> None:
    """Raises ValueError where an experiment has two labels in a figure that compares experiments.

    `overs` are the experiments of each panel, and `keys` their dotted keys.
    """
    labels: dict[str, str] = {}
    for over, key in zip(overs, keys, strict=True):
        for name, item in over.items():
            label = labels.setdefault(name, item.name)
            if compares(overs) and label != item.name:
                what = f"the label that it has in another panel, {label!r}"
                raise expected(f"{key}.{name}", what, item.name)


def numbered(entries: Mapping[str, str | LegendEntry], field: str) -> dict[str, LegendEntry]:
    """Entries in their order, each with its number. An entry that is only text is that field."""
    whole = {name: _whole(item, field) for name, item in entries.items()}
    written = {name: index for index, name in enumerate(whole)}

    def number(name: str) -> int:
        order = whole[name].order
        return written[name] if isinstance(order, UnsetType) else order

    ranked = sorted(whole, key=number)
    return {name: msgspec.structs.replace(whole[name], order=at) for at, name in enumerate(ranked)}


def _whole(item: str | LegendEntry, field: str) -> LegendEntry:
    fields: dict[str, Any] = {field: item}
    return LegendEntry(**fields) if isinstance(item, str) else item


def compares(overs: Sequence[Mapping[str, LegendEntry]]) -> bool:
    """Whether a panel draws several experiments. `overs` are those of each panel."""
    return any(len(over) > 1 for over in overs)


def heading(overs: Sequence[Mapping[str, LegendEntry]]) -> str:
    """What stands above the legend: the label of the only experiment of a figure."""
    labels = {name: item.name for over in overs for name, item in over.items()}
    return next(iter(labels.values())) if len(labels) == 1 else ""


def title(
    own: str | UnsetType,
    over: Mapping[str, LegendEntry],
    overs: Sequence[Mapping[str, LegendEntry]],
) -> str:
    """What stands above a panel: its own title, or its experiment where others have another."""
    if not isinstance(own, UnsetType):
        return own
    apart = len({name for other in overs for name in other}) > 1 and not compares(overs)
    return next(iter(over.values())).name if apart else ""
