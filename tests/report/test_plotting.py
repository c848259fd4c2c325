"""Figures from files."""

from pathlib import Path
from typing import Any

import pytest
from toy_report import DENSITY, drawn, plotted, resolved

from lth.files.origins import Document, Origin, sha256
from lth.report import plotting, tables
from lth.report.quantities import OF_TABLES


def row(round: int) -> dict[str, Any]:
    network = {"experiment": "toy", "trial": 0, "strategy": "iterative"}
    network |= {"round": round, "branch": "ticket", "repeat": 0}
    measured = dict.fromkeys(OF_TABLES, 0.5) | {"density": 0.8**round}
    measured |= {"weights_left": 10, "early_stop_iteration": 100}
    return network | measured | {"diverged": False, "ancestor_diverged": False}


def document(folder: Path) -> Document:
    path = folder / "toy.csv"
    path.write_text(tables.to_csv([row(round) for round in range(3)], []))
    origin = Origin("table", {"experiment": "toy"}, "code", {})
    return Document(folder / "toy.json", origin, {str(path): sha256(path)}, "", {})


def test_a_figure_is_drawn_from_the_origins_of_tables(tmp_path: Path) -> None:
    figure = resolved({**DENSITY, "lines": {"iterative/ticket": ""}})
    picture = plotted(figure, plotting.drawn_from([document(tmp_path)], {}))
    assert drawn(picture.axes[1])[0].get_ydata() == pytest.approx([50, 50, 50])


def test_a_table_that_was_changed_is_not_drawn(tmp_path: Path) -> None:
    found = document(tmp_path)
    (tmp_path / "toy.csv").write_text("changed")
    with pytest.raises(ValueError, match=r"toy\.csv: not the file that was written"):
        plotting.drawn_from([found], {})


def test_a_figure_of_other_tables_is_not_drawn(tmp_path: Path) -> None:
    figure = resolved({**DENSITY, "over": {"other": ""}})
    with pytest.raises(ValueError, match="the table of other, which the figure draws, is missing"):
        plotted(figure, plotting.drawn_from([document(tmp_path)], {}))
