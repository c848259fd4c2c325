"""Claims judged by files: the numbers of figures."""

from pathlib import Path
from typing import Any

import pytest

from lth.files import origins
from lth.files.origins import Document, Origin
from lth.report.scoring import numbers_of


def document(folder: Path, text: str, **figure: Any) -> Document:
    """The origin of a figure with numbers."""
    numbers = folder / "figure-3.csv"
    numbers.write_text(text, encoding="utf-8")
    origin = Origin("figure", {"name": "figure-3", "figure": {"kind": "curves"} | figure}, "", {})
    origins.write(folder / "figure-3.json", origin, [numbers], {})
    return origins.read(folder / "figure-3.json")


def test_numbers_are_texts_by_column(tmp_path: Path) -> None:
    rows = numbers_of(document(tmp_path, "row,line,iteration,mean\n0,a/b,100,97.5\n"))
    assert rows == [{"row": "0", "line": "a/b", "iteration": "100", "mean": "97.5"}]


def test_numbers_of_another_format_are_refused(tmp_path: Path) -> None:
    found = document(tmp_path, "line,mean\na/b,97.5\n")
    match = r"figure-3\.csv: expected the columns line, iteration, mean, got line, mean; delete it"
    with pytest.raises(ValueError, match=match):
        numbers_of(found)


def test_figures_without_such_numbers_are_refused(tmp_path: Path) -> None:
    found = document(tmp_path, "line\n", kind="density")
    match = r"figure-3\.json: expected a figure of kind histogram or curves, got 'density'"
    with pytest.raises(ValueError, match=match):
        numbers_of(found)


def test_numbers_that_were_changed_are_refused(tmp_path: Path) -> None:
    found = document(tmp_path, "line,iteration,mean\n")
    (tmp_path / "figure-3.csv").write_text("line,iteration,mean\n1,2,3\n")
    with pytest.raises(ValueError, match=r"figure-3\.csv: not the file that was written"):
        numbers_of(found)
