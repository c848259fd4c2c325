"""What is refused of figures before anything is trained, each fault in a line with its key."""

import re
from collections.abc import Mapping
from typing import Any

import msgspec
import pytest
from toy_report import CURVES, DENSITY, LINES, PANELS, SUBJECTS, subject

from lth import settings
from lth.report.figures.choices import Figure
from lth.report.subject import Subject
from lth.settings import by_tag, plain

ROW: list[Any] = [{"lines": ["dense/ticket"]}]


def density(**changes: Any) -> dict[str, Any]:
    return {**DENSITY, **changes}


def curves(*lines: str, **changes: Any) -> dict[str, Any]:
    return {**CURVES, "panels": [[{"lines": list(lines or ["dense/ticket"])}]], **changes}


def check(data: Mapping[str, Any], subjects: Mapping[str, Subject] = SUBJECTS) -> Figure:
    return settings.read(Figure, data, "figures.it").resolved(subjects, "figures.it")


def refused(data: Mapping[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(message)}") as caught:
        check(data)
    assert "\n" not in str(caught.value)


def without(data: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in data.items() if key != name}


# Reading


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (density(kind="densities"), "figures.it.kind: unknown kind 'densities'; did you mean 'de"),
        (without(DENSITY, "kind"), "figures.it: missing key 'kind'; it is one of curves, density"),
        (density(scale="lin"), "figures.it.scale: unknown value 'lin'; did you mean 'linear'?"),
        (
            density(colour="red"),
            "figures.it: unknown key 'colour'; legal: caption, kind, lines, ov",
        ),
        (without(DENSITY, "caption"), "figures.it: missing key 'caption'; it needs kind, caption"),
        (without(DENSITY, "panels"), "figures.it: missing key 'panels'; it needs kind, caption, "),
        (density(panels=PANELS[0]), "figures.it.panels[0]: expected a list, got {'y': 'early_stop"),
        (density(panels=[["y"]]), "figures.it.panels[0][0]: expected a mapping"),
        (density(panels=[[{}]]), "figures.it.panels[0][0]: missing key 'y'; it needs y"),
        (density(over=["toy"]), "figures.it.over: expected a mapping, got ['toy']"),
        (density(over={"toy": 1}), "figures.it.over.toy: expected text or a mapping, got 1"),
        (
            density(lines={"iterative/ticket": {"color": "red"}}),
            "figures.it.lines.iterative/ticket: unknown key 'color'; legal: label, look, ord",
        ),
        (curves(y=["test_loss"]), "figures.it.y: expected text, got ['test_loss']"),
        (curves(until=0), "figures.it.until: expected a number of at least 1, got 0"),
        (curves(panels=[[{}]]), "figures.it.panels[0][0]: missing key 'lines'; it needs lines"),
    ],
)
def test_figures_of_another_form_are_refused(data: dict[str, Any], message: str) -> None:
    refused(data, message)


def test_kinds_have_a_schema() -> None:
    schema = msgspec.json.schema(Figure)
    assert schema["discriminator"]["mapping"].keys() == by_tag(Figure).keys()
    assert {"DensityPanel", "CurvesPanel", "LegendEntry"} <= schema["$defs"].keys()
    assert schema["$defs"]["DensityPanel"]["required"] == ["y"]


# Grids


@pytest.mark.parametrize("kind", [density, curves])
@pytest.mark.parametrize(
    ("panels", "message"),
    [
        ([], "figures.it.panels: expected at least one panel, got none"),
        ([[None, None]], "figures.it.panels: expected at least one panel, got none"),
        ([["it"], []], "figures.it.panels[1]: expected as many panels as in the first row, 1 ("),
        ([["it"] * 13], "figures.it.panels: expected at most 12 rows and columns, got 1 x 13"),
        ([["it"]] * 13, "figures.it.panels: expected at most 12 rows and columns, got 13 x 1"),
    ],
)
def test_grids_are_even_and_neither_empty_nor_large(kind: Any, panels: Any, message: str) -> None:
    panel = PANELS[0][0] if kind is density else ROW[0]
    grid = [[panel if item else None for item in row] for row in panels]
    refused(kind(panels=grid), message)


# Experiments


@pytest.mark.parametrize(
    ("over", "message"),
    [
        ({}, "figures.it.over: expected at least one experiment, got none"),
        ({"toi": ""}, "figures.it.over: unknown experiment of the study 'toi'; did you mean 'toy'"),
        (
            {"toy": "", "other": "it"},
            "figures.it.over.toy: expected a label of its own (several experiments share a panel)",
        ),
        ({"toy": "it", "other": "it"}, "figures.it.over.toy: expected a label of its own"),
        ({"toy": {"look": "bleu"}}, "figures.it.over.toy.look: expected solid, dashed, "),
    ],
)
@pytest.mark.parametrize("kind", [density, curves])
def test_experiments_must_be_in_the_study(kind: Any, over: Any, message: str) -> None:
    refused(kind(over=over), message)


def test_an_experiment_has_one_label_in_a_figure_of_curves() -> None:
    over = {"toy": "a toy", "other": "another"}
    one = ROW[0] | {"over": {"toy": ""}}
    what = "expected the label that it has in another panel, 'a toy', got ''"
    refused(curves(over=over, panels=[[ROW[0], one]]), f"figures.it.panels[0][1].over.toy: {what}")


@pytest.mark.parametrize("kind", [density, curves])
def test_experiments_must_be_named_somewhere(kind: Any) -> None:
    needed = "figures.it: missing key 'over', which figures.it.panels[0][0] does not have either"
    refused(without(kind(), "over"), needed)


@pytest.mark.parametrize("kind", [density, curves])
def test_a_template_without_experiments_can_be_read(kind: Any) -> None:
    assert settings.read(Figure, without(kind(), "over"), "figures.it")


