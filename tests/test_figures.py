"""Figures: equal input is equal bytes, axes and bars are the paper's, and odd results are drawn rather than fatal."""

import dataclasses
import math
import xml.etree.ElementTree as ElementTree
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib.axes
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from lth import appearance, figures, store, tables, tickets, training
from lth.appearance import Style
from lth.origins import Origin

STYLE = Style(2.5, 2.0, 8.0, 60, {"ticket": "tab:blue", "reinit": "tab:orange"})
DENSITY = appearance.Density("density", ("early_stop_iteration", "early_stop_test_accuracy"), ("iterative", "oneshot"), "log", "A caption")
CURVES = appearance.Curves("curves", "test_accuracy", "A caption")


def table(
    lines: Sequence[tuple[str, str]] = (("iterative", "ticket"), ("iterative", "reinit")), rounds: int = 6, trials: int = 3
) -> list[dict[str, Any]]:
    """Toy rows: in round n, trial k of a line stops at iteration 100 n + 10 k² with test accuracy 0.9 - 0.1 n + 0.01 k."""
    return [
        {
            "strategy": strategy,
            "branch": branch,
            "round": round,
            "density": 0.8**round,
            "early_stop_iteration": 100 * round + 10 * trial**2,
            "early_stop_test_accuracy": 0.9 - 0.1 * round + 0.01 * trial,
        }
        for strategy, branch in lines
        for round in range(rounds)
        for trial in range(trials)
    ]


def density(rows: list[dict[str, Any]], **changes: Any) -> Figure:
    return figures.density(dataclasses.replace(DENSITY, **changes), STYLE, rows)


def save(figure: Figure, svg: Path, key: str = "0" * 24) -> None:
    """Writes a figure to an SVG and the PNG beside it, as `lth plot` does."""
    for path, image in zip((svg, svg.with_suffix(".png")), figures.rendered(figure, 60, key), strict=True):
        path.write_bytes(image)


def run(strategy: str, round: int, branch: str, values: np.ndarray, density: float = 0.5) -> store.File:
    settings = {"experiment": "toy", "block": "trials-0-1", "strategy": strategy, "round": round, "branch": branch}
    arrays = {"iterations": np.arange(values.shape[1]) * 10, "curves/test_accuracy": values, "measures/density": np.full(len(values), density)}
    return store.File(Path("run.h5"), Origin("run", settings, "code", {}), {}, "", {}, arrays)


def curves(panels: Sequence[Sequence[str]], runs: Sequence[store.File], until: int = 1_000) -> Figure:
    return figures.curves(CURVES, STYLE, appearance.Lines(until, tuple(tuple(lines) for lines in panels)), runs)


def rising(networks: int = 3, evaluations: int = 20) -> np.ndarray:
    return np.linspace(0.1, 0.9, evaluations) + 0.01 * np.arange(networks)[:, None] ** 2


def bars(axis: matplotlib.axes.Axes, line: int) -> np.ndarray:
    """The vertical bars of a line with error bars: rows of (x, low, high)."""
    segments = np.array(axis.containers[line].lines[2][0].get_segments())
    assert np.array_equal(segments[:, 0, 0], segments[:, 1, 0])
    return np.column_stack([segments[:, 0, 0], segments[:, :, 1]])


def drawn(axis: matplotlib.axes.Axes) -> list[Line2D]:
    """The curves of a panel, without what belongs to their bars."""
    return [line for line in axis.lines if not str(line.get_label()).startswith("_")]


def legend(figure: Figure) -> list[str]:
    return [text.get_text() for text in figure.legends[0].get_texts()]


# Files


@pytest.mark.parametrize("kind", ["density", "curves"])
def test_equal_input_is_equal_bytes(tmp_path: Path, kind: str) -> None:
    for name in ("a", "b"):
        figure = density(table()) if kind == "density" else curves([["dense/round-0/ticket"]], [run("dense", 0, "ticket", rising())])
        save(figure, tmp_path / f"{name}.svg")
    for suffix in ("svg", "png"):
        assert (tmp_path / f"a.{suffix}").read_bytes() == (tmp_path / f"b.{suffix}").read_bytes()


