"""Two tables line by line and round by round."""

from typing import Any

from toy_report import table

from lth.report.comparison import tables
from lth.report.comparison.section import Spread

STOP, TEST = "early_stop_iteration", "early_stop_test_accuracy"


def rows(**changes: Any) -> list[dict[str, Any]]:
    """Two rounds of a line in three trials."""
    whole = table(["iterative/ticket"], rounds=2)
    return [row | {"trial": index % 3, "repeat": 0} | changes for index, row in enumerate(whole)]


def test_equal_rounds_are_left_out() -> None:
    assert list(tables.lines(rows(), rows())) == []


def test_a_round_that_differs_is_paired_over_trials() -> None:
    later = [row | {STOP: row[STOP] + 10 * row["round"]} for row in rows()]
    (found,) = tables.lines(rows(), later)
    assert (found["line"], found["round"]) == ("iterative/ticket", 1)
    assert found[f"a_{STOP}"] == Spread(350 / 3, 100, 140, (100, 110, 140))
    assert found[f"change_{STOP}"] == Spread(10, 10, 10, (10, 10, 10))
    assert found["a_density"].mean == 80, "in percent"
    assert found[f"change_{TEST}"].mean == 0


def test_moments_of_both_are_compared() -> None:
    found = next(tables.lines(rows(), rows(test_accuracy_at_30=0.75)))
    assert found["change_test_accuracy_at_30"].mean == 25
    other = [{k: v for k, v in row.items() if "_at_" not in k} for row in rows()]
    assert list(tables.lines(rows(), other)) == []


def test_a_round_of_one_table_has_its_cells_only() -> None:
    (found,) = tables.lines(rows(), [row for row in rows() if not row["round"]])
    assert found[f"a_{STOP}"].mean == 350 / 3
    assert not {name for name in found if name.startswith(("b_", "change_"))}
    (other,) = tables.lines([row for row in rows() if not row["round"]], rows())
    assert other[f"b_{STOP}"].mean == 350 / 3


def test_repeats_are_compared_with_the_only_network() -> None:
    twice = [row | {"repeat": repeat, STOP: 0} for row in rows() for repeat in range(2)]
    first, _ = tables.lines(rows(), twice)
    assert first[f"change_{STOP}"].values == (0, -10, -40)
    assert len(first[f"b_{STOP}"].values) == 6


def test_rows_can_be_taken_by_their_trials() -> None:
    assert {row["trial"] for row in tables.of_trials(rows(), {1, 2})} == {1, 2}
    assert tables.rounds(rows()) == {("iterative", "ticket", 0), ("iterative", "ticket", 1)}
