"""Pictures as files: equal input is equal bytes."""

import json
import xml.etree.ElementTree as ElementTree
from typing import Any

import matplotlib
import pytest
from matplotlib.figure import Figure as Picture
from toy_report import STYLE, curves, density, rising, run, table

from lth.report.rendering import rendered, versions

KEY = "0" * 24


def picture(kind: str) -> Picture:
    if kind == "density":
        return density(table())
    name = "toy/dense/round-0/ticket"
    return curves([[name]], [run(name, rising())])


@pytest.mark.parametrize("kind", ["density", "curves"])
def test_equal_input_is_equal_bytes(kind: str) -> None:
    assert rendered(picture(kind), 60, KEY) == rendered(picture(kind), 60, KEY)


@pytest.mark.parametrize("kind", ["density", "curves"])
def test_settings_of_a_user_change_nothing(kind: str) -> None:
    before = rendered(picture(kind), 60, KEY)
    changes: Any = {"lines.linewidth": 9, "font.size": 30, "svg.fonttype": "path"}
    with matplotlib.rc_context(changes):
        assert rendered(picture(kind), 60, KEY) == before


def test_another_table_is_another_picture() -> None:
    rows = table()
    before = rendered(density(rows), 60, KEY)
    rows[-1]["early_stop_iteration"] += 50
    after = rendered(density(rows), 60, KEY)
    assert before[0] != after[0]
    assert before[1] != after[1]


def test_the_svg_has_text_as_text() -> None:
    svg, _ = rendered(picture("density"), 60, KEY)
    text = "".join(ElementTree.fromstring(svg).itertext())
    assert "winning ticket (iterative)" in text
    assert f"lth:{KEY}" in text


def test_the_png_has_the_size_that_the_style_says() -> None:
    _, png = rendered(picture("density"), 60, KEY)
    assert png.startswith(b"\x89PNG")
    size = (int.from_bytes(png[16:20], "big"), int.from_bytes(png[20:24], "big"))
    assert size == (2 * STYLE.width * 60, STYLE.height * 60)
    assert f"lth:{KEY}".encode() in png


def test_versions_are_texts() -> None:
    found = versions()
    assert {"matplotlib", "numpy", "pillow", "freetype", "system", "machine"} == found.keys()
    assert json.loads(json.dumps(found)) == found
