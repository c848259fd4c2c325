"""The plan of a figure: what stands below it in the report."""

import pytest
from toy_report import DENSITY, INTERVALS, STYLE, resolved

from lth.report.bars import NOTES
from lth.report.style import Style
from lth.study.plans.figure import Figure


@pytest.mark.parametrize("style", [STYLE, INTERVALS])
def test_a_caption_says_what_bars_are(style: Style) -> None:
    plan = Figure("early-stopping", resolved(DENSITY), style)
    assert plan.caption == f"A caption {NOTES[style.bars]}"


def test_a_caption_of_a_figure_without_bars_says_nothing_of_them() -> None:
    table = resolved({"kind": "table", "over": {"toy": ""}, "caption": "A caption"})
    assert Figure("networks", table, STYLE).caption == "A caption"
