"""Figures of kind curves: means over all blocks, labelled by what is left."""

import math

import msgspec
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgba
from toy_report import (
    CURVES,
    INTERVALS,
    STYLE,
    bars,
    curves,
    drawn,
    legend,
    plotted,
    resolved,
    rising,
    run,
)

from lth.report import rendering
from lth.report.bars import NOTES
from lth.report.figures.figure import Drawn
from lth.report.lines import Line

DENSE = "toy/dense/round-0/ticket"
TICKET = "toy/iterative/round-3/ticket"
REINIT = "toy/iterative/round-3/reinit"


def test_curves_are_means_over_all_blocks() -> None:
    runs = [
        run(DENSE, rising(2), 1.0),
        run(TICKET, rising(2), 0.513),
        run(TICKET, rising(2) + 0.1, 0.513),
        run(REINIT, rising(6), 0.513),
    ]
    picture = curves([[DENSE, TICKET], [TICKET, REINIT]], runs)
    assert legend(picture) == ["100.0", "51.3", "51.3 reinit"]
    labels = [[line.get_label() for line in drawn(axis)] for axis in picture.axes]
    assert labels == [["100.0", "51.3"], ["51.3", "51.3 reinit"]]
    ticket = drawn(picture.axes[0])[1]
    assert ticket.get_xdata().tolist() == list(range(0, 200, 10))
    assert ticket.get_ydata() == pytest.approx(100 * (rising(1)[0] + 0.055))


def test_levels_are_the_runs_of_rounds() -> None:
    panels = [[{"lines": ["dense/ticket", "iterative/ticket@51.2", "iterative/reinit@50"]}]]
    figure = resolved({**CURVES, "panels": panels})
    rounds = [(line.round, line.branch) for line in figure.runs()]
    assert rounds == [(0, "ticket"), (3, "ticket"), (3, "reinit")]
    assert figure.runs()[0] == Line("toy", "dense", 0, "ticket")
    assert figure.tables() == ()


def test_levels_that_meet_in_a_round_are_drawn_once() -> None:
    lines = ["iterative/ticket@51.2", "iterative/ticket@50", "iterative/round-3/ticket"]
    picture = curves([lines, lines[:1]], [run(TICKET, rising())])
    assert [len(drawn(axis)) for axis in picture.axes] == [1, 1]


def test_a_ticket_and_its_control_share_a_colour() -> None:
    other = "toy/iterative/round-7/ticket"
    resample = "toy/iterative/round-3/resample"
    runs = [run(line, rising()) for line in (TICKET, REINIT, resample, other)]
    (axis,) = curves([[other, TICKET, REINIT, resample]], runs).axes
    colors = [to_rgba(line.get_color()) for line in drawn(axis)]
    assert colors[1] == colors[2] == colors[3] != colors[0]
    assert len({line.get_linestyle() for line in drawn(axis)[1:]}) == 3


def test_the_dense_network_is_black() -> None:
    (axis,) = curves([[TICKET, DENSE]], [run(TICKET, rising()), run(DENSE, rising())]).axes
    assert to_rgba(drawn(axis)[1].get_color()) == to_rgba("black")


def test_curves_of_several_strategies_are_told_apart() -> None:
    names = [f"toy/{strategy}/round-1/ticket" for strategy in ("oneshot", "iterative")]
    runs = [run(name, rising()) for name in names] + [run(DENSE, rising(), density=1.0)]
    picture = curves([[DENSE, *names]], runs)
    assert legend(picture) == ["100.0", "50.0 iterative", "50.0 oneshot"]
    assert len({str(line.get_color()) for line in drawn(picture.axes[0])}) == 3


def test_curves_of_several_experiments_are_told_apart() -> None:
    over = {"toy": "Conv-2", "other": "Conv-4"}
    names = [f"{name}/dense/round-0/ticket" for name in over]
    picture = curves([["dense/ticket"]], [run(name, rising(), 1.0) for name in names], over=over)
    assert legend(picture) == ["Conv-2 100.0", "Conv-4 100.0"]
    assert len({str(line.get_color()) for line in drawn(picture.axes[0])}) == 2


def test_the_legend_says_what_its_numbers_are() -> None:
    runs = [run(DENSE, rising())]
    title = curves([[DENSE]], runs).legends[0].get_title().get_text()
    assert title == "Percent of weights remaining"
    picture = curves([[DENSE]], runs, over={"toy": "Lenet"})
    assert picture.legends[0].get_title().get_text() == "Lenet: percent of weights remaining"


# Axes


def test_bars_of_curves_go_from_minimum_to_maximum() -> None:
    (axis,) = curves([[DENSE]], [run(DENSE, rising())]).axes
    x, low, high = bars(axis, 0).T
    assert high - low == pytest.approx(4)
    assert low == pytest.approx(100 * np.interp(x, np.arange(0, 200, 10), rising()[0]))


def test_bars_of_curves_may_be_intervals_over_trials() -> None:
    runs = [run(DENSE, rising(6), repeats=2)]
    figure = resolved({**CURVES, "panels": [[{"lines": [DENSE]}]]})
    (axis,) = plotted(figure, Drawn(runs=runs), INTERVALS).axes
    _, low, high = bars(axis, 0).T
    assert high - low == pytest.approx(20), "from (0 + 1) / 2 to (16 + 25) / 2 hundredths"
    rows = figure.numbers(INTERVALS, Drawn(runs=runs))
    assert {(row["bars"], round(row["high"] - row["low"], 9)) for row in rows} == {("interval", 20)}
    assert figure.note(INTERVALS) == NOTES["interval"]


