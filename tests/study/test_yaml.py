"""YAML that is read strictly: what two versions of YAML would read differently is refused."""

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import pytest

from lth import caches
from lth.study import yaml

DIFFERENT = "is read differently by YAML 1.1 and by YAML 1.2 (DVC)"
TAGGED = "tags such as {} are not read; write a plain value"
DATED = "expected text or a number, got {}, which YAML 1.1 reads as a timestamp; write it in quotes"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "params.yaml"


def refused(path: Path, text: str, message: str) -> None:
    """A file with this text is refused, with one line that has its path and the message."""
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=re.escape(message)) as caught:
        yaml.load(path)
    assert str(caught.value).startswith(f"{path}: ")
    assert "\n" not in str(caught.value)


def test_plain_yaml_is_read_as_plain_data(path: Path) -> None:
    path.write_text('a: {b: [1, 0.5, true, null, text, "3e-1"]} # remark\n')
    assert yaml.load(path) == {"a": {"b": [1, 0.5, True, None, "text", "3e-1"]}}


def test_an_empty_file_is_nothing(path: Path) -> None:
    path.write_text("# only a remark\n")
    assert yaml.load(path) is None


@pytest.mark.parametrize("text", ["3e-1", "010", "0b101", "-0x1F", "1_0", "1:30", "1:30.5", "1e1"])
def test_a_number_that_versions_read_differently_is_refused(path: Path, text: str) -> None:
    mend = "write a plain decimal such as 0.3 or 3.0e-1"
    refused(path, f"a: {text}", f"line 1: '{text}' {DIFFERENT}; {mend}")


@pytest.mark.parametrize("text", ["yes", "No", "on", "OFF", "True"])
def test_other_words_for_true_and_false_are_refused(path: Path, text: str) -> None:
    refused(path, f"a: {text}", f"line 1: '{text}' {DIFFERENT}; write true or false")


def test_the_line_of_a_doubtful_number_is_named(path: Path) -> None:
    refused(path, "style: {}\nexperiments:\n  digits:\n    trials: 1e1\n", "line 4: '1e1'")


@pytest.mark.parametrize(
    ("text", "value"), [("5e-05", 0.00005), ("1.2e-3", 0.0012), ("-1.5e-07", -1.5e-7), ("0.3", 0.3)]
)
def test_numbers_as_python_and_dvc_write_them_are_read(path: Path, text: str, value: float) -> None:
    path.write_text(f"a: {text}")
    assert yaml.load(path) == {"a": value}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\na: 2", "line 2: key 'a' is there twice; remove one"),
        ("a: [5", "not valid YAML: while parsing a flow sequence"),
        ("{{five: 5}: 1}", "line 1: expected text as a key, got a mapping"),
        ("2024: 1", "expected text as a key, got 2024; write it in quotes, or another name"),
        ("a: &a {b: *a}", "line 1: aliases (*) are not read; write the values out, or use extends"),
    ],
)
def test_text_that_is_no_clear_yaml_is_refused(path: Path, text: str, message: str) -> None:
    refused(path, text, message)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("2020-01-01", DATED.format("'2020-01-01'")),
        ("2020-13-45", DATED.format("'2020-13-45'")),
        ("2001-12-14t21:59:43.10-05:00", "which YAML 1.1 reads as a timestamp"),
        ("=", "expected text or a number, got '=', which YAML 1.1 reads as a value"),
        ("!!binary aGVsbG8=", TAGGED.format("'tag:yaml.org,2002:binary'")),
        ("!!set {a, b}", TAGGED.format("'tag:yaml.org,2002:set'")),
        (
            "!!python/object/apply:os.system [true]",
            TAGGED.format("'tag:yaml.org,2002:python/object/apply:os.system'"),
        ),
        ("!!int five", TAGGED.format("'tag:yaml.org,2002:int'")),
        ("!five 5", TAGGED.format("'!five'")),
        ("9" * 5_000, "expected a number of at most 40 characters, got 5000"),
        ("0." + "1" * 5_000, "expected a number of at most 40 characters, got 5002"),
        ('"\\U7fffffff"', "not valid YAML: "),
        ("\x1b[31m", "not valid YAML: unacceptable character #x001b"),
    ],
    ids=lambda value: value[:30],
)
def test_a_value_that_is_no_plain_one_is_refused(path: Path, value: str, message: str) -> None:
    refused(path, f"a: {value}", message)


