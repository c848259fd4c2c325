"""Lines by name: rounds, levels and what an experiment does not train."""

import pytest
from toy_report import SUBJECTS, subject

from lth.report.lines import Line, line_of, runs_of, series_of

WHERE = "figures.it.panels[0][0].lines"


def found(text: str, *over: str) -> list[str]:
    return [str(line) for line in runs_of(text, over or ("toy",), SUBJECTS, WHERE)]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("dense/ticket", "toy/dense/round-0/ticket"),
        ("dense/round-0/ticket", "toy/dense/round-0/ticket"),
        ("iterative/round-3/reinit", "toy/iterative/round-3/reinit"),
        ("iterative/round-12/noise-1", "toy/iterative/round-12/noise-1"),
        ("toy/iterative/round-3/reinit", "toy/iterative/round-3/reinit"),
        ("iterative/ticket@51.2", "toy/iterative/round-3/ticket"),
        ("toy/iterative/reinit@51.2", "toy/iterative/round-3/reinit"),
    ],
)
def test_a_text_means_a_line(text: str, line: str) -> None:
    assert found(text) == [line]
    assert str(line_of(line)) == line


@pytest.mark.parametrize(
    ("level", "round"),
    [("100", 0), ("90", 0), ("89", 1), ("80", 1), ("71.6", 1), ("71.5", 2), ("7", 12), ("0.1", 12)],
)
def test_a_level_takes_the_nearest_round(level: str, round: int) -> None:
    strategy = "iterative" if round else "dense"
    assert found(f"iterative/reinit@{level}") == [f"toy/{strategy}/round-{round}/reinit"]


def test_a_level_is_another_round_of_each_experiment() -> None:
    lines = found("iterative/ticket@50", "toy", "other", "third")
    rounds = {"toy": 3, "other": 2, "third": 3}
    assert lines == [f"{name}/iterative/round-{round}/ticket" for name, round in rounds.items()]


def test_a_line_may_be_of_one_experiment_alone() -> None:
    assert found("other/dense/ticket", "toy", "other") == ["other/dense/round-0/ticket"]


def test_strategies_have_any_names() -> None:
    layerwise = subject(strategies={"global-2": (3, ("ticket",))}, levels={"global-2": (100, 50)})
    lines = runs_of("global-2/ticket@60", ["it"], {"it": layerwise}, WHERE)
    assert lines == [Line("it", "global-2", 1, "ticket")]


@pytest.mark.parametrize(
    "text",
    [
        "iterative-3",
        "iterative/round-03/ticket",
        "iterative/round-" + "9" * 5000 + "/ticket",
        "iterative/ticket@",
        "iterative/ticket@5%",
        "a/b/c/round-1/ticket",
        "Iterative/ticket@50",
        "",
    ],
)
def test_texts_of_another_form_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"lines: expected a line such as dense/ticket, iter"):
        found(text)


@pytest.mark.parametrize(
    "text", ["iterative/ticket", "iterative/round-3", "iterative/round-3/ticket@50"]
)
def test_a_round_or_a_level_is_needed(text: str) -> None:
    with pytest.raises(ValueError, match=r"lines: expected a round or a level, as in dense/ticket"):
        found(text)


@pytest.mark.parametrize("level", ["0", "0.0", "100.1", "999"])
def test_levels_are_percents(level: str) -> None:
    with pytest.raises(ValueError, match="expected a level above 0 and at most 100"):
        found(f"iterative/ticket@{level}")


@pytest.mark.parametrize(
    "text",
    [
        "iterative/round-13/ticket",
        "iterative/round-0/ticket",
        "dense/round-1/ticket",
        "dense/noise",
        "dense/ticket@50",
        "global/round-1/ticket",
        "global/ticket@50",
        "iterative/round-1/noise",
        "iterative/noise@50",
    ],
)
def test_what_is_not_trained_is_refused(text: str) -> None:
    message = rf"lines: '{text}' is not trained by toy, which has iterative with rounds 1 to 12, br"
    with pytest.raises(ValueError, match=message) as caught:
        found(text)
    assert str(caught.value).endswith("; take other lines, or add it to the experiment")
    assert "; dense with branches ticket, reinit, " in str(caught.value)


def test_an_experiment_that_is_not_drawn_is_refused() -> None:
    with pytest.raises(ValueError, match="lines: unknown experiment 'other'; legal: toy"):
        found("other/dense/ticket")


def test_a_series_is_strategy_and_branch() -> None:
    assert series_of("iterative/noise-0.5", WHERE) == ("iterative", "noise-0.5")
    with pytest.raises(ValueError, match="expected a line such as iterative/ticket, got 'ticket'"):
        series_of("ticket", WHERE)


def test_only_whole_lines_are_lines_of_resolved_figures() -> None:
    with pytest.raises(ValueError, match="'dense/ticket' is no line of a resolved figure"):
        line_of("dense/ticket")
