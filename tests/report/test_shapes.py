"""What formulas make of histograms."""

import numpy as np
import pytest
from toy_claims import bins

from lth.report import shapes
from lth.report.evidence import Evidence
from lth.report.shapes import Shape
from lth.report.values import constant


def shape(*trials: list[float], low: float = -1.0) -> Shape:
    rows = bins(trials, "7.02 % of weights remaining", "fc1", low)
    return shapes.shape(Evidence({}, {"figure-1": rows}), "figure-1/fc1@7.0")


def test_densities_are_means_over_the_drawn_trials() -> None:
    found = shape([1, 0], [0, 1])
    assert found.densities[0].tolist() == [0.5, 0.5]
    assert np.unique(found.densities, axis=0).tolist() == [[0, 1], [0.5, 0.5], [1, 0]]
    assert found.edges.tolist() == [-1, 0, 1]


def test_a_share_near_0_is_part_of_the_bins_beside_it() -> None:
    found = shape([0.6, 0.4, 0.4, 0.6])
    assert shapes.within(found, constant(0.5)).numbers[0] == pytest.approx(0.4)
    assert shapes.within(found, constant(0.25)).numbers[0] == pytest.approx(0.2)


def test_a_magnitude_is_the_mean_distance_of_bins_from_0() -> None:
    found = shape([1, 0, 0, 1])
    assert shapes.magnitude(found).numbers[0] == pytest.approx(0.75)


@pytest.mark.parametrize(
    ("densities", "depth"),
    [
        ([0.2, 1, 0.1, 0.5, 0.2], 0.2),
        ([0, 0.5, 1, 0.5, 0], 2),
        ([1, 1, 1, 1, 1], 1),
        ([0, 0, 1, 1, 0], np.inf),
    ],
)
def test_a_dip_is_relative_to_the_lower_peak_beside_0(densities: list[float], depth: float) -> None:
    assert shapes.dip(shape(densities)).numbers[0] == pytest.approx(depth)


@pytest.mark.parametrize(
    ("densities", "height"),
    [
        ([2, 1, 3, 4, 1], 0.5),
        ([1, 3, 1, 2, 4, 2], 0.75),
        ([1, 2, 3, 4, 1], 0),
        ([4, 1, 3, 1, 1], 0),
        ([2, 2, 1, 4, 1], 0),
    ],
)
def test_the_lower_peak_is_one_at_the_left_of_the_highest(
    densities: list[float], height: float
) -> None:
    assert shapes.lower_peak(shape(densities, low=0)).numbers[0] == height


def test_a_panel_is_the_one_of_the_nearest_percent() -> None:
    rows = [
        *bins([[1, 0]], "8 % of weights remaining", "fc1"),
        *bins([[0, 1]], "6.9 % of weights remaining (round 12)", "fc1"),
    ]
    found = shapes.shape(Evidence({}, {"figure-1": rows}), "figure-1/fc1@7.0")
    assert found.densities[0].tolist() == [0, 1]
