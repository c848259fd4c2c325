"""Figures of kind density: axes and bars are the paper's, and odd results are drawn too."""

import math
from typing import Any

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from toy_report import (
    DENSITY,
    INTERVALS,
    STYLE,
    bars,
    density,
    drawn,
    legend,
    plotted,
    resolved,
    table,
)

from lth.report import rendering
from lth.report.bars import NOTES
from lth.report.figures.figure import Drawn

ROUNDS = [100 * 0.8**round for round in range(6)]
TICKET = ["iterative/ticket"]


def ends(axis: Axes) -> tuple[float, float]:
    left, right = axis.get_xlim()
    return left, right


# Axes


def test_the_log_axis_has_ticks_at_densities_of_rounds() -> None:
    for axis in density(table(rounds=13)).axes:
        left, right = ends(axis)
        assert axis.get_xscale() == "log"
        assert left > 100 > 100 * 0.8**12 > right > 0
        ticks = sorted(axis.get_xticks(), reverse=True)
        assert ticks == pytest.approx([100 * 0.8**round for round in (0, 3, 6, 9, 12)])
        assert axis.get_xlabel() == "Percent of weights remaining"


def test_other_lines_have_ticks_where_there_is_room() -> None:
    rows = table(["iterative/ticket", "oneshot/ticket"], rounds=4)
    others = {0: 1.0, 1: 0.79, 2: 0.3, 3: 0.1}
    for row in rows:
        row["density"] = others[row["round"]] if row["strategy"] == "oneshot" else row["density"]
    for axis in density(rows).axes:
        ticks = sorted(axis.get_xticks(), reverse=True)
        assert ticks == pytest.approx([100, 80, 64, 51.2, 30, 10])


def test_the_linear_axis_runs_down_too() -> None:
    for axis in density(table(TICKET), scale="linear").axes:
        left, right = ends(axis)
        assert axis.get_xscale() == "linear"
        assert left > 100 > ROUNDS[-1] > right


def test_a_panel_may_have_limits_of_its_own() -> None:
    panels = [[{"y": "early_stop_test_accuracy", "limits": [94, 99]}, {"y": "final_test_accuracy"}]]
    limited, free = density(table(TICKET), panels=panels).axes
    assert limited.get_ylim() == (94, 99)
    assert free.get_ylim() != (94, 99)


def test_x_may_be_how_many_weights_are_left() -> None:
    picture = density(table(TICKET), x="weights_left")
    assert bars(picture.axes[0], 0)[:, 0] == pytest.approx([10 * size for size in ROUNDS])
    FigureCanvasAgg(picture).draw()
    assert picture.axes[0].get_xlabel() == "Weights remaining"
    labels = {label.get_text() for label in picture.axes[0].get_xticklabels()}
    assert labels == {"1K", "800", "640", "512", "410", "328"}


def test_a_panel_may_have_another_scale_and_other_lines() -> None:
    rows = table(["iterative/ticket", "oneshot/ticket"])
    other = {"y": "final_test_accuracy", "scale": "linear", "lines": {"oneshot/ticket": ""}}
    one, two = density(rows, panels=[[{"y": "final_test_accuracy"}, other]]).axes
    assert (one.get_xscale(), two.get_xscale()) == ("log", "linear")
    assert (len(drawn(one)), len(drawn(two))) == (2, 1)


def test_an_axis_of_accuracies_ends_at_100_percent() -> None:
    rows = table(TICKET)
    for item in rows:
        item["early_stop_test_accuracy"] = 1.0 - 0.01 * item["round"]
    low, high = density(rows).axes[1].get_ylim()
    assert low < 95 < 100 < high < 100.2


# Lines


def test_lines_are_means_with_bars_to_the_extremes() -> None:
    stops, accuracies = density(table(TICKET)).axes
    x, low, high = bars(stops, 0).T
    assert x == pytest.approx(ROUNDS)
    assert low.tolist() == [0, 100, 200, 300, 400, 500]
    assert high.tolist() == [40, 140, 240, 340, 440, 540]
    means = [50 / 3 + 100 * round for round in range(6)]
    assert drawn(stops)[0].get_ydata() == pytest.approx(means)
    assert bars(accuracies, 0)[0, 1:] == pytest.approx([90, 92]), "accuracies are in percent"


def test_bars_may_be_intervals_of_the_mean_over_trials() -> None:
    rows = table(TICKET, rounds=2)
    rows += [{**row, "early_stop_iteration": row["early_stop_iteration"] + 6} for row in rows]
    figure = resolved({**DENSITY, "lines": {"iterative/ticket": ""}})
    stops, _ = plotted(figure, Drawn({"toy": rows}), INTERVALS).axes
    _, low, high = bars(stops, 0).T
    assert (low.tolist(), high.tolist()) == ([3, 103], [43, 143]), "of three trials, their ends"


def test_one_trial_has_no_interval() -> None:
    rows = [row for row in table(TICKET, rounds=2) if row["trial"] == 0]
    figure = resolved({**DENSITY, "lines": {"iterative/ticket": ""}})
    picture = plotted(figure, Drawn({"toy": rows}), INTERVALS)
    rendering.pictures(picture, 60, "0" * 24)
    (line,) = drawn(picture.axes[0])
    assert line.get_ydata().tolist() == [0, 100]
    assert all(math.isnan(row["low"]) for row in figure.numbers(INTERVALS, Drawn({"toy": rows})))


