"""The smallest winning tickets, by tests over trials, of tables whose answers are known by hand."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from project import TOP

from lth.report import headlines, tables, winning

DENSE = (0.90, 0.92, 0.94)  # accuracies of three trials
SLOW = (100, 200, 300)  # iterations, at which they stop
Change = tuple[float, float, float]  # by trial, from the dense network
SAME: Change = (0, 0, 0)


def found(
    gains: Mapping[float, Change], delays: Mapping[float, Change] | None = None, trials: int = 3
) -> dict[str, Any]:
    """The numbers of rounds by density, whose tickets differ by this from the dense network."""
    later = delays or {}
    sizes = {1.0: SAME, **gains}
    rounds = [
        [
            {
                **{"trial": trial, "density": size},
                "early_stop_test_accuracy": DENSE[trial] + gain[trial],
                "early_stop_iteration": SLOW[trial] + later.get(size, SAME)[trial],
            }
            for trial in range(trials)
        ]
        for size, gain in sizes.items()
    ]
    return winning.densities(rounds, rounds[0])


def ends(numbers: Mapping[str, float], kind: str) -> Sequence[float]:
    return [numbers[f"{kind}_density{end}"] for end in ("", "_low", "_high")]


def test_the_sparsest_round_that_is_as_accurate_is_found() -> None:
    gains = {0.5: (0.01,) * 3, 0.2: (-0.0005,) * 3, 0.1: (-0.002,) * 3}
    assert ends(found(gains), "accurate") == [0.2, 0.2, 0.2]


def test_a_round_may_be_better_than_denser_ones() -> None:
    gains = {0.5: (-0.01,) * 3, 0.2: SAME}
    assert ends(found(gains), "accurate") == [0.2, 0.2, 0.2]


def test_the_margin_itself_is_not_below_it_in_spite_of_rounding() -> None:
    assert ends(found({0.5: (-0.001,) * 3}), "accurate") == [0.5, 0.5, 0.5]
    assert math.isnan(found({0.5: (-0.00101,) * 3})["accurate_density"])


def test_trials_that_differ_prove_less() -> None:
    # The mean is 0.001, the deviation 0.001 and the bound 0.001 - 2.92 x 0.001 / sqrt(3).
    assert found({0.5: (0.0, 0.001, 0.002)})["accurate_density"] == 0.5
    # Three times as much: the bound is 0.001 - 0.0051, below -0.001.
    assert math.isnan(found({0.5: (-0.002, 0.001, 0.004)})["accurate_density"])


def test_ends_are_of_single_trials_without_a_test() -> None:
    gains = {0.5: (0.01,) * 3, 0.2: (-0.01, 0.01, -0.01), 0.1: (-0.01, 0.01, -0.01)}
    assert ends(found(gains), "accurate") == [0.5, 0.1, 0.5]


def test_a_winning_ticket_is_no_later_either() -> None:
    gains = {0.5: SAME, 0.2: SAME, 0.1: SAME}
    delays: dict[float, Change] = {0.5: (-10, -10, -10), 0.1: (1, 1, 1)}
    numbers = found(gains, delays)
    assert ends(numbers, "winning") == [0.2, 0.2, 0.2], "as late is no later"
    assert ends(numbers, "accurate") == [0.1, 0.1, 0.1]


def test_a_ticket_must_be_shown_to_be_no_later() -> None:
    numbers = found({0.5: SAME}, {0.5: (-100, 0, 10)})
    assert ends(numbers, "winning")[1:] == [0.5, 1.0]
    assert math.isnan(numbers["winning_density"]), "trials differ too much"


def test_a_round_is_both_or_none() -> None:
    gains = {0.5: SAME, 0.2: (-0.01,) * 3}
    assert ends(found(gains, {0.5: (1, 1, 1)}), "winning")[1:] == [1.0, 1.0]
    assert math.isnan(found(gains, {0.5: (1, 1, 1)})["winning_density"])


def test_repeats_of_a_trial_count_as_their_mean() -> None:
    def rows(accuracies: Sequence[float], size: float) -> list[dict[str, Any]]:
        return [
            {
                **{"trial": trial, "density": size, "early_stop_iteration": 100},
                "early_stop_test_accuracy": accuracy,
            }
            for trial in range(3)
            for accuracy in accuracies
        ]

    rounds = [rows([0.90, 0.92], 1.0), rows([0.89, 0.93], 0.5), rows([0.90, 0.90], 0.2)]
    numbers = winning.densities(rounds, rounds[0])
    assert ends(numbers, "winning") == pytest.approx([0.5] * 3)


def test_fewer_than_three_trials_say_nothing() -> None:
    numbers = found({0.5: SAME}, trials=2)
    assert numbers.keys() == set(winning.NAMES)
    assert all(map(math.isnan, numbers.values()))


def test_a_diverged_ticket_is_not_as_good() -> None:
    gains = {0.5: SAME, 0.2: (math.nan, 0.0, 0.0)}
    assert ends(found(gains), "winning") == [0.5, 0.2, 0.5]


def test_of_a_dense_network_that_diverged_nothing_is_known() -> None:
    rounds = [
        [
            {
                **{"trial": trial, "density": size, "early_stop_iteration": 10},
                "early_stop_test_accuracy": 0.5 if trial else math.nan,
            }
            for trial in range(3)
        ]
        for size in (1.0, 0.5)
    ]
    assert all(map(math.isnan, winning.densities(rounds, rounds[0]).values()))


def test_a_dense_network_alone_has_no_winning_ticket() -> None:
    numbers = found({})
    assert math.isnan(numbers["winning_density"])
    assert ends(numbers, "winning")[1:] == [1, 1]


def test_lenet_has_the_tickets_that_its_page_says() -> None:
    table = tables.read_csv(Path(TOP, "docs/results/lenet-mnist/lenet.csv"))
    ticket = headlines.headlines(table)["iterative"]["ticket"]
    assert [round(100 * ticket[f"{kind}_density"], 1) for kind in ("winning", "accurate")] == [
        16.9,
        3.6,
    ]
