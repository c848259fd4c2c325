"""One standard deviation for every layer."""

from architectures import built

from lth.lottery.initializations.distribution import Distribution


def test_the_deviation_is_the_number_in_the_name() -> None:
    found = Distribution(built("conv-2"), "normal-0.25").deviations()
    assert set(found.values()) == {0.25}
    assert len(found) == 5
