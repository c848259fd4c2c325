"""Texts from others: read or refused at once, whatever is in them."""

import json
import os
import re
from pathlib import Path

import pytest

from lth.files import texts

DEEP = "expected at most 20 levels of mappings and lists, got more"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[" * 100_000, DEEP),
        ('{"a": ' * 100_000, DEEP),
        ("[" * 21 + "]" * 21, DEEP),
        ("9" * 5_000, "expected numbers of at most 40 characters, got 5000"),
        (f'{{"a": [1.{"0" * 5_000}]}}', "expected numbers of at most 40 characters, got 5002"),
        ("[NaN]", "expected numbers, got NaN"),
        ("[-Infinity]", "expected numbers, got -Infinity"),
        ("{", "Expecting property name enclosed in double quotes"),
    ],
    ids=lambda text: text[:9],
)
def test_json_too_deep_or_with_huge_numbers_is_refused(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message) as caught:
        texts.load_json(text)
    assert "\n" not in str(caught.value)


def test_json_of_the_depth_and_length_allowed_is_read() -> None:
    deep, digits = "[" * 20 + "]" * 20, "9" * 5_000
    assert texts.load_json(deep) == json.loads(deep)
    read = texts.load_json(f'[{"9" * 40}, -1.5e-300, "{digits}"]')
    assert read == [int("9" * 40), -1.5e-300, digits]


def test_a_text_of_more_bytes_than_allowed_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "it.txt"
    path.write_text("θ" * 5)
    assert texts.read_text(path, 10) == "θ" * 5
    with pytest.raises(ValueError, match=r"^expected a file of at most 9 bytes, got 10$"):
        texts.read_text(path, 9)


def test_a_pipe_or_a_folder_is_no_text(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    message = re.escape("expected a file, got a folder, a pipe or a device")
    for path in (tmp_path, tmp_path / "pipe"):
        with pytest.raises(ValueError, match=message):
            texts.read_text(path)
