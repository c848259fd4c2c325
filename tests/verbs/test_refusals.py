"""Planned keys that do not come true, and settings that a person wrote wrong."""

from pathlib import Path

import pytest
from byhand import RUNS, Built, command, refused
from calls import by_person, changed
from tampering.study import rewrite

THETA0, MASK = f"{RUNS}/theta0.h5", f"{RUNS}/iterative/round-1/mask.h5"
DENSE, TICKET = f"{RUNS}/dense/round-0/ticket/run.h5", f"{RUNS}/iterative/round-1/ticket/run.h5"
TABLE, METRICS, FIGURE = (
    "results/tables/tiny.csv",
    "results/metrics.json",
    "results/figures/accuracy-curves.svg",
)
REWOUND = f"{RUNS}/dense/round-0/iteration-15.h5"
AMOUNT = "but the present code and inputs give key [0-9a-f]{24}"


@pytest.mark.parametrize("path", [THETA0, MASK, TICKET, REWOUND, TABLE, FIGURE, METRICS])
def test_a_key_that_the_file_would_not_have_is_refused(here: Built, path: str) -> None:
    call = changed(command(here.study, here.node(path)), "--key", "0" * 24)
    before = Path(path).read_bytes()
    refused(*call, match=f"{path}: planned with key 0{{24}}, {AMOUNT}; since the plan, lth or one")
    assert Path(path).read_bytes() == before


@pytest.mark.parametrize("path", [TABLE, FIGURE])
def test_runs_that_were_not_planned_are_refused(here: Built, path: str) -> None:
    rewrite(f"{RUNS}/iterative/round-2/ticket/run.h5", code="other code")
    node = here.node(path)
    inputs = r"has changed \(results/runs/tiny/.*\); run snakemake again"
    refused(
        *command(here.study, node), match=f"{path}: planned with key {node.key}, but .* {inputs}"
    )


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"recipe": {"learning_rate": None}}, "recipe: missing key 'learning_rate'; it needs"),
        ({"recipe": {"optimiser": "adam"}}, "recipe: unknown key 'optimiser'; did you mean 'opt"),
        ({"recipe": {"optimizer": "adamm"}}, "recipe.optimizer: unknown optimizer 'adamm'; did"),
        ({"recipe": {"momentum": 0.5}}, "recipe.momentum: expected 0 for adam, got 0.5"),
        (
            {"network": {"initialization": "zero"}},
            "network.initialization: unknown initialization 'zero'; legal: glorot-normal, normal",
        ),
        ({"network": {"name": "lennet"}}, "network.name: unknown network 'lennet'; did you mean"),
        ({"network": {"hidden": "3"}}, "network.hidden: expected a list, got '3'"),
        ({"branch": "reinitt"}, "branch: unknown branch 'reinitt'; did you mean 'reinit'"),
        ({"block": "0-1"}, "block: expected trials-FIRST-LAST such as trials-0-4, got '0-1'"),
        ({"seed": -1}, "seed: expected a number of at least 0, got -1"),
        ({"seed": "1"}, "seed: expected a whole number, got '1'"),
        ({"round": 1.5}, "round: expected a whole number, got 1.5"),
        ({"rounds": 2}, "unknown key 'rounds'; did you mean 'round'"),
        ({"start": {"kind": "theta"}}, "start.kind: unknown kind 'theta'; did you mean 'theta0'"),
    ],
    ids=lambda value: str(value)[:50],
)
def test_settings_that_a_person_wrote_wrong_are_refused(
    here: Built, settings: dict[str, object], message: str
) -> None:
    refused(*by_person(here, DENSE, **settings), match=f"error: --settings[.:] ?{message}")


def test_a_start_that_is_not_before_the_end_is_refused(here: Built) -> None:
    path = f"{RUNS}/rewind/round-1/ticket/run.h5"
    call = by_person(here, path, start={"kind": "rewound", "iteration": 40})
    refused(*call, match="--settings.start.iteration: expected an iteration below the 40")


@pytest.mark.parametrize(
    ("path", "missing"),
    [
        (THETA0, "network"),
        (THETA0, "block"),
        (MASK, "rates"),
        (MASK, "making"),
        (TICKET, "recipe"),
        (TICKET, "branch"),
        (TICKET, "keep_weights"),
        (TICKET, "start"),
        (REWOUND, "iteration"),
        (TABLE, "strategies"),
        (FIGURE, "style"),
    ],
)
def test_settings_without_a_key_that_is_needed_are_refused(
    here: Built, path: str, missing: str
) -> None:
    refused(
        *by_person(here, path, **{missing: None}),
        match=f"--settings: missing key '{missing}'; it needs ",
    )


@pytest.mark.parametrize("path", [THETA0, MASK, DENSE, TABLE])
def test_a_file_that_cannot_be_written_ends_in_one_line(here: Built, path: str) -> None:
    Path("flat").write_text("no folder")
    call = changed(by_person(here, path), "--out", "flat/file.h5")
    refused(*call, match="flat/file.h5: could not be written: .* Free some space or")
