"""Formulas over tables that were made by hand."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

from lth.report import formulas
from lth.report.formulas import MissingError, Tables, correlation

Of = Callable[[int, int], float]  # a value by round and trial


def rows(
    strategy: str, branch: str, accuracy: Of, stop: Of, rounds: int = 4
) -> list[dict[str, Any]]:
    """Rows of two trials and two repeats, which differ by 0.02 around a trial's accuracy."""
    return [
        {
            **{"strategy": strategy, "branch": branch, "round": round, "trial": trial},
            **{"repeat": repeat, "density": 0.8**round},
            "early_stop_test_accuracy": accuracy(round, trial) + 0.02 * (repeat - 0.5),
            "early_stop_iteration": stop(round, trial),
        }
        for round in range(rounds + 1)
        for trial in range(2)
        for repeat in range(2)
    ]


# Percent of test accuracy, means over trials: dense 90, then 91, 92, 89.9, 85.
TEST = (0.90, 0.91, 0.92, 0.899, 0.85)
STOP = (1000, 800, 500, 700, 2000)
TABLE = [
    *rows("iterative", "ticket", lambda n, k: TEST[n] + 0.01 * (k - 0.5), lambda n, k: STOP[n]),
    *rows("iterative", "reinit", lambda n, k: 0.90 - 0.01 * n, lambda n, k: 1000 + 100 * n),
    *rows("oneshot", "ticket", lambda n, k: 0.8, lambda n, k: 900.0, rounds=2),
]
TABLES = Tables({"toy": TABLE, "empty": []})
TICKET, REINIT = "toy/iterative/ticket", "toy/iterative/reinit"


@pytest.mark.parametrize(
    ("formula", "result"),
    [
        ("1 + 2 * 3 - 4 / 8", 6.5),
        ("-(1 - 3)", 2),
        ("1 < 2 <= 2 and not 3 < 2", True),
        ("1 > 2 or 2 >= 2", True),
        ("abs(-3)", 3),
        ("most(1, 3, 2)", 3),
        ("least(1, 3, 2)", 1),
        ('test("toy/dense")', 90),
        (f'test("{TICKET}@64")', 92),
        (f'test("{TICKET}@60")', 92),
        (f'early("{TICKET}@64") / early("toy/dense")', 0.5),
        (f'at("early_stop_iteration", "{TICKET}@80")', 800),
        (f'largest("test", "{TICKET}")', 92),
        (f'smallest("test", "{TICKET}")', 85),
        (f'gain("test", "{TICKET}")', 2),
        (f'speedup("{TICKET}")', 2),
        (f'fastest("{TICKET}")', 64),
        (f'last_match("test", "{TICKET}", 0)', 64),
        (f'last_match("test", "{TICKET}", 0.2)', 51.2),
        (f'last_match("test", "{REINIT}", 0.5)', 100),
        (f'first_below("test", "{TICKET}", 0.2)', 40.96),
        (f'first_below("test", "{TICKET}", 9)', 0),
        (f'first_below("test", "{REINIT}", 0.5)', 80),
        (f'share_above("test", "{TICKET}", "{REINIT}")', 0.75),
        (f'mean_above("test", "{TICKET}", "{REINIT}")', (2 + 4 + 2.9 - 1) / 4),
        (f'mean_above("test", "{TICKET}", "toy/oneshot/ticket")', 11.5),
        (f'trend("early", "{REINIT}")', -1),
        (f'trend("test", "{REINIT}")', 1),
    ],
)
def test_a_formula_gives_what_is_counted_by_hand(formula: str, result: Any) -> None:
    formulas.check(formula, "value")
    found = formulas.value(formula, TABLES)
    assert found == (result if isinstance(result, bool) else pytest.approx(result))


def test_names_have_values() -> None:
    formulas.check("abs(ours - paper) < 1", "agrees", ["ours", "paper"])
    assert formulas.value("abs(ours - paper) < 1", TABLES, {"ours": 2, "paper": 2.5})


@pytest.mark.parametrize(
    ("formula", "why"),
    [
        ('test("none/dense")', "none was not run"),
        ('test("empty/dense")', "empty was not run"),
        ('test("toy/random/reinit@50")', "toy has no line random/reinit"),
        (f'end_test("{TICKET}@50")', "the table of toy has no column final_test_accuracy"),
    ],
)
def test_what_was_not_run_is_missing(formula: str, why: str) -> None:
    with pytest.raises(MissingError, match=why):
        formulas.value(formula, TABLES)


@pytest.mark.parametrize(
    "formula",
    [
        "",
        "1 +",
        "open('x')",
        "__import__('os')",
        "ours",
        "test.x",
        "[1]",
        "{}",
        "(lambda: 1)()",
        "test('a', level=1)",
        "1 if 2 else 3",
        "2 ** 10",
        "1 in 2",
        "b'x'",
        "f'{1}'",
        "x := 1",
        "(" * 300,
    ],
)
def test_nothing_else_is_a_formula(formula: str) -> None:
    with pytest.raises(ValueError, match=r"^value: "):
        formulas.check(formula, "value")


@pytest.mark.parametrize(
    ("formula", "message"),
    [
        ('test("toy")', "expected a line such as"),
        (f'test("{TICKET}")', "expected a line with a level"),
        (f'gain("test", "{TICKET}@50")', "expected a line over all rounds"),
        ('gain("test", "toy/dense")', "expected a line over all rounds"),
    ],
)
def test_a_line_of_another_form_is_refused(formula: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        formulas.value(formula, TABLES)


def test_experiments_are_those_of_lines() -> None:
    formula = f'test("{TICKET}@50") - at("test_accuracy_at_1000", "other/dense")'
    assert formulas.experiments_of(formula) == ["toy", "other"]
    assert formulas.experiments_of(formulas.with_prefix(formula, "mini-")) == [
        "mini-toy",
        "mini-other",
    ]


def test_drawn_trials_are_the_same_for_all_lines_of_an_experiment() -> None:
    drawn = TABLES.drawn(np.random.default_rng(3))
    gain = formulas.value(f'test("{TICKET}@80") - test("toy/dense")', drawn)
    assert gain == pytest.approx(1), "trials differ by one point, in all rounds alike"
    found = {
        round(formulas.value('test("toy/dense")', TABLES.drawn(np.random.default_rng(seed))), 6)
        for seed in range(20)
    }
    assert found == {89.5, 90.0, 90.5}


@pytest.mark.parametrize(
    ("one", "other", "result"),
    [
        ([1, 2, 3], [10, 20, 15], 0.5),
        ([1, 2, 3, 4], [1, 1, 2, 2], 0.8944271909999159),
        ([1, 2, 3], [3, 2, 1], -1),
    ],
)
def test_rank_correlations_are_spearman_s(
    one: Sequence[float], other: Sequence[float], result: float
) -> None:
    assert correlation(one, other) == pytest.approx(result)


def test_a_constant_has_no_correlation() -> None:
    assert np.isnan(correlation([1, 2, 3], [5, 5, 5]))
