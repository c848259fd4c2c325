"""Where plain data differ."""

from lth.report.comparison.differences import differences, section, without_coordinates


def test_values_that_differ_have_dotted_keys() -> None:
    one = {"recipe": {"rate": 0.1, "batch": 60}, "hidden": [300, 100]}
    other = {"recipe": {"rate": 0.2, "batch": 60}, "hidden": [300, 10]}
    assert differences(one, other) == [
        {"key": "recipe.rate", "a": 0.1, "b": 0.2},
        {"key": "hidden", "a": [300, 100], "b": [300, 10]},
    ]


def test_a_key_that_one_lacks_has_no_cell_there() -> None:
    one, other = {"making": None, "rates": {}}, {"making": {"method": "layer"}, "rates": {}}
    assert differences(one, other) == [
        {"key": "making", "a": None},
        {"key": "making.method", "b": "layer"},
    ]


def test_where_a_file_belongs_is_no_setting() -> None:
    assert without_coordinates({"experiment": "a", "block": "b", "round": 1, "seed": 2}) == {
        "seed": 2
    }


def test_nothing_that_differs_is_said_in_a_line() -> None:
    assert section("settings", []).title == "settings: the same"