def test_another_table_is_another_picture(tmp_path: Path) -> None:
    rows = table()
    save(density(rows), tmp_path / "a.svg")
    rows[-1]["early_stop_iteration"] += 50
    save(density(rows), tmp_path / "b.svg")
    assert (tmp_path / "a.svg").read_bytes() != (tmp_path / "b.svg").read_bytes()
    assert (tmp_path / "a.png").read_bytes() != (tmp_path / "b.png").read_bytes()


def test_the_svg_has_text_as_text_and_the_png_the_size_that_the_style_says(tmp_path: Path) -> None:
    save(density(table()), tmp_path / "it.svg")
    assert "winning ticket (iterative)" in "".join(ElementTree.parse(tmp_path / "it.svg").getroot().itertext())
    head = (tmp_path / "it.png").read_bytes()[:24]
    assert head.startswith(b"\x89PNG")
    assert (int.from_bytes(head[16:20]), int.from_bytes(head[20:24])) == (2 * 2.5 * 60, 2 * 60)


# Density


def test_the_log_axis_runs_from_100_percent_down_with_a_tick_at_densities_of_rounds() -> None:
    for axis in density(table(rounds=13)).axes:
        left, right = axis.get_xlim()
        assert axis.get_xscale() == "log"
        assert left > 100 > 100 * 0.8**12 > right > 0
        assert sorted(axis.get_xticks(), reverse=True) == pytest.approx([100 * 0.8**round for round in (0, 3, 6, 9, 12)])
        assert axis.get_xlabel() == "Percent of weights remaining"


def test_densities_beside_those_of_the_longest_line_have_ticks_where_there_is_room() -> None:
    rows = table([("iterative", "ticket"), ("oneshot", "ticket")], rounds=4)
    for row in rows:
        row["density"] = row["density"] if row["strategy"] == "iterative" else {0: 1.0, 1: 0.79, 2: 0.3, 3: 0.1}[row["round"]]
    for axis in density(rows, strategies=["iterative", "oneshot"]).axes:
        assert sorted(axis.get_xticks(), reverse=True) == pytest.approx([100, 80, 64, 51.2, 30, 10])


def test_a_long_legend_makes_the_figure_higher_and_not_the_panels_lower() -> None:
    heights: list[float] = []
    short, long = [f"s{number}" for number in range(1)], [f"s{number}" for number in range(8)]
    for strategies in (short, long):
        figure = density(table([(name, branch) for name in strategies for branch in ("ticket", "reinit")]), strategies=strategies)
        FigureCanvasAgg(figure).draw()
        heights.append(figure.axes[0].get_position().height * figure.get_figheight())
    assert heights[1] > 0.8 * heights[0]


def test_what_no_training_has_found_is_called_no_winning_ticket() -> None:
    names = legend(density(table([("random", "ticket"), ("random", "reinit")]), strategies=["random"]))
    assert names == ["original init (random)", "random reinit (random)"]


def test_the_linear_axis_runs_down_too() -> None:
    for axis in density(table([("oneshot", "ticket")]), strategies=["oneshot"], scale="linear").axes:
        left, right = axis.get_xlim()
        assert axis.get_xscale() == "linear"
        assert left > 100 > 100 * 0.8**5 > right


def test_lines_are_means_and_bars_go_from_minimum_to_maximum() -> None:
    stops, accuracies = density(table([("iterative", "ticket")])).axes
    x, low, high = bars(stops, 0).T
    assert x == pytest.approx([100 * 0.8**round for round in range(6)])
    assert (low.tolist(), high.tolist()) == ([0, 100, 200, 300, 400, 500], [40, 140, 240, 340, 440, 540])
    assert stops.containers[0].lines[0].get_ydata() == pytest.approx([50 / 3 + 100 * round for round in range(6)])
    assert bars(accuracies, 0)[0, 1:] == pytest.approx([90, 92]), "accuracies are in percent"


