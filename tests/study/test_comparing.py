"""Two experiments by their files alone."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from byhand import RUNS, Built, command, lth, unkeyed
from forging import BEFORE, MASK, RANDOM, TABLE, TICKET, Arrays, forge, resettled

from lth.files import hdf5
from lth.report.comparison.section import Section
from lth.study import comparing, tabled

Sections = dict[str, Section]


def sections(one: str | Path, other: str | Path) -> Sections:
    found = comparing.compared(tabled.find(str(one)), tabled.find(str(other)))
    return {section.name: section for section in found}


def slower(arrays: Arrays) -> None:
    arrays["measures/early_stop_iteration"] += 2000


def moved(arrays: Arrays) -> None:
    """One weight of the first trial is pruned in place of another."""
    mask = arrays["mask/output.weight"][0].reshape(-1)
    kept, pruned = int(mask.argmax()), int(mask.argmin())
    mask[[kept, pruned]] = False, True


def widened(arrays: Arrays) -> None:
    arrays["mask/fc2.weight"] = np.ones((2, 4, 12), bool)


def tabulate(built: Built) -> None:
    lth(*unkeyed(command(built.study, built.node(TABLE))))


@pytest.fixture(scope="module")
def changed(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Built]:
    """The study as the current folder, with another run and mask of round 2, and layers of 1."""
    folder = tmp_path_factory.mktemp("changed") / "study"
    shutil.copytree(built.folder, folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        settings = hdf5.find(TICKET).origin.settings
        resettled(TICKET, recipe=settings["recipe"] | {"learning_rate": 0.02})
        forge(TICKET, slower)
        forge(MASK, moved)
        forge(RANDOM, moved)
        forge(BEFORE, widened)
        shapes = hdf5.find(BEFORE).origin.settings["shapes"]
        resettled(BEFORE, shapes=shapes | {"fc2.weight": [4, 12]})
        tabulate(built)
        yield Built(folder, built.study)


@pytest.fixture(scope="module")
def found(built: Built, changed: Built) -> Sections:
    """The study beside the changed one."""
    return sections(built.folder / TABLE, "tiny")


def test_equal_differences_of_settings_are_one_row(found: Sections) -> None:
    shapes, rate = found["settings"].rows
    assert (shapes["key"], shapes["where"]) == (
        "shapes.fc2.weight",
        ["iterative/round-1/mask.h5"],
    )
    assert rate == {
        "key": "recipe.learning_rate",
        "a": 0.01,
        "b": 0.02,
        "files": 1,
        "where": ["iterative/round-2/ticket/run.h5"],
    }


def test_run_files_that_differ_are_counted(built: Built, found: Sections) -> None:
    count = len(built.node(TABLE).inputs["runs"])
    both = f"{count} in A, {count} in B, {count} in both"
    others = "of these 1 have another key, 1 another content"
    assert found["runs"].title == f"run files: {both}; {others}"
    assert found["runs"].rows[0]["other_contents"] == 1


def test_only_the_round_that_differs_is_told(found: Sections) -> None:
    assert found["trials"].title == "trials in both: 0, 1"
    assert found["lines"].title.startswith("rounds of lines that differ: 1 of ")
    (row,) = found["lines"].rows
    assert (row["line"], row["round"]) == ("iterative/ticket", 2)
    assert row["change_early_stop_iteration"].values == (2000, 2000)


def test_masks_are_compared_by_strategy_and_round(found: Sections) -> None:
    rows = {(row["strategy"], row["round"]): row for row in found["masks"].rows}
    left = rows["iterative", 2]["left_in_a"].mean
    assert rows["iterative", 2]["in_both"].values == (left - 1, left)
    assert len(rows["random", 1]["in_both"].values) == 4, "each repeat has a mask"


def test_masks_that_are_equal_or_of_other_layers_are_left_out(found: Sections) -> None:
    told = [(row["strategy"], row["round"]) for row in found["masks"].rows]
    assert told == [("iterative", 2), ("random", 1)]
    title = "masks that differ: 2 of 6; all layers, mean [lowest, highest]"
    assert found["masks"].title == title


def test_claims_about_it_are_compared_too(found: Sections) -> None:
    assert list(found) == ["settings", "runs", "trials", "lines", "masks", "claims"]


def test_the_same_experiment_is_one_section(built: Built) -> None:
    (section,) = sections(built.folder / TABLE, built.folder / TABLE).values()
    assert section.title.startswith("the same: key ")


def test_equal_tables_alone_are_one_section(built: Built, tmp_path: Path) -> None:
    copies = [shutil.copy(built.folder / TABLE, tmp_path / name) for name in ("a.csv", "b.csv")]
    (section,) = sections(*copies).values()
    assert section.title == f"the same table of {len(tabled.find(copies[0]).rows)} networks"


def test_a_table_alone_is_compared_by_its_lines(
    built: Built, changed: Built, tmp_path: Path
) -> None:
    alone = shutil.copy(built.folder / TABLE, tmp_path / "mine.csv")
    found = sections(alone, "tiny")
    assert list(found) == ["settings", "trials", "lines", "masks", "claims"]
    assert found["settings"].title == "settings: not compared, since no run of a line is in both"
    assert len(found["lines"].rows) == 1
    assert found["masks"].title == "masks: none of the same strategy, round and layers in both"


def test_tables_without_a_common_trial_are_refused(built: Built, tmp_path: Path) -> None:
    text = (built.folder / TABLE).read_text()
    other = tmp_path / "mine.csv"
    other.write_text(text.replace("tiny,0,", "tiny,5,").replace("tiny,1,", "tiny,6,"))
    what = rf"mine\.csv: expected one of the trials 0, 1 of {built.folder / TABLE}, got '5, 6'"
    with pytest.raises(ValueError, match=what):
        sections(built.folder / TABLE, other)


def test_experiments_of_other_data_sets_are_refused(built: Built, here: Built) -> None:
    resettled(TICKET, dataset="mnist")
    tabulate(here)
    what = rf"{RUNS}/iterative/round-2/ticket/run.h5: expected data set 'digits', as .* got 'mnist'"
    with pytest.raises(ValueError, match=what):
        sections(built.folder / TABLE, "tiny")
