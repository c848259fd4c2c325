"""What formulas amount to, by tables and numbers that were made by hand."""

from typing import Any

import numpy as np
import pytest
from toy_claims import TABLE, bins, found

from lth.report.bootstrap import DRAWS
from lth.report.evidence import Evidence, MissingError
from lth.report.formulas import Scope

FLAT = [[0.5] * 4] * 2
NUMBERS = {
    "figure-1": [
        *bins([[0.4, 0.1, 0.2, 0.3], [0.4, 0.1, 0.2, 0.3]], "50 % of weights remaining", "fc1"),
        *bins(FLAT, "100 % of weights remaining", "fc1", positive=[0.4, 0.6]),
        *bins(FLAT, "fc1", "inside", mean=[3, 5]),
    ],
    "figure-3": [
        {"line": line, "iteration": str(100 * at), "mean": str(mean)}
        for line, means in (
            ("toy/dense/round-0/ticket", (10, 60, 98)),
            ("toy/a/round-1/b", (5, 97)),
        )
        for at, mean in enumerate(means)
    ],
}
EVIDENCE = Evidence({"toy": TABLE, "empty": []}, NUMBERS, {"toy": {"weights": 1000}})
TICKET, REINIT, ONESHOT = "toy/iterative/ticket", "toy/iterative/reinit", "toy/oneshot/ticket"
DENSE = "toy/dense/ticket"
GROUPS = {"all": ("toy",), "figure-3": ("toy/dense/round-0/ticket", "toy/iterative/round-2/ticket")}


@pytest.mark.parametrize(
    ("formula", "result"),
    [
        ("1 + 2 * 3 - 4 / 8", 6.5),
        ("-(1 - 3)", 2),
        ("-(1 < 3)", -1),
        ("1 < 2 <= 2 and not 3 < 2", True),
        ("1 > 2 or 2 >= 2 or 1 == 2", True),
        ("[1, 2] < [2, 2]", [True, False]),
        ("abs(-3)", 3),
        ("log(1)", 0),
        ("largest([1, 3, 2])", 3),
        ("smallest([1, [3, 2]])", 1),
        ("sum([1, 3, 2])", 6),
        ("mean([1, 3, 2])", 2),
        ("all([1 < 2, 2 < 1])", False),
        (f'test("{DENSE}")', 90),
        (f'test("toy/dense/round-0/ticket") - test("{TICKET}@100")', 0),
        (f'test("{TICKET}@64")', 92),
        (f'test("{TICKET}@60")', 92),
        (f'test("{TICKET}@640w")', 92),
        ('test("toy/iterative/round-2/ticket")', 92),
        (f'early("{TICKET}@64") / early("{DENSE}")', 0.5),
        (f'first_test("{TICKET}@80")', 40),
        (f'last_test("{TICKET}@80")', 51),
        (f'last_val("{DENSE}")', 60),
        (f'test("{TICKET}")', [91, 92, 89.9, 85]),
        (f'size("{TICKET}")', [80, 64, 51.2, 40.96]),
        (f'test("{TICKET}@50-70")', [92, 89.9]),
        (f'test("{TICKET}@0-51.0")', [89.9, 85]),
        (f'largest(test("{TICKET}")) - test("{DENSE}")', 2),
        (f'at_smallest(early("{TICKET}"))', 64),
        (f'at_largest(test("{TICKET}"))', 64),
        (f'down_to(test("{TICKET}") >= test("{DENSE}"))', 64),
        (f'down_to(test("{TICKET}") >= test("{DENSE}") - 0.1)', 51.2),
        (f'from_on(test("{TICKET}") < test("{DENSE}") - 0.1)', 40.96),
        (f'mean(test("{TICKET}") > test("{REINIT}"))', 0.75),
        (f'mean(test("{TICKET}") - test("{ONESHOT}"))', 6.5),
        (f'sum(where(test("{TICKET}"), size("{TICKET}") > 60) > 0)', 2),
        (f'correlation(size("{REINIT}"), early("{REINIT}"))', -1),
        (f'trials(test("{TICKET}@64") > 92)', 0.5),
        (f'trials(test("{TICKET}") > 89.6)', [1, 1, 0.5, 0]),
        ('trials(positive("figure-1/fc1@100") > 0.5)', 0.5),
        ('each("all", 2 * test("*/dense/ticket"))', 180),
        ('each("64 80", early("toy/iterative/ticket@*"))', [500, 800]),
        ('each("figure-3", early("*"))', [1000, 500]),
        ('fact("toy", "weights")', 1000),
        ('average("figure-1/fc1/inside")', 4),
        ('deviation("figure-1/fc1@100")', 0.5),
        ('positive("figure-1/fc1@50")', 0.75),
        ('magnitude("figure-1/fc1@100")', 0.5),
        ('within("figure-1/fc1@100", 0.25)', 0.25),
        ('reaches("figure-3/toy/dense/round-0/ticket", 60)', 100),
        ('reaches("figure-3/toy/a/round-1/b", 98)', float("inf")),
    ],
)
def test_a_formula_gives_what_is_counted_by_hand(formula: str, result: Any) -> None:
    numbers = found(formula, EVIDENCE, Scope(GROUPS)).numbers[0].tolist()
    assert numbers == pytest.approx(result if isinstance(result, list) else [result])


