"""Headline numbers: the dense network, the best, the smallest as good, and the fastest."""

import json
import math
from pathlib import Path
from typing import Any

import pytest

from lth.files.origins import Document, Origin, sha256
from lth.report import headlines, tables
from lth.report.quantities import OF_TABLES
from lth.report.winning import NAMES

MATCHING = "smallest_density_matching_dense"
FASTEST = "best_early_stop_speedup_density"


def row(
    round: int, branch: str = "ticket", trial: int = 0, strategy: str = "iterative", **measures: Any
) -> dict[str, Any]:
    network = {"experiment": "toy", "trial": trial, "strategy": strategy}
    network |= {"round": round, "branch": branch, "repeat": 0}
    defaults = dict.fromkeys(OF_TABLES, 0.5) | {"weights_left": 10, "early_stop_iteration": 100}
    return network | defaults | {"diverged": False, "ancestor_diverged": False} | measures


def toy_results() -> list[dict[str, Any]]:
    """Two trials: tickets gain at first and learn faster, reinitialised networks only lose."""
    numbers = [
        ("ticket", 0, 1.0, (0.90, 0.92), (80, 120)),
        ("ticket", 1, 0.5, (0.95, 0.93), (40, 60)),
        ("ticket", 2, 0.2, (0.91, 0.91), (30, 20)),
        ("ticket", 3, 0.1, (0.70, 0.80), (90, 90)),
        ("reinit", 0, 1.0, (0.90, 0.90), (80, 120)),
        ("reinit", 1, 0.5, (0.80, 0.80), (200, 200)),
    ]
    return [
        row(
            round,
            branch,
            trial,
            density=density,
            early_stop_test_accuracy=accuracies[trial],
            early_stop_iteration=stops[trial],
        )
        for branch, round, density, accuracies, stops in numbers
        for trial in range(2)
    ]


def ticket(table: list[dict[str, Any]]) -> dict[str, Any]:
    return headlines.headlines(table)["iterative"]["ticket"]


def test_headlines_of_tickets() -> None:
    assert ticket(toy_results()) == {
        "dense_test_accuracy": 0.91,
        "best_test_accuracy": 0.94,
        "best_test_accuracy_density": 0.5,
        "smallest_density_matching_dense": 0.2,
        "best_early_stop_speedup": 4.0,
        "best_early_stop_speedup_density": 0.2,
        **dict.fromkeys(NAMES),
        "diverged": 0,
        "networks": 2,
        "trials": 2,
    }


def test_headlines_of_networks_that_only_lose() -> None:
    assert headlines.headlines(toy_results())["iterative"]["reinit"] == {
        "dense_test_accuracy": 0.91,
        "best_test_accuracy": 0.8,
        "best_test_accuracy_density": 0.5,
        "smallest_density_matching_dense": None,
        "best_early_stop_speedup": None,
        "best_early_stop_speedup_density": None,
        "diverged": 0,
        "networks": 2,
        "trials": 2,
    }


def test_three_trials_have_a_smallest_winning_ticket() -> None:
    third = [item | {"trial": 2} for item in toy_results() if item["trial"] == 0]
    found = ticket(toy_results() + third)
    assert (found["trials"], found["winning_density"]) == (3, None)
    assert [found[f"winning_density{end}"] for end in ("_low", "_high")] == [0.2, 0.5]


def test_all_larger_densities_must_match_too() -> None:
    accuracies = {
        0: (0.90, 0.94),
        1: (0.91, 0.93),
        2: (0.919, 0.9192),  # at most a tenth of a point worse
        3: (0.918, 0.9188),  # more than that
        4: (0.95, 0.95),
    }
    table = [
        row(
            round,
            trial=trial,
            density=0.8**round,
            early_stop_test_accuracy=value,
            early_stop_iteration=100 - 20 * round,
        )
        for round, values in accuracies.items()
        for trial, value in enumerate(values)
    ]
    found = ticket(table)
    assert (found[MATCHING], found[FASTEST]) == (0.64, 0.64)
    assert found["best_test_accuracy_density"] == 0.4096


def test_diverged_networks_are_counted_and_are_never_best() -> None:
    table = toy_results()
    nan = {"early_stop_test_accuracy": math.nan, "diverged": True}
    table = [
        item | (nan if (item["branch"], item["round"]) == ("ticket", 1) else {}) for item in table
    ]
    found = ticket(table)
    assert found["diverged"] == 2
    assert (found["best_test_accuracy"], found[MATCHING]) == (0.91, None)
    found = ticket([item | (nan if item["round"] == 0 else {}) for item in table])
    assert (found["diverged"], found["dense_test_accuracy"]) == (4, None)
    assert found["best_test_accuracy"] == 0.91


def test_a_network_that_never_learns_has_headlines_too() -> None:
    table = [row(0, early_stop_test_accuracy=math.nan, early_stop_iteration=0, density=1.0)]
    found = ticket(table)
    assert (found["dense_test_accuracy"], found[MATCHING]) == (None, None)
    assert found["best_early_stop_speedup"] is None
    json.dumps(found, allow_nan=False)


def test_a_mask_of_a_diverged_network_counts_as_diverged() -> None:
    table = toy_results()
    table[-1] |= {"ancestor_diverged": True}
    assert headlines.headlines(table)["iterative"]["reinit"]["diverged"] == 1


def test_a_strategy_without_tickets_has_the_dense_one_of_another() -> None:
    table = toy_results() + [
        row(
            round,
            "reinit",
            strategy="random",
            density=0.5**round,
            early_stop_test_accuracy=0.92 - round / 10,
        )
        for round in (0, 1)
    ]
    assert headlines.headlines(table)["random"]["reinit"]["dense_test_accuracy"] == 0.91


def test_a_table_without_the_dense_network_has_no_headlines() -> None:
    with pytest.raises(ValueError, match="no dense network of branch 'ticket' to compare with"):
        headlines.headlines([row(1, density=0.8)])


def test_metrics_are_the_headlines_by_experiment(tmp_path: Path) -> None:
    path = tmp_path / "toy.csv"
    path.write_text(tables.to_csv(toy_results(), []))
    origin = Origin("table", {"experiment": "toy"}, "code", {})
    document = Document(tmp_path / "toy.json", origin, {str(path): sha256(path)}, "", {})
    text = headlines.metrics([document])
    assert json.loads(text) == {"toy": headlines.headlines(toy_results())}
    assert text.endswith("}\n")
