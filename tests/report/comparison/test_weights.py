"""How alike weights are on the connections that both networks have."""

import math

import numpy as np
import pytest

from lth.report.comparison.section import Spread
from lth.report.comparison.weights import likeness

ONE = {"fc1.weight": np.array([[1, -2, 3, 0, 5]], np.float32), "fc1.bias": np.ones((1, 2))}
OTHER = {"fc1.weight": np.array([[2, 4, 6, 7, 0]], np.float32), "fc1.bias": np.ones((1, 2))}


def means(one: dict[str, np.ndarray], other: dict[str, np.ndarray]) -> dict[str, float]:
    """The means of the row of all layers."""
    *_, together = likeness(one, other, [(0, 0)])
    return {name: item.mean for name, item in together.items() if isinstance(item, Spread)}


def test_only_shared_connections_count() -> None:
    assert means(ONE, OTHER) == {
        "in_both": 3,
        "equal_signs_percent": pytest.approx(200 / 3),
        "correlation": pytest.approx(np.corrcoef([1, -2, 3], [2, 4, 6])[0, 1]),
        "size_in_a": pytest.approx(math.sqrt(14 / 3)),
        "size_in_b": pytest.approx(math.sqrt(56 / 3)),
        "distance": pytest.approx(math.sqrt((1 + 36 + 9) / 3)),
    }


def test_only_weights_are_compared() -> None:
    assert [row["layer"] for row in likeness(ONE, OTHER, [(0, 0)])] == ["fc1.weight", "all"]


def test_layers_together_are_as_one_layer() -> None:
    one = {"fc1.weight": ONE["fc1.weight"][:, :2], "fc2.weight": ONE["fc1.weight"][:, 2:]}
    other = {"fc1.weight": OTHER["fc1.weight"][:, :2], "fc2.weight": OTHER["fc1.weight"][:, 2:]}
    assert means(one, other) == means(ONE, OTHER)


def test_equal_weights_have_no_distance() -> None:
    found = means(ONE, ONE)
    assert (found["distance"], found["equal_signs_percent"]) == (0, 100)
    assert found["correlation"] == pytest.approx(1)


def test_nothing_shared_has_no_likeness() -> None:
    apart = {"fc1.weight": np.array([[0, 0, 0, 1, 0]], np.float32)}
    found = means(ONE, apart)
    assert found["in_both"] == 0
    assert math.isnan(found["distance"])
    assert math.isnan(found["correlation"])
