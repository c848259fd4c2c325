"""A training run whose loss is not finite is a result, from the run to the figures."""

import json
import re
from pathlib import Path

import pytest
from byhand import TINY, TINY_FIGURES, lth, make
from project import copied

from lth.report import tables
from lth.report.rows import Row

WILD = {
    **TINY,
    "recipe": {
        "optimizer": "sgd",
        "learning_rate": 1.0e30,
        "iterations": 40,
        "evaluate_every": 10,
        "test_every": 1,
    },
}


@pytest.fixture(scope="module")
def wild(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The folder of a study of such a learning rate, and what the verbs said."""
    folder = tmp_path_factory.mktemp("wild")
    study = copied(folder, {"tiny": WILD}, TINY_FIGURES).study()
    with pytest.MonkeyPatch.context() as patch, open(folder / "said.txt", "w+") as said:
        patch.chdir(folder)
        patch.setattr("sys.stdout", said)
        for node in study.nodes():
            make(study, node)
        lth("verify")
        said.flush()
    assert all((folder / path).exists() for path in study.files())
    return folder, (folder / "said.txt").read_text()


def reinits(folder: Path) -> list[Row]:
    table = tables.read_csv(folder / "results/tables/tiny.csv")
    return [row for row in table if (row["strategy"], row["branch"]) == ("iterative", "reinit")]


def test_a_diverged_run_is_warned_of(wild: tuple[Path, str]) -> None:
    what = r"loss was not finite in 2 of 2 networks \(column `diverged`\)"
    assert re.search(rf"warning: .*ticket/run.h5: {what}", wild[1])


def test_a_table_says_which_runs_diverged(wild: tuple[Path, str]) -> None:
    table = tables.read_csv(wild[0] / "results/tables/tiny.csv")
    assert all(row["diverged"] for row in table if row["round"] == 0)
    assert all(row["ancestor_diverged"] for row in reinits(wild[0]) if row["round"] > 0)


def test_metrics_count_the_diverged_runs(wild: tuple[Path, str]) -> None:
    # Which later runs diverge by themselves depends on how a CPU adds up infinities.
    counted = sum(row["diverged"] or row["ancestor_diverged"] for row in reinits(wild[0]))
    metrics = json.loads((wild[0] / "results/metrics.json").read_text())
    assert metrics["tiny"]["iterative"]["reinit"]["diverged"] == counted


def test_verify_has_no_fault_to_find_in_it(wild: tuple[Path, str]) -> None:
    assert "are whole, in place, and follow from one another" in wild[1]
