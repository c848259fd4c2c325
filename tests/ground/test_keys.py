"""Keys say what a file was made from."""

import re

import pytest

from lth import keys


def test_canonical_text_has_no_order_of_mappings() -> None:
    first, second = (
        {"b": [1, 2.5], "a": {"d": "θ", "c": None}},
        {"a": {"c": None, "d": "θ"}, "b": [1, 2.5]},
    )
    assert keys.canonical(first) == keys.canonical(second) == '{"a":{"c":null,"d":"θ"},"b":[1,2.5]}'
    assert keys.canonical([1, 2]) != keys.canonical([2, 1])


def test_nan_has_no_canonical_text() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        keys.canonical({"a": float("nan")})


def test_a_key_depends_on_each_of_its_parts() -> None:
    parts = ("mask", {"rate": 0.2}, "code", {"mask": ["a"], "weights": ["b"]})
    others = [
        ("run", *parts[1:]),
        (parts[0], {"rate": 0.3}, *parts[2:]),
        (*parts[:2], "edited", parts[3]),
        (*parts[:3], {"mask": ["b"], "weights": ["a"]}),
        (*parts[:3], {"mask": ["a", "b"]}),
    ]
    found = [keys.key(*item) for item in (parts, *others)]
    assert len(set(found)) == len(found)
    assert re.fullmatch("[0-9a-f]{24}", found[0])
    assert keys.key("mask", {"rate": 0.2}, "code", {"weights": ("b",), "mask": ("a",)}) == found[0]
