"""Tables: one row a network, the dense network with every strategy, and numbers that anybody can read again."""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from lth import store, tables
from lth.origins import Origin


def run(strategy: str, round: int, branch: str, repeats: int = 1, trials: range = range(2), **measures: Any) -> store.File:
    """A run file of toy numbers; each measure is a list with a number for each network."""
    settings = {
        "experiment": "toy",
        "block": f"trials-{trials.start}-{trials.stop - 1}",
        "strategy": strategy,
        "round": round,
        "branch": branch,
        "repeats": repeats,
    }
    places = [(trial, repeat) for trial in trials for repeat in range(repeats)]
    defaults: dict[str, Any] = {name: [0.5] * len(places) for name in tables.MEASURES}
    defaults |= {"weights_left": [10] * len(places), "early_stop_iteration": [100] * len(places)}
    defaults |= {"diverged": [False] * len(places), "ancestor_diverged": [False] * len(places)}
    curves = {f"curves/{name}": np.arange(3 * len(places)).reshape(len(places), 3) / 100 for name in tables.AT}
    arrays = (
        {"iterations": np.array([10, 20, 30])}
        | curves
        | {"trial": np.array([trial for trial, _ in places]), "repeat": np.array([repeat for _, repeat in places])}
    )
    arrays |= {f"measures/{name}": np.array(value) for name, value in (defaults | measures).items()}
    return store.File(Path(f"{strategy}-{round}-{branch}.h5"), Origin("run", settings, "code", {}), {}, "", {}, arrays)


def row(strategy: str, round: int, branch: str, trial: int = 0, **measures: Any) -> dict[str, Any]:
    place = {"experiment": "toy", "trial": trial, "strategy": strategy, "round": round, "branch": branch, "repeat": 0}
    defaults = dict.fromkeys(tables.MEASURES, 0.5) | {"weights_left": 10, "early_stop_iteration": 100}
    return place | defaults | {"diverged": False, "ancestor_diverged": False} | measures


def assembled(runs: Sequence[store.File], strategies: dict[str, list[str]]) -> list[tables.Row]:
    return tables.assemble((item for run in runs for item in tables.rows(run, [])), strategies)


def test_a_run_has_a_row_for_each_network_of_its_stack() -> None:
    rows = list(tables.rows(run("iterative", 3, "reinit", repeats=2, trials=range(5, 7), early_stop_iteration=[10, 20, 30, 40]), []))
    assert [(item["trial"], item["repeat"], item["early_stop_iteration"]) for item in rows] == [(5, 0, 10), (5, 1, 20), (6, 0, 30), (6, 1, 40)]
    assert {(item["experiment"], item["strategy"], item["round"], item["branch"]) for item in rows} == {("toy", "iterative", 3, "reinit")}
    assert all(tuple(item) == tables.columns([]) for item in rows)
    assert {type(value) for item in rows for value in item.values()} <= {int, float, bool, str}


def test_the_accuracies_at_moments_are_those_of_the_curves_and_nan_before_the_first(tmp_path: Path) -> None:
    rows = list(tables.rows(run("iterative", 3, "ticket"), [5, 20]))
    assert [item["test_accuracy_at_20"] for item in rows] == [0.01, 0.04]
    assert all(math.isnan(item["validation_accuracy_at_5"]) for item in rows)
    (tmp_path / "toy.csv").write_text(tables.to_csv(rows, [5, 20]))
    back = tables.read_csv(tmp_path / "toy.csv")
    assert repr(back) == repr(rows)
    assert tables.moments_of(list(back[0])) == [5, 20]
    assert list(back[0])[-4:] == ["test_accuracy_at_5", "validation_accuracy_at_5", "test_accuracy_at_20", "validation_accuracy_at_20"]


def test_a_strategy_without_tickets_is_compared_with_the_dense_ticket_of_another() -> None:
    table = toy_results() + [row("random", round, "reinit", density=0.5**round, early_stop_test_accuracy=0.92 - round / 10) for round in (0, 1)]
    headlines = tables.headlines(table)
    assert headlines["random"]["reinit"]["dense_test_accuracy"] == headlines["iterative"]["ticket"]["dense_test_accuracy"] == 0.91


def test_the_dense_network_is_round_0_of_every_strategy_that_has_its_branch() -> None:
    dense = [run("dense", 0, branch) for branch in ("ticket", "reinit")]
    table = assembled([*dense, run("iterative", 1, "ticket")], {"iterative": ["reinit", "ticket"], "oneshot": ["ticket"]})
    places = [(item["strategy"], item["round"], item["branch"]) for item in table]
    assert sorted(set(places)) == [("iterative", 0, "reinit"), ("iterative", 0, "ticket"), ("iterative", 1, "ticket"), ("oneshot", 0, "ticket")]
    assert len(places) == 8