@pytest.mark.parametrize("count", [2, 3, 12])
def test_lines_stand_a_little_apart_but_at_their_density(count: int) -> None:
    lines = [("iterative", "ticket"), *(("iterative", f"noise-{number}") for number in range(1, count))]
    for axis in density(table(lines)).axes:
        places = [bars(axis, line)[:, 0] for line in range(count)]
        assert len({place[0] for place in places}) == count
        for place in places:
            assert place == pytest.approx([100 * 0.8**round for round in range(6)], rel=0.0201)


def test_the_legend_has_every_branch_of_every_strategy_in_its_colour() -> None:
    rows = table([("oneshot", "ticket"), ("iterative", "reinit"), ("iterative", "ticket"), ("oneshot", "reinit")])
    figure = density(rows)
    names = ["winning ticket (iterative)", "random reinit (iterative)", "winning ticket (oneshot)", "random reinit (oneshot)"]
    assert legend(figure) == names
    lines = [container.lines[0] for container in figure.axes[1].containers]
    assert [to_rgba(line.get_color()) for line in lines] == [to_rgba(color) for color in ("tab:blue", "tab:orange") * 2]
    assert [line.get_linestyle() for line in lines] == ["-", "-", "--", "--"]


def test_strategies_that_the_figure_does_not_ask_for_are_left_out() -> None:
    assert legend(density(table([("iterative", "ticket"), ("oneshot", "ticket")]), strategies=["oneshot"])) == ["winning ticket (oneshot)"]


def test_everything_that_a_figure_may_show_is_measured_and_has_a_name() -> None:
    assert figures.BRANCHES.keys() <= tickets.BRANCHES.keys()
    assert set(appearance.QUANTITIES["density"]) <= set(tables.MEASURES) & figures.LABELS.keys()
    assert set(appearance.QUANTITIES["curves"]) <= set(training.CURVES) & figures.LABELS.keys()


@pytest.mark.parametrize("value", [0.1, 0.7])
def test_trials_that_agree_have_bars_of_no_length_in_spite_of_rounding(value: float) -> None:
    rows = [row | {"early_stop_test_accuracy": value} for row in table()]
    assert bars(density(rows).axes[1], 0)[:, 1:] == pytest.approx(100 * value)
    figure = curves([["dense/round-0/ticket"]], [run("dense", 0, "ticket", np.full((3, 20), value))])
    assert bars(figure.axes[0], 0)[:, 1:] == pytest.approx(100 * value)


def test_a_diverged_network_leaves_a_gap_and_the_rest_is_drawn(tmp_path: Path) -> None:
    rows = table([("iterative", "ticket")])
    rows[3]["early_stop_test_accuracy"] = math.nan
    figure = density(rows)
    save(figure, tmp_path / "it.svg")
    assert np.isnan(figure.axes[1].containers[0].lines[0].get_ydata()).tolist() == [False, True, False, False, False, False]


def test_a_study_of_the_dense_network_alone_is_drawn(tmp_path: Path) -> None:
    save(density(table(rounds=1)), tmp_path / "it.svg")
    assert (tmp_path / "it.png").stat().st_size > 0


# Curves


def test_curves_are_means_over_all_blocks_labelled_by_what_is_left() -> None:
    runs = [
        run("dense", 0, "ticket", rising(2), density=1.0),
        run("iterative", 3, "ticket", rising(2), density=0.513),
        run("iterative", 3, "ticket", rising(2) + 0.1, density=0.513),
        run("iterative", 3, "reinit", rising(6), density=0.513),
    ]
    figure = curves([["dense/round-0/ticket", "iterative/round-3/ticket"], ["iterative/round-3/ticket", "iterative/round-3/reinit"]], runs)
    assert legend(figure) == ["100.0", "51.3", "51.3 reinit"]
    assert [[line.get_label() for line in drawn(axis)] for axis in figure.axes] == [["100.0", "51.3"], ["51.3", "51.3 reinit"]]
    ticket = drawn(figure.axes[0])[1]
    assert ticket.get_xdata().tolist() == list(range(0, 200, 10))
    assert ticket.get_ydata() == pytest.approx(100 * (rising(1)[0] + 0.055))


