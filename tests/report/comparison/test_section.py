"""Sections: aligned text for a terminal, and all numbers for scripts."""

import json
import math

import numpy as np

from lth.report.comparison.section import Column, Section, Spread, lines, plain, spread

COLUMNS = {"name": Column(""), "size": Column("size", ",d"), "share": Column("share", ".1f", True)}


def shown(**row: object) -> str:
    """The last line of a section of one row, with single spaces."""
    *_, last = lines(Section("it", "It", COLUMNS, [row]))
    return " ".join(last.split())


def test_columns_are_aligned() -> None:
    rows = [{"name": "a", "size": 1200, "share": 5.0}, {"name": "long", "size": 3, "share": 12.34}]
    assert list(lines(Section("it", "It:", COLUMNS, rows))) == [
        "It:",
        "         size  share",
        "  a     1,200    5.0",
        "  long      3   12.3",
    ]


def test_a_mean_stands_with_its_range() -> None:
    assert shown(name="a", size=1, share=spread(np.array([1.0, 2.0, 6.0]))) == "a 1 3.0 [1.0, 6.0]"


def test_a_range_of_equal_numbers_is_left_out() -> None:
    assert shown(name="a", size=1, share=spread(np.array([0.1, 0.1, 0.1]))) == "a 1 0.1"


def test_a_mean_without_an_interval_stands_alone() -> None:
    assert shown(name="a", size=1, share=Spread(2.0, math.nan, math.nan, (2.0,))) == "a 1 2.0"


def test_what_is_not_known_is_a_dash() -> None:
    assert shown(name="a", share=math.nan) == "a - -"


def test_texts_are_as_json_has_them_and_cut() -> None:
    assert shown(name=None, size=1, share=1.0) == "null 1 1.0"
    assert shown(name=[1, "b"], size=1, share=1.0) == '[1, "b"] 1 1.0'
    assert shown(name="x" * 100, size=1, share=1.0) == f"{'x' * 77}... 1 1.0"


def test_a_title_stands_alone_without_rows_or_columns() -> None:
    assert list(lines(Section("it", "It", COLUMNS))) == ["It"]
    assert list(lines(Section("it", "It", rows=[{"name": "a"}]))) == ["It"]


def test_scripts_get_every_number_and_null_for_none() -> None:
    row = {"name": ["a"], "share": spread(np.array([1.0, 3.0])), "z": math.nan, "deep": {"b": (1,)}}
    assert json.loads(json.dumps(plain(Section("it", "It", COLUMNS, [row])), allow_nan=False)) == [
        {
            "name": ["a"],
            "share": {"mean": 2.0, "low": 1.0, "high": 3.0, "values": [1.0, 3.0]},
            "z": None,
            "deep": {"b": [1]},
        }
    ]
