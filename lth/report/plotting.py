"""Figures from files: from the origins of tables and from run files."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from lth.files.hdf5 import Stored
from lth.files.origins import Document
from lth.report import tables
from lth.report.figures.figure import Figure
from lth.report.style import Style
from lth.training import measures

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Picture


def plot(
    figure: Figure, style: Style, documents: Sequence[Document], stored: Sequence[Stored]
) -> "Picture":
    """A resolved figure. Raises ValueError where the files are not what it draws."""
    found = {document.origin.settings["experiment"]: document for document in documents}
    by_experiment = {name: tables.of_origin(document) for name, document in found.items()}
    runs = [
        item.load(measures.template_of(item.origin.settings, item.origin.networks))
        for item in stored
    ]
    return figure.plot(style, by_experiment, runs)
