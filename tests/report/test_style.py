"""The style of figures is read with ranges."""

from typing import Any

import pytest
from toy_report import COLORS, STYLE

from lth import settings
from lth.report.style import Style

DATA = {"width": 2.5, "height": 2.0, "font": 8.0, "dpi": 60, "bars": "range", "colors": COLORS}


def test_a_style_is_read_from_plain_data() -> None:
    assert settings.read(Style, DATA, "style") == STYLE
    assert settings.plain(STYLE) == DATA


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"colours": {}},
            "style: unknown key 'colours'; did you mean 'colors'? legal: bars, colors, dpi",
        ),
        ({"bars": "deviation"}, "style.bars: unknown value 'deviation'; legal: interval, range"),
        ({"dpi": 10}, r"style.dpi: expected a number in \[20, 1200\], got 10"),
        ({"width": 0}, r"style.width: expected a number in \(0, 40\], got 0"),
        ({"height": 41}, r"style.height: expected a number in \(0, 40\], got 41"),
        ({"font": "9"}, "style.font: expected a number, got '9'"),
        (
            {"width": 6, "dpi": 1200},
            "style.width: expected at most 6,000 dots, got 6 inches of 1200",
        ),
        (
            {"colors": {"ticket": "bleu"}},
            "style.colors.ticket: expected tab:blue and so on, C0 to C9, #rrggbb or one of black",
        ),
        ({"colors": {"ticket": 3}}, "style.colors.ticket: expected text, got 3"),
    ],
)
def test_other_styles_are_refused(change: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message.replace("?", r"\?")):
        settings.read(Style, DATA | change, "style")
