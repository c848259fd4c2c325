"""How lines of density figures are called, and what tells them apart."""

from typing import Any

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure as Picture
from toy_report import (
    DENSITY,
    PANELS,
    density,
    drawn,
    legend,
    plotted,
    resolved,
    subject,
    table,
)

from lth.lottery.branches import choices as branches
from lth.report.figures.density import WORDS
from lth.report.figures.figure import Drawn
from lth.report.looks import COLORS

COMPARED = {"toy": "Conv-2", "other": "Conv-4"}


def compared(lines: dict[str, Any], over: dict[str, Any] = COMPARED, **changes: Any) -> Picture:
    rows = table(list(lines))
    return density(rows, dict.fromkeys(over, rows), over=over, lines=lines, **changes)


def colors(picture: Picture, panel: int = 1) -> list[tuple[float, ...]]:
    return [to_rgba(line.get_color()) for line in drawn(picture.axes[panel])]


def dashes(picture: Picture, panel: int = 1) -> list[str]:
    return [line.get_linestyle() for line in drawn(picture.axes[panel])]


def markers(picture: Picture, panel: int = 1) -> list[str]:
    return [line.get_marker() for line in drawn(picture.axes[panel])]


# One experiment


def test_a_colour_is_a_branch_and_a_dash_is_a_strategy() -> None:
    names = [
        f"{name}/{branch}" for name in ("iterative", "oneshot") for branch in ("ticket", "reinit")
    ]
    picture = density(table(names))
    assert legend(picture) == [
        "winning ticket (iterative)",
        "random reinit (iterative)",
        "winning ticket (oneshot)",
        "random reinit (oneshot)",
    ]
    assert colors(picture) == [to_rgba(color) for color in ("tab:blue", "tab:orange") * 2]
    assert dashes(picture) == ["-", "-", "--", "--"]
    assert markers(picture) == ["o", "s"] * 2


def test_other_branches_have_colours_and_markers_of_their_own() -> None:
    names = [f"iterative/{name}" for name in ("noise-1", "ticket", "resample", "noise-2")]
    picture = density(table(names))
    assert colors(picture)[1] == to_rgba("tab:blue")
    assert len(set(colors(picture))) == len(set(markers(picture))) == 4


def test_more_branches_than_colours_are_told_apart() -> None:
    names = [f"iterative/noise-{number}" for number in range(1, 13)]
    picture = density(table(names))
    assert len(set(colors(picture))) == 12
    assert len(set(zip(colors(picture), markers(picture), strict=True))) == 12


def test_a_stated_look_goes_before() -> None:
    lines = {"iterative/ticket": "dotted", "iterative/reinit": "#009e73 dashdot"}
    picture = density(table(), lines=lines)
    assert colors(picture) == [to_rgba("tab:blue"), to_rgba("#009e73")]
    assert dashes(picture) == [":", "-."]


def test_masks_of_no_training_run_give_no_winning_tickets() -> None:
    names = legend(density(table(["random/ticket", "random/reinit"])))
    assert names == ["original init (random)", "random reinit (random)"]


def test_what_tickets_are_called_goes_by_the_kind_of_strategy() -> None:
    lines = {"early/ticket": "", "s0/ticket": ""}
    subjects = {"toy": subject(untrained=frozenset({"s0"}))}
    figure = resolved({**DENSITY, "lines": lines}, subjects)
    names = legend(plotted(figure, Drawn({"toy": table(list(lines))})))
    assert names == ["winning ticket (early)", "original init (s0)"]


def test_a_strategy_of_two_kinds_needs_a_label() -> None:
    lines: dict[str, Any] = {"s0/ticket": "", "s0/reinit": ""}
    data = {**DENSITY, "over": COMPARED, "lines": lines}
    subjects = {"toy": subject(untrained=frozenset({"s0"})), "other": subject()}
    with pytest.raises(ValueError, match=r"figures.it.lines.s0/ticket: expected a label of its"):
        resolved(data, subjects)
    lines["s0/ticket"] = {"label": "ticket"}
    assert resolved(data, subjects)


def test_a_line_may_have_a_label() -> None:
    lines = {"iterative/ticket": {"label": "resetting"}, "iterative/reinit": {"label": ""}}
    assert legend(density(table(), lines=lines)) == ["resetting"]


def test_lines_stand_in_the_order_of_settings() -> None:
    lines: dict[str, Any] = {"iterative/ticket": "", "iterative/reinit": ""}
    assert legend(density(table(), lines=lines))[0] == "winning ticket (iterative)"
    lines["iterative/ticket"] = {"order": 5}
    assert legend(density(table(), lines=lines))[0] == "random reinit (iterative)"


def test_a_figure_of_one_experiment_says_which() -> None:
    assert density(table()).legends[0].get_title().get_text() == ""
    picture = density(table(), over={"toy": "Lenet"})
    assert picture.legends[0].get_title().get_text() == "Lenet"
    assert [axis.get_title() for axis in picture.axes] == ["", ""]