def test_rows_are_in_order_whatever_the_order_of_the_runs() -> None:
    runs = [run("iterative", round, "ticket", trials=trials) for round in (10, 2, 1) for trials in (range(2, 4), range(2))]
    table = assembled(runs, {"iterative": ["ticket"]})
    assert [(item["round"], item["trial"]) for item in table] == [(round, trial) for round in (1, 2, 10) for trial in range(4)]
    assert table == assembled(runs[::-1], {"iterative": ["ticket"]})


def awkward() -> list[dict[str, Any]]:
    return [
        row("iterative", 0, "ticket", density=1.0, early_stop_test_accuracy=0.1 + 0.2),
        row("iterative", 1, "ticket", density=1 / 3, final_validation_loss=math.nan, diverged=True),
        row("iterative", 1, "noise-0.5", final_validation_loss=math.inf, early_stop_validation_loss=5e-324),
    ]


def test_a_table_comes_back_from_csv_bit_for_bit(tmp_path: Path) -> None:
    (tmp_path / "toy.csv").write_text(tables.to_csv(awkward(), []))
    back = tables.read_csv(tmp_path / "toy.csv")
    assert repr(back) == repr(awkward())
    assert tables.to_csv(back, []) == tables.to_csv(awkward(), [])


def test_pandas_reads_a_table_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "toy.csv").write_text(tables.to_csv(awkward(), []))
    frame = pd.read_csv(tmp_path / "toy.csv")
    assert tuple(frame.columns) == tables.columns([])
    assert frame["diverged"].tolist() == [False, True, False]
    assert frame["diverged"].dtype == bool
    assert frame["density"].tolist() == [1.0, 1 / 3, 0.5]
    assert frame["final_validation_loss"].isna().tolist() == [False, True, False]
    assert frame["weights_left"].dtype.kind == "i"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("density", "sparsity", r"toy.csv: expected the columns experiment, trial, .*, got .*sparsity.*; delete it and run snakemake again"),
        ("toy,0,iterative,0", "toy,0,iterative,none", r"toy.csv: line 2: invalid literal for int\(\).*'none'; delete it and run snakemake again"),
        ("True", "yes", r"toy.csv: line 3: .*yes.*; delete it and run snakemake again"),
        (",noise-0.5,0,0.5,10,100,", ",noise-0.5,0,half,10,100,", r"toy.csv: line 4: could not convert string to float: 'half'"),
        (",noise-0.5,0,0.5,10,100,", ",noise-0.5,0\n", "toy.csv: line 4: "),
        ("diverged\n", "diverged\nextra," + "1," * 30 + "\n", "toy.csv: line 2: "),
    ],
)
def test_a_table_that_somebody_broke_is_named_with_the_line(tmp_path: Path, old: str, new: str, message: str) -> None:
    text = tables.to_csv(awkward(), [])
    assert old in text
    (tmp_path / "toy.csv").write_text(text.replace(old, new))
    with pytest.raises(ValueError, match=message):
        tables.read_csv(tmp_path / "toy.csv")


def test_a_table_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"none\.csv: missing"):
        tables.read_csv(tmp_path / "none.csv")


def test_points_are_mean_minimum_and_maximum_over_trials_and_repeats() -> None:
    table = [row("iterative", 1, "ticket", trial, density=0.75, final_test_accuracy=value) for trial, value in enumerate([0.5, 0.75, 0.25])]
    table += [row("iterative", 0, "ticket", 0, density=1.0, final_test_accuracy=0.125), row("oneshot", 1, "ticket", 0, density=0.1)]
    points = tables.points(table, "final_test_accuracy")
    assert points["iterative", "ticket"] == [(1.0, 0.125, 0.125, 0.125), (0.75, 0.5, 0.25, 0.75)]
    assert points["oneshot", "ticket"] == [(0.1, 0.5, 0.5, 0.5)]


@pytest.mark.parametrize("value", [0.1, 0.7, 0.9583333333333334])
@pytest.mark.parametrize("count", [3, 5, 15])
def test_a_mean_lies_between_minimum_and_maximum_in_spite_of_rounding(value: float, count: int) -> None:
    table = [row("iterative", 1, "ticket", trial, final_test_accuracy=value) for trial in range(count)]
    ((_, mean, low, high),) = tables.points(table, "final_test_accuracy")["iterative", "ticket"]
    assert low <= mean <= high