@pytest.mark.parametrize("count", [2, 3, 12])
def test_lines_stand_aside_but_near_their_density(count: int) -> None:
    names = ["iterative/ticket", *(f"iterative/noise-{number}" for number in range(1, count))]
    for axis in density(table(names)).axes:
        sizes = [bars(axis, line)[:, 0] for line in range(count)]
        assert len({size[0] for size in sizes}) == count
        for size in sizes:
            assert size == pytest.approx(ROUNDS, rel=0.0201)


@pytest.mark.parametrize("value", [0.1, 0.7])
def test_trials_that_agree_have_bars_of_no_length(value: float) -> None:
    rows = [row | {"early_stop_test_accuracy": value} for row in table()]
    found = bars(density(rows).axes[1], 0)[:, 1:]
    assert found == pytest.approx(100 * value), "in spite of rounding"


def test_a_diverged_network_leaves_a_gap() -> None:
    rows = table(TICKET)
    rows[3]["early_stop_test_accuracy"] = math.nan
    picture = density(rows)
    rendering.pictures(picture, 60, "0" * 24)
    gaps = np.isnan(drawn(picture.axes[1])[0].get_ydata())
    assert gaps.tolist() == [False, True, False, False, False, False]


def test_a_study_of_the_dense_network_alone_is_drawn() -> None:
    svg, png = rendering.pictures(density(table(rounds=1)), 60, "0" * 24)
    assert len(svg) > 1_000
    assert len(png) > 1_000


def test_lines_that_are_not_asked_for_are_left_out() -> None:
    rows = table(["iterative/ticket", "oneshot/ticket"])
    assert legend(density(rows, lines={"oneshot/ticket": ""})) == ["winning ticket (oneshot)"]


def test_a_moment_is_a_quantity_as_any_other() -> None:
    from toy_report import subject

    panels = [[{"y": "test_accuracy_at_30"}]]
    figure = resolved({**DENSITY, "panels": panels}, {"toy": subject(moments=(30,))})
    (axis,) = plotted(figure, Drawn({"toy": table()})).axes
    assert axis.get_ylabel() == "Test accuracy\nat iteration 30 (%)"
    assert drawn(axis)[0].get_ydata() == pytest.approx(50)


# Grids


def test_panels_stand_in_rows_and_empty_places_stay_empty() -> None:
    first = [{"y": "early_stop_iteration"}, {"y": "early_stop_test_accuracy"}]
    panels = [first, [None, {"y": "final_test_accuracy"}]]
    picture = density(table(), panels=panels)
    assert picture.get_size_inches().tolist() == [2 * STYLE.width, 2 * STYLE.height]
    FigureCanvasAgg(picture).draw()
    one, two, three = (axis.get_position() for axis in picture.axes)
    assert one.x1 < two.x0
    assert three.y1 < two.y0
    assert three.x0 == pytest.approx(two.x0)


def test_a_panel_leaves_its_label_to_the_one_below_it() -> None:
    grid = [[{"y": "early_stop_iteration"}], [{"y": "final_test_accuracy"}]]
    labels = [axis.get_xlabel() for axis in density(table(), panels=grid).axes]
    assert labels == ["", "Percent of weights remaining"]
    grid[1][0]["x"] = "weights_left"
    labels = [axis.get_xlabel() for axis in density(table(), panels=grid).axes]
    assert labels == ["Percent of weights remaining", "Weights remaining"]


# Files


def test_tables_are_those_of_all_panels_once() -> None:
    other: dict[str, Any] = {"y": "final_test_accuracy", "over": {"other": "", "toy": "it"}}
    panels = [[{"y": "early_stop_iteration"}, other | {"over": {"other": ""}}]]
    figure = resolved({**DENSITY, "panels": panels})
    assert figure.tables() == ("toy", "other")
    assert figure.runs() == ()


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ({}, "the table of toy, which the figure draws, is missing"),
        ({"toy": []}, "the table of toy, which the figure draws, is missing"),
        ({"toy": table(TICKET)}, "the table of toy has no rows of iterative/reinit"),
        (
            {"toy": [{"strategy": "iterative", "branch": "ticket"}]},
            "the table of toy has no column early_stop_iteration",
        ),
    ],
)
def test_tables_that_lack_something_are_refused(rows: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        plotted(resolved(DENSITY), Drawn(rows))


def test_numbers_are_those_of_the_points() -> None:
    figure = resolved(
        {
            **DENSITY,
            "panels": [
                [{"y": "final_test_accuracy"}],
                [{"y": "early_stop_iteration", "x": "weights_left"}],
            ],
        }
    )
    rows = figure.numbers(STYLE, Drawn({"toy": table(rounds=3)}))
    first = next(row for row in rows if row["row"] == 0 and row["size"] == pytest.approx(0.8))
    low, high = first["low"], first["high"]
    assert (first["x"], first["mean"]) == ("density", pytest.approx((low + high) / 2, abs=0.01))
    assert low < first["mean"] < high
    last = [row for row in rows if row["row"] == 1]
    assert {row["x"] for row in last} == {"weights_left"}
    assert [row["size"] for row in last[:2]] == pytest.approx([1000, 800])
    assert len({tuple(row) for row in rows}) == 1, "all rows have the same columns"


def test_numbers_say_what_bars_they_are_of() -> None:
    figure, tables = resolved(DENSITY), Drawn({"toy": table(rounds=2)})
    for style in (STYLE, INTERVALS):
        assert {row["bars"] for row in figure.numbers(style, tables)} == {style.bars}
        assert figure.note(style) == NOTES[style.bars]