def test_a_dollar_in_a_label_is_a_dollar() -> None:
    picture = density(table(), over={"toy": r"$\nothing$"})
    FigureCanvasAgg(picture).draw()
    assert picture.legends[0].get_title().get_text() == r"$\nothing$"


def test_branches_with_names_of_the_paper_are_branches() -> None:
    assert WORDS.keys() <= branches.BRANCHES.keys()


# Several experiments


def test_a_colour_is_an_experiment_where_panels_compare_them() -> None:
    picture = compared({"iterative/ticket": "solid", "iterative/reinit": "dashed"})
    assert legend(picture) == [
        "Conv-2, winning ticket",
        "Conv-2, random reinit",
        "Conv-4, winning ticket",
        "Conv-4, random reinit",
    ]
    assert colors(picture) == [to_rgba(color) for color in COLORS[:2] for _ in range(2)]
    assert dashes(picture) == ["-", "--"] * 2
    assert markers(picture) == ["o", "o", "s", "s"]


def test_lines_without_looks_differ_in_dashes() -> None:
    picture = compared({"iterative/ticket": "", "iterative/reinit": ""})
    assert dashes(picture) == ["-", "--"] * 2


def test_the_name_of_the_only_line_goes_without_saying() -> None:
    assert legend(compared({"iterative/ticket": ""})) == ["Conv-2", "Conv-4"]
    lines = {"iterative/ticket": {"label": "ticket"}}
    assert legend(compared(lines)) == ["Conv-2, ticket", "Conv-4, ticket"]


def test_strategies_are_told_where_there_are_several() -> None:
    names = legend(compared({"iterative/ticket": "", "random/reinit": {"label": "random"}}))
    assert names[:2] == ["Conv-2, winning ticket (iterative)", "Conv-2, random"]


def test_an_experiment_may_have_a_look() -> None:
    over = {
        "toy": {"label": "global", "look": "tab:blue"},
        "other": {"label": "layer-wise", "look": "tab:blue dashed"},
    }
    picture = compared({"iterative/ticket": ""}, over)
    assert legend(picture) == ["global", "layer-wise"]
    assert len(set(colors(picture))) == 1
    assert dashes(picture) == ["-", "--"]


def test_experiments_called_alike_are_one_line_of_the_legend() -> None:
    panels = [
        [{"y": "early_stop_iteration", "over": {"toy": "rate 0.1", "other": "rate 0.2"}}],
        [{"y": "early_stop_iteration", "over": {"other": "rate 0.1", "third": "rate 0.2"}}],
    ]
    rows = table(["iterative/ticket"])
    others = {"other": rows, "third": rows}
    picture = density(rows, others, lines={"iterative/ticket": ""}, panels=panels)
    assert legend(picture) == ["rate 0.1", "rate 0.2"]
    assert colors(picture, 0) == colors(picture, 1)


def test_a_panel_of_an_experiment_of_its_own_is_titled() -> None:
    panels = [[{**PANELS[0][0], "over": {name: label}} for name, label in COMPARED.items()]]
    rows = table()
    picture = density(rows, {"other": rows}, panels=panels)
    assert [axis.get_title() for axis in picture.axes] == ["Conv-2", "Conv-4"]
    assert legend(picture) == ["winning ticket (iterative)", "random reinit (iterative)"]
    panels[0][1]["title"] = "another"
    picture = density(rows, {"other": rows}, panels=panels)
    assert [axis.get_title() for axis in picture.axes] == ["Conv-2", "another"]


def test_one_figure_has_one_meaning_of_colours() -> None:
    panels = [[PANELS[0][0], {**PANELS[0][0], "over": {"third": "Lenet"}}]]
    rows = table(["iterative/ticket"])
    lines = {"iterative/ticket": ""}
    others = {"other": rows, "third": rows}
    picture = density(rows, others, over=COMPARED, lines=lines, panels=panels)
    assert legend(picture) == ["Conv-2", "Conv-4", "Lenet"]
    assert colors(picture, 0) + colors(picture, 1) == [to_rgba(color) for color in COLORS[:3]]


# The legend itself


@pytest.mark.parametrize("panels", [PANELS, [[panel] for panel in PANELS[0]]])
def test_a_long_legend_makes_the_figure_higher(panels: Any) -> None:
    heights: list[float] = []
    for count in (1, 8):
        strategies = [f"s{number}" for number in range(count)]
        names = [f"{name}/{branch}" for name in strategies for branch in ("ticket", "reinit")]
        picture = density(table(names), panels=panels)
        FigureCanvasAgg(picture).draw()
        heights.append(picture.axes[0].get_position().height * picture.get_figheight())
    assert heights[1] > 0.8 * heights[0]


def test_the_legend_covers_no_panel() -> None:
    names = [f"s{number}/{branch}" for number in range(8) for branch in ("ticket", "reinit")]
    picture = density(table(names), over={"toy": "Lenet"})
    FigureCanvasAgg(picture).draw()
    lowest = picture.legends[0].get_window_extent().y0
    assert all(axis.get_window_extent().y1 < lowest for axis in picture.axes)
