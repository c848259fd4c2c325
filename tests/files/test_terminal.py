"""Printable text: nothing in the name of a file can do anything to a terminal."""

import pytest

from lth.files.terminal import printable


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("θ0 of 'digits' \u2013 50 %, 日本", "θ0 of 'digits' \u2013 50 %, 日本"),
        ("\x1b]0;title\x07", r"\x1b]0;title\x07"),
        ("over\rwritten\nline", r"over\rwritten\nline"),
        ("\x9b31m \x85", r"\x9b31m \x85"),
        ("\u202egnp.exe \u2066", r"\u202egnp.exe \u2066"),
        ("\udcff \u2028", r"\udcff \u2028"),
        ("\U000e0041", r"\U000e0041"),
    ],
)
def test_printable_text_has_nothing_that_a_terminal_obeys(text: str, shown: str) -> None:
    assert printable(text) == shown
    assert printable(text).isprintable()
