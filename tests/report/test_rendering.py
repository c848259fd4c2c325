"""Pictures as files: equal input is equal bytes."""

import json
import xml.etree.ElementTree as ElementTree
from typing import Any

import matplotlib
import msgspec
import pytest
from matplotlib.figure import Figure as Picture
from toy_report import DENSITY, STYLE, curves, density, resolved, rising, run, table

from lth.report import drawing
from lth.report.charts import Chart
from lth.report.figures.figure import Drawn
from lth.report.rendering import pictures, rendered, versions

KEY = "0" * 24


def plotted(kind: str) -> Picture:
    if kind == "density":
        return density(table())
    name = "toy/dense/round-0/ticket"
    return curves([[name]], [run(name, rising())])


@pytest.mark.parametrize("kind", ["density", "curves"])
def test_equal_input_is_equal_bytes(kind: str) -> None:
    assert pictures(plotted(kind), 60, KEY) == pictures(plotted(kind), 60, KEY)


@pytest.mark.parametrize("kind", ["density", "curves"])
def test_settings_of_a_user_change_nothing(kind: str) -> None:
    before = pictures(plotted(kind), 60, KEY)
    changes: Any = {"lines.linewidth": 9, "font.size": 30, "svg.fonttype": "path"}
    with matplotlib.rc_context(changes):
        assert pictures(plotted(kind), 60, KEY) == before


def test_another_table_is_another_picture() -> None:
    rows = table()
    before = pictures(density(rows), 60, KEY)
    rows[-1]["early_stop_iteration"] += 50
    after = pictures(density(rows), 60, KEY)
    assert before[0] != after[0]
    assert before[1] != after[1]


def test_the_svg_has_text_as_text() -> None:
    svg, _ = pictures(plotted("density"), 60, KEY)
    text = "".join(ElementTree.fromstring(svg).itertext())
    assert "winning ticket (iterative)" in text
    assert f"lth:{KEY}" in text


def test_the_png_has_the_size_that_the_style_says() -> None:
    _, png = pictures(plotted("density"), 60, KEY)
    assert png.startswith(b"\x89PNG")
    size = (int.from_bytes(png[16:20], "big"), int.from_bytes(png[20:24], "big"))
    assert size == (2 * STYLE.width * 60, STYLE.height * 60)
    assert f"lth:{KEY}".encode() in png


def test_a_figure_is_pictures_numbers_and_what_is_drawn() -> None:
    figure, found = (
        resolved({**DENSITY, "lines": {"iterative/ticket": ""}}),
        Drawn({"toy": table()}),
    )
    svg, png, text, plain = rendered(figure, STYLE, found, KEY)
    chart = figure.chart(STYLE, found)
    assert (svg, png) == pictures(drawing.picture(chart, STYLE), STYLE.dpi, KEY)
    assert text.startswith(b"row,column,y,")
    assert msgspec.json.decode(plain, type=Chart) == chart


def test_versions_are_texts() -> None:
    found = versions()
    assert {"matplotlib", "numpy", "pillow", "freetype", "system", "machine"} == found.keys()
    assert json.loads(json.dumps(found)) == found
