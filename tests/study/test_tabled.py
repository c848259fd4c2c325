"""Experiments as their files have them: how they are found, and which files are theirs."""

import shutil
from pathlib import Path

import pytest
from byhand import RUNS, Built
from forging import TABLE, TABLE_ORIGIN, edit

from lth.study import tabled


@pytest.fixture
def there(built: Built, monkeypatch: pytest.MonkeyPatch) -> Built:
    """The finished study as the current folder. Tests leave it as it is."""
    monkeypatch.chdir(built.folder)
    return built


@pytest.mark.parametrize("text", ["tiny", TABLE, TABLE_ORIGIN])
def test_an_experiment_has_a_name_a_table_and_an_origin(there: Built, text: str) -> None:
    found = tabled.find(text)
    assert (found.name, found.path, found.trials) == ("tiny", Path(TABLE), {0, 1})
    assert len(found.runs) == len(there.node(TABLE).inputs["runs"])
    assert "trials-0-1/iterative/round-2/ticket/run.h5" in found.runs


def test_a_table_of_another_folder_has_its_files_there(
    built: Built, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    found = tabled.find(str(built.folder / TABLE))
    assert len(found.masks("iterative", 2)) == 1
    stored = found.stored()
    assert stored["iterative/round-2/mask.h5"].path == built.folder / RUNS / (
        "iterative/round-2/mask.h5"
    )


def test_a_table_that_lies_elsewhere_is_alone(there: Built, tmp_path: Path) -> None:
    shutil.copy(TABLE, tmp_path / "mine.csv")
    found = tabled.find(str(tmp_path / "mine.csv"))
    assert (found.name, found.runs, found.stored()) == ("tiny", {}, {})
    assert found.masks("iterative", 2) == []


def test_files_that_are_not_there_are_left_out(here: Built) -> None:
    Path(RUNS, "iterative/round-2/mask.h5").unlink()
    found = tabled.find("tiny")
    assert found.masks("iterative", 2) == []
    assert len(found.masks("iterative", 1)) == 1
    assert "iterative/round-2/ticket/run.h5" in found.stored()
    assert "iterative/round-2/mask.h5" not in found.stored()


def test_an_unknown_experiment_is_refused(there: Built) -> None:
    what = "results/tables: unknown experiment 'tinny'; did you mean 'tiny'? legal: tiny"
    with pytest.raises(ValueError, match="^" + what.replace("?", r"\?")):
        tabled.find("tinny")


def test_a_table_that_was_changed_is_refused(here: Built) -> None:
    edit(TABLE, "0.9", "0.8")
    with pytest.raises(ValueError, match=r"tiny\.csv: not the file that was written"):
        tabled.find("tiny")


def test_the_origin_of_something_else_is_refused(here: Built) -> None:
    shutil.copy("results/origins/metrics.json", TABLE_ORIGIN)
    with pytest.raises(ValueError, match=r"tiny\.json: expected the origin of a table, got 'metr"):
        tabled.find("tiny")


@pytest.mark.parametrize(
    ("kept", "message"),
    [
        (1, "expected a row for each network, got 'none'"),
        (-1, "expected the trials 0, 1 in round 1 of rewind/ticket, got '0'"),
    ],
)
def test_a_table_that_is_not_whole_is_refused(
    there: Built, tmp_path: Path, kept: int, message: str
) -> None:
    lines = Path(TABLE).read_text().splitlines(keepends=True)
    path = tmp_path / "mine.csv"
    path.write_text("".join(lines[:kept]))
    with pytest.raises(ValueError, match=rf"mine\.csv: {message}"):
        tabled.find(str(path))
