"""Quantities: their labels, their units, and those at moments."""

import pytest

from lth.report.quantities import AT, DRAWN, OF_CURVES, OF_TABLES, moment_of, of_curve, of_table
from lth.training import measures


def test_everything_that_a_figure_may_show_is_measured() -> None:
    assert {*OF_TABLES, *DRAWN} <= set(measures.MEASURES)
    assert {*OF_CURVES, *AT} <= set(measures.CURVES)


@pytest.mark.parametrize("name", [*OF_TABLES, *OF_CURVES])
def test_shares_are_shown_in_percent(name: str) -> None:
    quantity = (OF_TABLES | OF_CURVES)[name]
    share = "accuracy" in name or name == "density"
    assert (quantity.percent, quantity.scale) == ((True, 100) if share else (False, 1))
    assert ("(%)" in quantity.label or "Percent" in quantity.label) == share


def test_a_quantity_at_a_moment_says_which() -> None:
    quantity = of_table("validation_accuracy_at_112000")
    assert quantity.label == "Validation accuracy at iteration 112,000 (%)"
    assert quantity.percent
    assert moment_of("validation_accuracy_at_112000") == 112000


@pytest.mark.parametrize(
    "name",
    [
        "early_stop_test_accuracy",
        "test_accuracy_at_0",
        "test_accuracy_at_010",
        "test_loss_at_10",
        "test_accuracy_at_" + "9" * 5000,
    ],
)
def test_other_quantities_have_no_moment(name: str) -> None:
    assert moment_of(name) is None


def test_unknown_quantities_are_refused() -> None:
    with pytest.raises(ValueError, match="y: unknown quantity 'test_loss_at_10'; did you mean"):
        of_table("test_loss_at_10")
    with pytest.raises(ValueError, match="y: unknown quantity 'loss'; did you mean 'test_loss'"):
        of_curve("loss")