@pytest.mark.parametrize(
    ("formula", "why"),
    [
        ('test("none/dense/ticket")', "none was not run"),
        ('test("empty/dense/ticket")', "empty was not run"),
        ('test("toy/random/reinit@50")', "toy has no line random/reinit"),
        ('test("toy/dense/noise-1")', "toy has no line dense/noise-1"),
        (f'test("{TICKET}@20")', "toy has no round near iterative/ticket@20"),
        (f'test("{TICKET}@20w")', "toy has no round near iterative/ticket@20w"),
        (f'test("{TICKET}@5-20")', "toy has no rounds iterative/ticket@5-20"),
        ('test("toy/iterative/round-9/ticket")', "toy has no rounds iterative/round-9/ticket"),
        ('dip("figure-1/fc2@50")', "figure-1 has no line fc2@50"),
        ('dip("figure-1/fc1@20")', "figure-1 has no line fc1@20"),
        ('dip("figure-1/fc1/outside")', "figure-1 has no line fc1/outside"),
        ('dip("figure-2/fc1@50")', "figure-2 was not drawn"),
        ('reaches("figure-3/toy/other", 1)', "figure-3 has no curve toy/other"),
        ('largest(each("unread", early("*")))', "unread was not drawn"),
        ('fact("other", "weights")', "other is no experiment of the catalog"),
    ],
)
def test_what_was_not_run_is_missing(formula: str, why: str) -> None:
    with pytest.raises(MissingError, match=f"^{why}$"):
        found(formula, EVIDENCE, Scope({"unread": ()}))


@pytest.mark.parametrize(
    "formula",
    ['within("figure-1/fc1@100", [0.1, 0.2])', 'reaches("figure-3/toy/a/round-1/b", [97, 98])'],
)
def test_a_level_is_one_number(formula: str) -> None:
    with pytest.raises(ValueError, match=r"^expected one number, got 2$"):
        found(formula, EVIDENCE)


def test_an_experiment_without_moments_has_no_accuracy_at_them() -> None:
    rows = [{key: row[key] for key in row if "_at_" not in key} for row in TABLE]
    with pytest.raises(MissingError, match=r"^toy has no moments$"):
        found(f'last_test("{DENSE}")', Evidence({"toy": rows}))


def test_trials_are_drawn_alike_for_all_lines_of_an_experiment() -> None:
    gain = found(f'test("{TICKET}@80") - test("{DENSE}")', EVIDENCE).numbers
    assert gain.shape == (1 + DRAWS, 1)
    assert gain == pytest.approx(1), "trials differ by one point, in all rounds alike"
    drawn = found(f'test("{DENSE}")', EVIDENCE).numbers
    assert np.unique(drawn.round(6)).tolist() == [89.5, 90.0, 90.5]
    assert np.array_equal(drawn, found(f'test("{DENSE}")', EVIDENCE).numbers), "the same each time"


def test_trials_of_two_experiments_are_drawn_apart() -> None:
    both = Evidence({"toy": TABLE, "other": TABLE})
    apart = found(f'test("{DENSE}") - test("other/dense/ticket")', both).numbers
    assert np.unique(apart.round(6)).tolist() == [-1, -0.5, 0, 0.5, 1]


def test_what_does_not_depend_on_trials_is_not_drawn() -> None:
    assert found('fact("toy", "weights") / 0', EVIDENCE).numbers.tolist() == [[np.inf]]
