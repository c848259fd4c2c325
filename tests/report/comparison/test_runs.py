"""Where curves part, and measures side by side."""

from typing import Any

import numpy as np
from toy_masks import file

from lth.files.hdf5 import File
from lth.report.comparison.runs import curves, measures, starts
from lth.report.comparison.section import Spread
from lth.report.quantities import DRAWN, OF_CURVES

PLACES = [(0, 0), (1, 1)]


def run(values: list[list[float]], start: bytes = b"a", **measured: list[float]) -> File:
    """A run of two trials, evaluated every 10 iterations, with four equal curves."""
    curve = np.array(values)
    at = 10 * np.arange(curve.shape[1])
    arrays: dict[str, Any] = {
        **{"iterations": at, "test_iterations": at, "start_digest": np.array([b"b", start])},
        **{f"curves/{name}": curve for name in OF_CURVES},
        **{f"measures/{name}": np.array(measured.get(name, [1.0, 1.0])) for name in DRAWN},
    }
    return file("run", [(0, 0), (1, 0)], arrays)


def test_curves_part_where_the_first_network_does() -> None:
    one, other = run([[1, 2, 3], [1, 2, 3]]), run([[1, 2, 3], [1, 2.5, 1]])
    rows = {row["curve"]: row for row in curves(one, other, PLACES).rows}
    assert rows["test_loss"] == {
        "curve": "test_loss",
        "evaluations": 3,
        "networks": 1,
        "first": 10,
        "largest": Spread(1.0, 0.0, 2.0, (0.0, 2.0)),
        "at": 20,
    }
    assert rows["test_accuracy"]["largest"].high == 200, "in percent"


def test_curves_are_compared_where_both_were_evaluated() -> None:
    one, other = run([[1, 2, 3], [1, 2, 3]]), run([[1, 2], [1, 2]])
    assert curves(one, other, PLACES).rows[0] == {
        "curve": "test_accuracy",
        "evaluations": 2,
        "networks": 0,
    }


def test_curves_that_are_not_finite_are_compared() -> None:
    nan, inf = float("nan"), float("inf")
    one, other = run([[1, nan, inf], [1, 2, 3]]), run([[1, nan, inf], [1, 2, 3]])
    assert curves(one, other, PLACES).rows[3]["networks"] == 0
    parted = curves(one, run([[1, nan, 3], [1, 2, 3]]), PLACES).rows[3]
    assert (parted["first"], parted["largest"].high) == (20, inf)


def test_measures_stand_side_by_side_where_they_differ() -> None:
    one = run([[1], [1]], early_stop_iteration=[100, 200], final_test_accuracy=[0.9, 0.9])
    other = run([[1], [1]], early_stop_iteration=[150, 270], final_test_accuracy=[0.9, 0.9])
    (row,) = measures(one, other, PLACES).rows
    assert row["measure"] == "early_stop_iteration"
    assert (row["a"].mean, row["b"].mean, row["change"].values) == (150, 210, (50, 70))


def test_accuracies_are_in_percent() -> None:
    one, other = run([[1], [1]]), run([[1], [1]], final_test_accuracy=[0.5, 0.75])
    (row,) = measures(one, other, PLACES).rows
    assert (row["a"].mean, row["b"].values) == (100, (50, 75))


def test_starts_count_equal_digests() -> None:
    section = starts(run([[1], [1]]), run([[1], [1]], start=b"c"), PLACES)
    assert section.title == "starts: 1 of 2 networks start from the same weights"
