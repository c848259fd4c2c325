"""Student's t: quantiles as they are printed in tables, and bounds by hand."""

import math

import numpy as np
import pytest

from lth.report import student

TABLE = {1: 6.314, 2: 2.920, 3: 2.353, 4: 2.132, 5: 2.015, 9: 1.833, 10: 1.812, 30: 1.697}


@pytest.mark.parametrize(("freedom", "quantile"), TABLE.items())
def test_quantiles_are_those_of_tables(freedom: int, quantile: float) -> None:
    assert round(student.quantile(freedom), 3) == quantile


def test_quantiles_of_one_and_two_are_those_of_formulas() -> None:
    assert student.quantile(1, 0.975) == pytest.approx(math.tan(0.475 * math.pi), rel=1e-12)
    assert student.quantile(2) == pytest.approx(0.9 * math.sqrt(2 / (1 - 0.9**2)), rel=1e-12)


def test_quantiles_of_many_are_those_of_the_normal_distribution() -> None:
    assert student.quantile(1_000) == pytest.approx(1.645, abs=2e-3)
    assert student.quantile(1_000, 0.975) == pytest.approx(1.96, abs=3e-3)


def test_a_bound_is_the_mean_less_t_errors() -> None:
    bounds = student.lower_bound(np.array([[1.0, 2.0, 3.0], [5.0, 5.0, 5.0]]))
    assert bounds == pytest.approx([2 - 2.919986 / math.sqrt(3), 5])


def test_a_bound_of_what_is_no_number_is_none() -> None:
    assert np.isnan(student.lower_bound(np.array([[1.0, math.nan, 3.0]]))).all()
