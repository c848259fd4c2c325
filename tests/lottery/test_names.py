"""Names with a number: one name for one thing, and no other spelling."""

import math

import pytest

from lth.lottery.names import check_number, split_name


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("noise-0.5", ("noise", 0.5)),
        ("noise-3", ("noise", 3.0)),
        ("noise-0", ("noise", 0.0)),
        ("glorot-normal", ("glorot-normal", None)),
        ("glorot-normal-0.25", ("glorot-normal", 0.25)),
        ("", ("", None)),
        ("Noise-1", ("Noise-1", None)),
    ],
)
def test_a_name_is_split_from_its_number(text: str, expected: tuple[str, float | None]) -> None:
    assert split_name(text) == expected


@pytest.mark.parametrize("number", ["", "-1", "1e5", "0.50", "01", ".5", "5.", "1" * 7, "1_0"])
def test_another_spelling_of_a_number_is_none(number: str) -> None:
    name, found = split_name(f"noise-{number}")
    assert name == "noise"
    assert found is not None
    assert math.isnan(found)


@pytest.mark.parametrize("text", ["noise", "noise-0", "noise-", "noise-1e5", "noise-0.50"])
def test_a_numbered_name_needs_a_number_above_0(text: str) -> None:
    legal = "noise-NUMBER, above 0 and a plain decimal such as noise-0.5"
    with pytest.raises(ValueError) as caught:
        check_number(text, "here", True)
    assert str(caught.value) == f"here: expected {legal}, got {text!r}"
    check_number("noise-0.5", "here", True)


def test_another_name_takes_no_number() -> None:
    with pytest.raises(ValueError, match=r"^here: expected ticket, got 'ticket-2'$"):
        check_number("ticket-2", "here", False)
    check_number("ticket", "here", False)
