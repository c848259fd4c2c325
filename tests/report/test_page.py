"""The report as its readers see it, in a real browser."""

from pathlib import Path
from typing import Any

import browser
import pytest
from byhand import Built

PAGE = "results/reports/study.html"
needs_browser = pytest.mark.skipif(browser.FOUND is None, reason="no Chromium or Chrome is there")
SCRIPT = Path(__file__).with_suffix(".js").read_text(encoding="utf-8")
TITLE = "return [window.harm ?? 0, document.querySelector('h3').textContent];"


@pytest.fixture(scope="module")
def seen(built: Built, tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, list[str]]:
    page = (built.folder / PAGE).read_text(encoding="utf-8")
    return browser.answer(page, SCRIPT, tmp_path_factory.mktemp("browser"))


@needs_browser
def test_every_line_of_every_figure_is_drawn(seen: tuple[Any, list[str]]) -> None:
    answer, said = seen
    assert said == []
    assert answer["drawn"] == answer["wanted"]
    assert min(answer["widths"]) > 600
    assert answer["page"], "nothing is wider than the window"


@needs_browser
def test_a_line_tells_its_numbers(seen: tuple[Any, list[str]]) -> None:
    hover = seen[0]["hover"]
    assert hover.startswith("<b>winning ticket (iterative)</b><br>Percent of weights remaining: ")
    assert "<br>minimum to maximum: " in hover


@needs_browser
def test_a_click_on_a_name_switches_lines_off(seen: tuple[Any, list[str]]) -> None:
    answer, _ = seen
    lines = answer["drawn"][0]
    assert answer["off"] == ["false", lines - 3], "one line in each of three panels"
    assert answer["on"] == ["true", lines]


@needs_browser
def test_figures_are_filtered_by_words(seen: tuple[Any, list[str]]) -> None:
    assert seen[0]["filtered"] == ["figure-accuracy-curves"]


@needs_browser
def test_tables_are_sorted_filtered_and_saved(seen: tuple[Any, list[str]], built: Built) -> None:
    answer, _ = seen
    text = (built.folder / "results/tables/tiny.csv").read_text(encoding="utf-8")
    assert answer["rows"] == len(text.splitlines()) - 1
    assert answer["sorted"] == sorted(answer["sorted"])
    assert set(answer["found"]) == {"oneshot"}
    assert answer["saved"] == text


@needs_browser
def test_texts_of_others_are_texts(built: Built, tmp_path: Path) -> None:
    page = (built.folder / PAGE).read_text(encoding="utf-8")
    evil = "\\u003c/script>\\u003cimg src=x onerror=window.harm=1>"
    page = page.replace('"name": "winning ticket', f'"name": "{evil}winning ticket')
    page = page.replace('"title": "early-stopping"', f'"title": "{evil}"')
    script = (
        "await later(1500); return [window.harm ?? 0, document.querySelector('h3').textContent];"
    )
    answer, _ = browser.answer(page, script, tmp_path)
    assert answer == [0, "</script><img src=x onerror=window.harm=1>"]