def test_curves_of_one_trial_have_no_interval() -> None:
    figure = resolved({**CURVES, "panels": [[{"lines": [DENSE]}]]})
    picture = plotted(figure, Drawn(runs=[run(DENSE, rising(1))]), INTERVALS)
    rendering.pictures(picture, 60, "0" * 24)
    assert np.isfinite(drawn(picture.axes[0])[0].get_ydata()).all()


def test_bars_of_curves_that_agree_have_no_length() -> None:
    (axis,) = curves([[DENSE]], [run(DENSE, np.full((3, 20), 0.7))]).axes
    assert bars(axis, 0)[:, 1:] == pytest.approx(70)


def test_curves_end_at_the_iteration_that_is_asked_for() -> None:
    (axis,) = curves([[DENSE]], [run(DENSE, rising())], until=100).axes
    assert np.asarray(drawn(axis)[0].get_xdata()).tolist() == list(range(0, 101, 10))


def test_each_curve_is_drawn_at_the_iterations_of_its_set() -> None:
    (axis,) = curves([[DENSE]], [run(DENSE, rising())], y="validation_loss", until=40).axes
    (line,) = drawn(axis)
    assert np.asarray(line.get_xdata()).tolist() == list(range(0, 41, 5))
    expected = 2 - np.repeat(rising(), 2, axis=1).mean(axis=0)[:9]
    assert line.get_ydata() == pytest.approx(expected)


def test_panels_of_a_quantity_have_the_same_limits() -> None:
    runs = [run(DENSE, rising()), run(TICKET, rising() / 2)]
    loss = {"lines": [DENSE], "y": "test_loss"}
    row = [{"lines": [DENSE]}, {"lines": [TICKET]}]
    figure = resolved({**CURVES, "panels": [row, [loss, None]]})
    picture = plotted(figure, Drawn(runs=runs))
    one, two, three = picture.axes
    assert one.get_ylim() == two.get_ylim() != three.get_ylim()
    labels = [axis.get_ylabel() for axis in picture.axes]
    assert labels == ["Test accuracy (%)", "", "Test loss"]
    FigureCanvasAgg(picture).draw()
    assert not any(label.get_visible() for label in two.get_yticklabels())


@pytest.mark.parametrize("y", ["test_accuracy", "test_loss"])
def test_the_axis_shows_where_training_ends(y: str) -> None:
    values = np.concatenate([[0.0], np.linspace(0.9, 0.95, 40)])[None]
    low, high = curves([[DENSE]], [run(DENSE, values)], y=y).axes[0].get_ylim()
    if y == "test_accuracy":
        assert 85 < low < 90 < 95 < high < 96
    else:
        assert 0.04 < low < 0.05 < 0.1 < high < 0.15


def test_an_axis_of_accuracies_ends_at_100_percent() -> None:
    (axis,) = curves([[DENSE]], [run(DENSE, np.full((2, 20), 1.0))]).axes
    assert 100 < axis.get_ylim()[1] < 100.2


# Odd results


@pytest.mark.parametrize("networks", [[0], [0, 1, 2]])
def test_diverged_curves_are_drawn_as_far_as_they_go(networks: list[int]) -> None:
    values = rising()
    values[networks, 8:] = math.nan
    picture = curves([[DENSE]], [run(DENSE, values)])
    rendering.pictures(picture, 60, "0" * 24)
    assert np.isfinite(drawn(picture.axes[0])[0].get_ydata()).sum() == 8


def test_a_curve_of_one_number_is_drawn() -> None:
    values = np.full((2, 20), math.nan)
    values[:, 0] = 0.5
    assert curves([[DENSE]], [run(DENSE, values)]).axes[0].get_ylim()[0] < 50


def test_curves_that_are_nothing_but_nan_are_drawn_empty() -> None:
    picture = curves([[DENSE]], [run(DENSE, np.full((2, 20), math.nan))])
    svg, png = rendering.pictures(picture, 60, "0" * 24)
    assert min(len(svg), len(png)) > 1_000


@pytest.mark.parametrize("evaluations", [2, 3, 4])
def test_short_training_runs_have_curves_too(evaluations: int) -> None:
    names = [f"toy/iterative/round-{round}/ticket" for round in range(1, 6)]
    runs = [run(name, rising(evaluations=evaluations), 0.8**at) for at, name in enumerate(names)]
    assert len(legend(curves([names], runs))) == 5


def test_a_line_without_runs_is_refused() -> None:
    message = "toy/dense/round-0/ticket: no run of this line is among the 1 runs that were given"
    with pytest.raises(ValueError, match=message):
        curves([[DENSE]], [run(TICKET, rising())])


def test_unknown_quantities_are_refused_when_drawn() -> None:
    figure = resolved({**CURVES, "panels": [[{"lines": [DENSE]}]]})
    with pytest.raises(ValueError, match="y: unknown quantity 'loss'"):
        plotted(msgspec.structs.replace(figure, y="loss"), Drawn(runs=[run(DENSE, rising())]))


def test_numbers_are_those_of_the_curves() -> None:
    figure = resolved({**CURVES, "panels": [[{"lines": [DENSE]}]], "until": 40})
    rows = figure.numbers(STYLE, Drawn(runs=[run(DENSE, rising())]))
    assert [row["iteration"] for row in rows] == [0, 10, 20, 30, 40]
    assert [row["mean"] for row in rows] == pytest.approx(100 * rising().mean(axis=0)[:5])
    assert [row["high"] for row in rows] == pytest.approx(100 * rising().max(axis=0)[:5])
