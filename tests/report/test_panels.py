"""Grids, axes and ticks that all figures share."""

import itertools
import math

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from toy_report import STYLE

from lth.report import panels
from lth.report.quantities import OF_TABLES, Quantity, of_table
from lth.report.style import Style

# As params.yaml has it:
PAPER = Style(width=3.6, height=3.0, font=9, dpi=150, bars="range", colors={})
LONGEST = "early_stop_validation_accuracy"


def ticks(lines: list[list[float]], style: Style = PAPER, size: str = "density") -> list[str]:
    picture, axes = panels.grid([(0, 0)], style)
    axis = axes[0, 0]
    for line in lines:
        axis.plot(line, line)
    panels.ticks_of_sizes(axis, OF_TABLES[size], "log", lines, style)
    FigureCanvasAgg(picture).draw()
    labels = sorted(axis.get_xticklabels(), key=lambda label: label.get_position()[0])
    boxes = sorted((label.get_window_extent() for label in labels), key=lambda box: box.x0)
    assert all(one.x1 < other.x0 for one, other in itertools.pairwise(boxes))
    return [label.get_text() for label in labels[::-1]]


@pytest.mark.parametrize("style", [STYLE, PAPER])
@pytest.mark.parametrize("rounds", [1, 3, 5, 12, 15, 20, 24, 28])
def test_numbers_of_ticks_do_not_touch(rounds: int, style: Style) -> None:
    assert ticks([[100 * 0.8**round for round in range(rounds + 1)]], style)[0] == "100"
    assert ticks([[100 * 0.9**round for round in range(2 * rounds + 1)]], style)[0] == "100"


@pytest.mark.parametrize("rates", [(0.2, 0.15), (0.2, 0.1, 0.4), (0.05, 0.6)])
def test_numbers_of_ticks_of_several_lines_do_not_touch(rates: tuple[float, ...]) -> None:
    rounds = [round(math.log(0.01) / math.log(1 - rate)) for rate in rates]
    pairs = zip(rates, rounds, strict=True)
    assert len(ticks([[100 * (1 - rate) ** at for at in range(last)] for rate, last in pairs])) > 3


def test_ticks_of_weights_are_short() -> None:
    lines = [[20_024_000 * 0.5**round for round in range(11)]]
    assert ticks(lines, size="weights_left")[:3] == ["20M", "5.01M", "1.25M"]
    assert ticks([[1_000.0, 999_600.0]], size="weights_left") == ["1000K", "1K"]


def test_a_line_without_points_has_no_ticks() -> None:
    assert ticks([]) == []


@pytest.mark.parametrize("name", [*OF_TABLES, "validation_accuracy_at_112000"])
def test_a_label_is_no_longer_than_a_panel(name: str) -> None:
    picture, axes = panels.grid([(0, 0), (1, 0)], PAPER)
    labels = dict.fromkeys(axes, of_table(name))
    panels.label_x(axes, dict.fromkeys(axes, "x"))
    panels.label_y(axes, labels, PAPER)
    FigureCanvasAgg(picture).draw()
    one, other = (axis.yaxis.label.get_window_extent() for axis in axes.values())
    assert one.y0 > other.y1


def test_labels_are_broken_all_or_none() -> None:
    _, axes = panels.grid([(0, 0), (0, 1)], PAPER)
    short = Quantity("Loss at end")
    panels.label_y(axes, {(0, 0): short, (0, 1): OF_TABLES[LONGEST]}, PAPER)
    assert [axis.get_ylabel() for axis in axes.values()] == [
        "Loss\nat end",
        "Validation accuracy\nat early stop (%)",
    ]
    panels.label_y(axes, dict.fromkeys(axes, short), PAPER)
    assert axes[0, 0].get_ylabel() == "Loss at end"


def test_a_panel_right_of_an_empty_place_has_its_label() -> None:
    _, axes = panels.grid([(0, 0), (0, 1), (1, 1)], PAPER)
    panels.label_y(axes, dict.fromkeys(axes, Quantity("Loss")), PAPER, shared=True)
    assert [axis.get_ylabel() for axis in axes.values()] == ["Loss", "", "Loss"]


def test_a_picture_without_names_has_no_legend() -> None:
    picture, axes = panels.grid([(0, 0)], PAPER)
    panels.legend(picture, axes, PAPER)
    assert picture.legends == []


def test_a_legend_has_the_order_that_is_asked_for() -> None:
    picture, axes = panels.grid([(0, 0)], PAPER)
    for name in "abc":
        axes[0, 0].plot([1, 2], [1, 2], label=name)
    panels.legend(picture, axes, PAPER, order="cab")
    assert [text.get_text() for text in picture.legends[0].get_texts()] == ["c", "a", "b"]