def test_a_fault_of_a_panel_is_named_there() -> None:
    panel = {"y": "early_stop_iteration", "over": {"toi": ""}}
    refused(density(panels=[[None, panel]]), "figures.it.panels[0][1].over: unknown experiment of")
    panel = {"y": "early_stop_iteration", "lines": {"global/ticket": ""}}
    refused(density(panels=[[panel]]), "figures.it.panels[0][0].lines: 'global/ticket' is not tr")
    panel = {"y": "early_stop_iteration", "limits": [2, 2]}
    refused(
        density(panels=[[panel]]), "figures.it.panels[0][0].limits: expected a lower and a higher"
    )
    refused(
        curves(panels=[[ROW[0] | {"y": "loss"}]]),
        "figures.it.panels[0][0].y: unknown quantity 'loss'; did you mean 'test_loss'?",
    )


# Density


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ({}, "figures.it.lines: expected at least one line such as iterative/ticket, got none"),
        (
            {"ticket": ""},
            "figures.it.lines: expected a line such as iterative/ticket, got 'ticket'",
        ),
        ({"global/ticket": ""}, "figures.it.lines: 'global/ticket' is not trained by toy, which"),
        ({"iterative/noise": ""}, "figures.it.lines: 'iterative/noise' is not trained by toy"),
        ({"dense/ticket": ""}, "figures.it.lines: 'dense/ticket' is not trained by toy"),
        ({"iterative/ticket": "dahsed"}, "figures.it.lines.iterative/ticket: expected solid, das"),
    ],
)
def test_lines_must_be_in_the_experiments(lines: dict[str, str], message: str) -> None:
    refused(density(lines=lines), message)


def test_every_experiment_must_have_every_line() -> None:
    few = subject(strategies={"iterative": (3, ("ticket",))})
    over = {"toy": "Conv-2", "few": "Conv-4"}
    with pytest.raises(ValueError, match="'iterative/reinit' is not trained by few, which has it"):
        check(density(over=over), {**SUBJECTS, "few": few})


@pytest.mark.parametrize(
    ("y", "message"),
    [
        (
            "early_stop_itration",
            "unknown quantity 'early_stop_itration'; did you mean 'early_stop_",
        ),
        ("validation_loss", "unknown quantity 'validation_loss'"),
        ("density", "unknown quantity 'density'; legal: early_stop_"),
        ("diverged", "unknown quantity 'diverged'"),
        ("test_accuracy_at_" + "9" * 5000, "unknown quantity 'test_accuracy_at_999"),
        (
            "test_accuracy_at_1000",
            "expected a moment of toy, which has none, got 'test_accuracy_at_1000'",
        ),
    ],
)
def test_quantities_must_be_in_the_tables(y: str, message: str) -> None:
    refused(density(panels=[[{"y": y}]]), f"figures.it.panels[0][0].y: {message}")


def test_a_quantity_at_a_moment_needs_an_experiment_with_it() -> None:
    data = density(panels=[[{"y": "test_accuracy_at_1000"}]])
    assert check(data, {"toy": subject(moments=(500, 1000))})
    with pytest.raises(ValueError, match="expected a moment of toy, which has 10, 500, got 'test"):
        check(data, {"toy": subject(moments=(10, 500))})


# Curves


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"y": "loss"}, "figures.it.y: unknown quantity 'loss'; did you mean 'test_loss'?"),
        ({"y": "final_test_accuracy"}, "figures.it.y: unknown quantity 'final_test_accuracy'"),
        (
            {"until": 9},
            "figures.it.until: expected at least 10, the first evaluation after the start, got 9",
        ),
        (
            {"panels": [[*ROW, {"lines": []}]]},
            "figures.it.panels[0][1].lines: expected at least one line such as dense/ticket, got",
        ),
        (
            {"panels": [[{"lines": ["iterative-3"]}]]},
            "figures.it.panels[0][0].lines: expected a line such as dense/ticket, iterative/tick",
        ),
        (
            {"panels": [ROW, [{"lines": ["oneshot/round-13/ticket"]}]]},
            "figures.it.panels[1][0].lines: 'oneshot/round-13/ticket' is not trained by toy, which",
        ),
    ],
)
def test_curves_must_be_of_training_runs(changes: dict[str, Any], message: str) -> None:
    refused(curves(**changes), message)


def test_curves_go_at_least_to_the_first_evaluation_of_their_set() -> None:
    rare = {"toy": subject(tested_every=50)}
    assert check(curves(until=10, y="validation_loss"), rare)
    with pytest.raises(ValueError, match="until: expected at least 50, the first evaluation after"):
        check(curves(until=49), rare)


# Resolved figures


@pytest.mark.parametrize("data", [density(), curves("iterative/ticket@50", "dense/ticket")])
def test_a_resolved_figure_stays_as_it_is(data: dict[str, Any]) -> None:
    figure = check(data)
    assert check(plain(figure)) == figure


def test_a_resolved_figure_keeps_its_order_in_sorted_json() -> None:
    lines = dict(reversed(LINES.items()))
    over = {"toy": "b", "other": "a"}
    figure = plain(check(density(lines=lines, over=over)))
    assert {name: item["order"] for name, item in figure["over"].items()} == {"toy": 0, "other": 1}
    shown = figure["panels"][0][0]["lines"]
    assert [shown[name]["order"] for name in lines] == [0, 1]


def test_levels_are_rounds_in_resolved_figures() -> None:
    figure = plain(check(curves("iterative/ticket@50", over={"toy": "a", "other": "b"})))
    assert figure["panels"][0][0]["lines"] == [
        "toy/iterative/round-3/ticket",
        "other/iterative/round-2/ticket",
    ]