def test_long_digits_that_are_no_number_are_text(path: Path) -> None:
    path.write_text(f"a: {'1' * 200_000}x")
    assert yaml.load(path) == {"a": "1" * 200_000 + "x"}


@pytest.mark.parametrize(
    "text",
    [
        "a: " + "[" * 5_000,
        "a: " + "{a: " * 5_000,
        "- " * 5_000,
        "".join(f"{' ' * n}a:\n" for n in range(600)),
    ],
    ids=["lists", "mappings", "dashes", "lines"],
)
def test_a_file_that_is_nested_too_deep_is_refused(path: Path, text: str) -> None:
    line = 21 if "\n" in text else 1
    refused(path, text, f"line {line}: expected at most 20 levels of mappings and lists, got more")


def test_text_that_is_not_utf_8_is_refused(path: Path) -> None:
    path.write_bytes(b"a: \xff\n")
    with pytest.raises(ValueError, match=r"params\.yaml: not UTF-8 text: invalid start byte at"):
        yaml.load(path)


def test_a_file_that_is_not_there_is_refused(path: Path) -> None:
    what = "cannot be read: No such file or directory; run from the top folder of the project"
    with pytest.raises(ValueError, match=re.escape(f"{path}: {what}")):
        yaml.load(path)


@pytest.mark.parametrize("make", [Path.mkdir, os.mkfifo], ids=["folder", "pipe"])
def test_a_pipe_or_a_folder_is_refused_unread(path: Path, make: Callable[[Path], None]) -> None:
    make(path)
    with pytest.raises(ValueError, match=r"expected a file, got a folder, a pipe or a device"):
        yaml.load(path)


def test_a_huge_file_is_refused_unread(path: Path) -> None:
    with path.open("wb") as huge:
        huge.truncate(4_000_000_000)
    what = "expected a file of at most 250,000 bytes, got 4,000,000,000"
    with pytest.raises(ValueError, match=re.escape(f"{path}: {what}")):
        yaml.load(path)


# Data that are kept


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "lth" / yaml.CACHE


def no_parsing(*_: object) -> NoReturn:
    raise AssertionError("parsed again")


def test_a_text_is_parsed_once(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "a.yaml"
    file.write_text("b: {x: 5e-05, y: [1, true, null]}\na: text\n")
    first = yaml.load(file)
    assert cache.exists()
    monkeypatch.setattr(yaml, "_parsed", no_parsing)
    again = yaml.load(file)
    assert (again, list(again), repr(again)) == (first, ["b", "a"], repr(first))
    again["b"]["x"] = 7
    assert yaml.load(file) == first, "each reader has data of its own"


def test_a_text_with_a_fault_is_refused_each_time(cache: Path, tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text("a: 1\na: 2\n")
    for _ in range(2):
        with pytest.raises(ValueError, match=r"a\.yaml: line 2: key 'a' is there twice"):
            yaml.load(file)
    assert not cache.exists()


def test_damaged_data_are_parsed_again(cache: Path, tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text("a: 1\n")
    first = yaml.load(file)
    content = cache.read_bytes()
    cache.write_bytes(content.replace(b"1", b"2", 1))
    assert yaml.load(file) == first
    cache.write_bytes(content[:-1])
    assert yaml.load(file) == first


def test_a_number_that_json_lacks_is_not_kept(cache: Path, tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text("a: .inf\n")
    assert yaml.load(file) == yaml.load(file) == {"a": float("inf")}
    assert not cache.exists()


def test_many_texts_begin_anew(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(yaml, "MOST", 3)
    file = tmp_path / "a.yaml"
    for number in range(8):
        file.write_text(f"a: {number}\n")
        assert yaml.load(file) == {"a": number}
        assert len(caches.read(yaml.CACHE, dict[str, str]) or {}) <= 3
