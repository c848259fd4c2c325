"""`lth tabulate` and `lth summarize`: what the table and the metrics have."""

import json
from collections import Counter

import pytest
from byhand import RUNS, Built, refused
from calls import by_person, changed

from lth.report import headlines, tables
from lth.report.rows import Row

TABLE, METRICS = "results/tables/tiny.csv", "results/metrics.json"


@pytest.fixture
def table(built: Built) -> list[Row]:
    return tables.read_csv(built.folder / TABLE)


def line(row: Row) -> tuple[str, str, int]:
    return row["strategy"], row["branch"], row["round"]


def test_the_dense_network_stands_with_each_strategy(table: list[Row]) -> None:
    rounds = {
        ("iterative", "ticket", 2): range(3),
        ("iterative", "reinit", 4): range(3),
        ("oneshot", "ticket", 2): range(2),
        ("continued", "ticket", 2): range(3),
        ("random", "reinit", 4): range(2),
        ("rewind", "ticket", 2): range(2),
        ("rewind", "noise-1", 2): range(2),
    }
    expected = {
        (strategy, branch, round): networks
        for (strategy, branch, networks), every in rounds.items()
        for round in every
    }
    assert Counter(line(row) for row in table) == expected


def test_the_table_has_the_measures_of_the_runs(built: Built, table: list[Row]) -> None:
    run = built.file(f"{RUNS}/iterative/round-2/ticket/run.h5").group("measures")
    rows = [row for row in table if line(row) == ("iterative", "ticket", 2)]
    for name in ("final_test_accuracy", "early_stop_iteration", "density"):
        assert [row[name] for row in rows] == run[name].tolist()


def test_the_metrics_are_those_of_the_table(built: Built, table: list[Row]) -> None:
    metrics = json.loads((built.folder / METRICS).read_text())
    assert metrics == {"tiny": headlines.headlines(table)}


def test_a_run_of_another_experiment_is_not_tabulated(here: Built) -> None:
    call = by_person(here, TABLE, experiment="other")
    refused(*call, match=r"run.h5: expected a run of experiment 'other', got 'tiny'")


def test_a_table_is_made_of_runs_only(here: Built) -> None:
    mask = f"{RUNS}/iterative/round-1/mask.h5"
    call = changed(by_person(here, TABLE), "--runs", mask)
    refused(*call, match=f"{mask}: expected a file of kind 'run', got 'mask'")


def test_metrics_are_made_of_origins_of_tables_only(here: Built) -> None:
    other = "results/origins/figures/loss-curves.json"
    call = changed(by_person(here, METRICS), "--tables", other)
    refused(*call, match=f"{other}: expected a file of kind 'table', got 'figure'")


def test_metrics_of_a_table_that_has_changed_are_refused(here: Built) -> None:
    (here.folder / TABLE).write_text("trial\n")
    refused(*by_person(here, METRICS), match=rf"{TABLE}: not the file that was written")
