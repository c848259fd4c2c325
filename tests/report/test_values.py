"""Numbers over draws, and what formulas do with them."""

from collections.abc import Sequence

import numpy as np
import pytest

from lth.report import values
from lth.report.evidence import MissingError
from lth.report.values import Values, constant, joined, together


def series(*numbers: float, sizes: Sequence[float] = (80, 64, 51.2, 40.96)) -> Values:
    return Values(np.array([numbers]), tuple(sizes[: len(numbers)]))


def numbers(found: Values) -> list[float]:
    return found.numbers[0].tolist()


def test_a_line_is_computed_with_a_number_at_each_round() -> None:
    found = together(np.subtract, series(3, 2, 1), constant(1))
    assert numbers(found) == [2, 1, 0]
    assert found.sizes == (80, 64, 51.2)


def test_two_lines_have_the_rounds_that_both_have() -> None:
    found = together(np.subtract, series(3, 2, 1), series(1, 1))
    assert (numbers(found), found.sizes) == ([2, 1], (80, 64))


def test_lines_of_other_sizes_have_no_rounds_in_common() -> None:
    one, other = series(3, 2, 1), series(1, 1, sizes=(80, 65))
    with pytest.raises(MissingError, match=r"^two lines have other rounds, of 64 % and 65 %"):
        together(np.subtract, one, other)
    rounded = series(1, 1, sizes=(80, 64 * (1 + 1e-9)))
    assert numbers(together(np.subtract, one, rounded)) == [2, 1]


def test_draws_of_one_side_stay() -> None:
    drawn = Values(np.array([[1.0], [2.0]]))
    assert together(np.add, drawn, constant(1)).numbers.tolist() == [[2], [3]]
    assert joined([drawn, constant(5)]).numbers.tolist() == [[1, 5], [2, 5]]


def test_lists_of_other_lengths_are_refused() -> None:
    one, other = joined([constant(1)] * 2), joined([constant(1)] * 3)
    with pytest.raises(ValueError, match="as many numbers on both sides, got 2 and 3"):
        together(np.add, one, other)


def test_truths_stay_truths_in_a_list() -> None:
    assert numbers(joined([constant(True), constant(False)])) == [True, False]


def test_what_is_equal_but_for_rounding_is_equal() -> None:
    found = values.compared(np.greater_equal, constant(0.1 + 0.2 - 0.3), constant(1e-16))
    assert numbers(found) == [True]


@pytest.mark.parametrize(
    ("holds", "down", "on"),
    [
        ([True, True, True], 51.2, 80),
        ([True, False, True], 80, 51.2),
        ([False, True, True], 100, 64),
        ([True, True, False], 64, 0),
    ],
)
def test_a_condition_holds_down_to_a_size_and_from_one_on(
    holds: list[bool], down: float, on: float
) -> None:
    assert numbers(values.down_to(series(*holds))) == [down]
    assert numbers(values.from_on(series(*holds))) == [on]


def test_the_sizes_of_the_extremes_leave_out_what_is_no_number() -> None:
    line = series(np.nan, 2, 5, 1)
    assert numbers(values.at_largest(line)) == [51.2]
    assert numbers(values.at_smallest(line)) == [40.96]
    assert (numbers(values.largest(line)), numbers(values.smallest(line))) == ([5], [1])


def test_the_worst_of_a_list_is_that_of_all_items() -> None:
    whole = joined([constant(1), constant(np.nan), constant(2)])
    assert np.isnan([numbers(values.largest(whole)), numbers(values.smallest(whole))]).all()


def test_a_list_has_no_sizes() -> None:
    with pytest.raises(ValueError, match="expected a line over rounds, got a number or a list"):
        values.at_largest(joined([constant(1), constant(2)]))


def test_where_a_condition_fails_there_is_no_number() -> None:
    found = values.where(series(1, 2), series(True, False))
    assert numbers(found)[0] == 1
    assert np.isnan(numbers(found)[1])


@pytest.mark.parametrize(
    ("one", "other", "result"),
    [
        ([1, 2, 3], [10, 20, 15], 0.5),
        ([1, 2, 3, 4], [1, 1, 2, 2], 0.8944271909999159),
        ([1, 2, 3], [3, 2, 1], -1),
        ([1, 2, np.nan, 4], [1, 2, 0, 4], 1),
        ([1, 2, 3], [1, 2, np.inf], 1),
    ],
)
def test_rank_correlations_are_spearman_s(
    one: list[float], other: list[float], result: float
) -> None:
    assert numbers(values.correlation(series(*one), series(*other))) == [pytest.approx(result)]


def test_lines_are_correlated_in_the_rounds_that_both_have() -> None:
    assert numbers(values.correlation(series(1, 2, 3, 0), series(1, 2, 3))) == [1]


def test_what_differs_by_rounding_has_one_rank() -> None:
    found = values.correlation(series(1, 2, 3), series(0.3, 0.1 + 0.2, 0.3 - 1e-16))
    assert np.isnan(numbers(found)[0])


def test_a_constant_has_no_correlation() -> None:
    assert np.isnan(numbers(values.correlation(series(1, 2, 3), series(5, 5, 5)))[0])


def test_each_draw_has_a_correlation_of_its_own() -> None:
    drawn = Values(np.array([[1, 2, 3], [3, 2, 1]]))
    assert values.correlation(series(1, 2, 3), drawn).numbers.tolist() == [[1], [-1]]