def test_a_ticket_and_its_control_share_a_colour_and_differ_in_dashes() -> None:
    runs = [run("iterative", 3, "ticket", rising()), run("iterative", 3, "reinit", rising()), run("iterative", 7, "ticket", rising())]
    figure = curves([["iterative/round-7/ticket", "iterative/round-3/ticket", "iterative/round-3/reinit"]], runs)
    other, ticket, control = drawn(figure.axes[0])
    assert to_rgba(ticket.get_color()) == to_rgba(control.get_color()) != to_rgba(other.get_color())
    assert ticket.get_linestyle() != control.get_linestyle()


def test_curves_of_several_strategies_are_told_apart() -> None:
    runs = [run(strategy, 1, "ticket", rising()) for strategy in ("iterative", "oneshot")] + [run("dense", 0, "ticket", rising(), density=1.0)]
    figure = curves([["dense/round-0/ticket", "oneshot/round-1/ticket", "iterative/round-1/ticket"]], runs)
    assert legend(figure) == ["100.0", "50.0 iterative", "50.0 oneshot"]
    assert len({str(line.get_color()) for line in drawn(figure.axes[0])}) == 3


def test_bars_of_curves_go_from_minimum_to_maximum() -> None:
    figure = curves([["dense/round-0/ticket"]], [run("dense", 0, "ticket", rising())])
    x, low, high = bars(figure.axes[0], 0).T
    assert high - low == pytest.approx(4)
    assert low == pytest.approx(100 * np.interp(x, np.arange(0, 200, 10), rising()[0]))


@pytest.mark.parametrize("networks", [[0], [0, 1, 2]])
def test_curves_of_diverged_networks_are_drawn_as_far_as_they_go(tmp_path: Path, networks: list[int]) -> None:
    values = rising()
    values[networks, 8:] = math.nan
    figure = curves([["dense/round-0/ticket"]], [run("dense", 0, "ticket", values)])
    save(figure, tmp_path / "it.svg")
    assert np.isfinite(drawn(figure.axes[0])[0].get_ydata()).sum() == 8


def test_curves_that_are_nothing_but_nan_are_drawn_empty(tmp_path: Path) -> None:
    figure = curves([["dense/round-0/ticket"]], [run("dense", 0, "ticket", np.full((2, 20), math.nan))])
    save(figure, tmp_path / "it.svg")
    assert (tmp_path / "it.png").stat().st_size > 0


@pytest.mark.parametrize("evaluations", [2, 3, 4])
def test_short_trainings_have_curves_too(evaluations: int) -> None:
    names = [f"iterative/round-{round}/ticket" for round in range(1, 6)]
    figure = curves([names], [run("iterative", round, "ticket", rising(evaluations=evaluations)) for round in range(1, 6)])
    assert len(legend(figure)) == 5


def test_curves_are_shown_until_the_iteration_that_is_asked_for() -> None:
    figure = curves([["dense/round-0/ticket"]], [run("dense", 0, "ticket", rising())], until=100)
    (line,) = drawn(figure.axes[0])
    assert np.asarray(line.get_xdata()).tolist() == list(range(0, 101, 10))


def test_an_axis_of_accuracies_hardly_goes_above_100_percent() -> None:
    rows = [item | {"early_stop_test_accuracy": 1.0 - 0.01 * item["round"]} for item in table(trials=1)]
    low, high = density(rows).axes[1].get_ylim()
    assert low < 95 < 100 < high < 100.2
    figure = curves([["dense/round-0/ticket"]], [run("dense", 0, "ticket", np.full((2, 20), 1.0))])
    assert 100 < figure.axes[0].get_ylim()[1] < 100.2
