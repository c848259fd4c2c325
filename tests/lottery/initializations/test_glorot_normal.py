"""Glorot's standard deviation."""

import pytest
from architectures import built

from lth.lottery.initializations.distribution import Distribution
from lth.lottery.initializations.glorot_normal import GlorotNormal


@pytest.mark.parametrize(
    ("fans", "deviation"), [((784, 300), 0.042954), ((300, 100), 0.070711), ((100, 10), 0.134840)]
)
def test_the_deviation_is_the_papers(fans: tuple[int, int], deviation: float) -> None:
    assert GlorotNormal.deviation(*fans, 0.0) == pytest.approx(deviation, abs=5e-7)


def test_the_deviation_of_convolutions_counts_the_window() -> None:
    expected = {
        "conv11.weight": 0.057591,
        "conv12.weight": 0.041667,
        "fc1.weight": 0.010963,
        "fc2.weight": 0.0625,
        "output.weight": 0.086711,
    }
    found = Distribution(built("conv-2"), "glorot-normal").deviations()
    assert found == pytest.approx(expected, abs=5e-7)
