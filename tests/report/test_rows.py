"""Rows of a table by line, round and trial."""

import numpy as np

from lth.report.rows import by_trial, column, rounds_of, trials


def row(strategy: str, round: int, trial: int = 0) -> dict[str, object]:
    return {"strategy": strategy, "branch": "ticket", "round": round, "trial": trial}


def test_rounds_of_a_line_stand_in_their_order() -> None:
    lines = rounds_of([row("b", 2), row("a", 0), row("b", 1, 0), row("b", 1, 1)])
    assert lines.keys() == {("a", "ticket"), ("b", "ticket")}
    assert lines["b", "ticket"] == [[row("b", 1, 0), row("b", 1, 1)], [row("b", 2)]]


def test_a_column_has_numbers_of_networks() -> None:
    rows = [{"trial": 3, "loss": 1}, {"trial": 1, "loss": 2.5}]
    assert (column(rows, "loss").tolist(), trials(rows)) == ([1, 2.5], [3, 1])


def test_repeats_of_a_trial_are_averaged() -> None:
    values = np.array([[0.0, 8.0], [4.0, 2.0], [2.0, 8.0], [6.0, 2.0]])
    assert by_trial(values, [0, 1, 0, 1]).tolist() == [[1, 8], [5, 2]]
    assert by_trial(values[::-1], [1, 0, 1, 0]).tolist() == [[1, 8], [5, 2]]
    assert by_trial(values[:, 0], [0, 1, 0, 1]).tolist() == [1, 5]