def test_a_point_with_a_nan_is_nan() -> None:
    table = [row("iterative", 1, "ticket", trial, final_test_accuracy=value) for trial, value in enumerate([0.5, math.nan])]
    ((density, mean, *_),) = tables.points(table, "final_test_accuracy")["iterative", "ticket"]
    assert (density, math.isnan(mean)) == (0.5, True)


def toy_results() -> list[dict[str, Any]]:
    """Two trials: tickets gain at first and learn faster, reinitialised networks only lose."""
    numbers = [(1.0, (0.90, 0.92), (80, 120), "ticket"), (0.5, (0.95, 0.93), (40, 60), "ticket"), (0.2, (0.91, 0.91), (30, 20), "ticket")]
    numbers += [(0.1, (0.70, 0.80), (90, 90), "ticket"), (1.0, (0.90, 0.90), (80, 120), "reinit"), (0.5, (0.80, 0.80), (200, 200), "reinit")]
    rounds = {1.0: 0, 0.5: 1, 0.2: 2, 0.1: 3}
    return [
        row("iterative", rounds[density], branch, trial, density=density, early_stop_test_accuracy=accuracy[trial], early_stop_iteration=stop[trial])
        for density, accuracy, stop, branch in numbers
        for trial in range(2)
    ]


def test_headlines_are_the_dense_network_the_best_the_smallest_as_good_and_the_fastest() -> None:
    headlines = tables.headlines(toy_results())
    assert headlines["iterative"]["ticket"] == {
        "dense_test_accuracy": 0.91,
        "best_test_accuracy": 0.94,
        "best_test_accuracy_density": 0.5,
        "smallest_density_matching_dense": 0.2,
        "best_early_stop_speedup": 4.0,
        "best_early_stop_speedup_density": 0.2,
        "diverged": 0,
        "networks": 2,
    }
    assert headlines["iterative"]["reinit"] == {
        "dense_test_accuracy": 0.91,
        "best_test_accuracy": 0.8,
        "best_test_accuracy_density": 0.5,
        "smallest_density_matching_dense": None,
        "best_early_stop_speedup": None,
        "best_early_stop_speedup_density": None,
        "diverged": 0,
        "networks": 2,
    }


def test_a_density_matches_only_where_all_larger_ones_are_at_most_a_tenth_of_a_point_worse() -> None:
    accuracies = {0: (0.90, 0.94), 1: (0.91, 0.93), 2: (0.919, 0.9192), 3: (0.918, 0.9188), 4: (0.95, 0.95)}
    table = [
        row("iterative", round, "ticket", trial, density=0.8**round, early_stop_test_accuracy=value, early_stop_iteration=100 - 20 * round)
        for round, values in accuracies.items()
        for trial, value in enumerate(values)
    ]
    ticket = tables.headlines(table)["iterative"]["ticket"]
    assert (ticket["smallest_density_matching_dense"], ticket["best_early_stop_speedup_density"]) == (0.64, 0.64)
    assert ticket["best_test_accuracy_density"] == 0.4096


def test_diverged_networks_are_counted_and_do_not_spoil_the_best() -> None:
    table = toy_results()
    for item in table:
        if (item["branch"], item["round"]) == ("ticket", 1):
            item |= {"early_stop_test_accuracy": math.nan, "diverged": True}
    ticket = tables.headlines(table)["iterative"]["ticket"]
    assert ticket["diverged"] == 2
    assert (ticket["best_test_accuracy"], ticket["smallest_density_matching_dense"]) == (0.91, None)
    for item in table:
        if item["round"] == 0:
            item |= {"early_stop_test_accuracy": math.nan, "diverged": True}
    ticket = tables.headlines(table)["iterative"]["ticket"]
    assert (ticket["diverged"], ticket["dense_test_accuracy"], ticket["best_test_accuracy"]) == (4, None, 0.91)


def test_headlines_of_a_network_that_never_learns_are_json_too() -> None:
    table = [row("iterative", 0, "ticket", early_stop_test_accuracy=math.nan, early_stop_iteration=0, density=1.0)]
    ticket = tables.headlines(table)["iterative"]["ticket"]
    assert (ticket["dense_test_accuracy"], ticket["smallest_density_matching_dense"], ticket["best_early_stop_speedup"]) == (None, None, None)


def test_a_mask_that_came_from_a_diverged_training_counts_as_diverged() -> None:
    table = toy_results()
    table[-1] |= {"ancestor_diverged": True}
    assert tables.headlines(table)["iterative"]["reinit"]["diverged"] == 1


def test_a_table_without_the_dense_network_has_no_headlines() -> None:
    with pytest.raises(ValueError, match="the table has no dense network of branch 'ticket' to compare with"):
        tables.headlines([row("iterative", 1, "ticket", density=0.8)])
