"""Other studies from nothing to figures: two blocks of trials, and one-shot pruning."""

from pathlib import Path

import pandas as pd
import pytest
from project import claims_of, state
from workspace import PARAMS, Workspace, built

pytest.importorskip("snakemake", reason="snakemake is not installed")

TWO_BLOCKS = (
    PARAMS.replace("block: 2", "block: 1")
    .replace("rounds: 2", "rounds: 1")
    .replace("iterations: 40", "iterations: 20")
    .replace("until: 40", "until: 20")
)
ONESHOT = """\
      oneshot:
        kind: oneshot
        method: layer
        rates: [{hidden: 0.5, output: 0.25}, {hidden: 0.8, output: 0.4}]
        branches: {ticket: 1}
figures:
  oneshot:
    kind: density
    scale: linear
    over: {tiny: ""}
    lines: {oneshot/ticket: solid}
    panels: [[{y: early_stop_iteration}]]
    caption: One-shot pruning.
"""
ONESHOT = (
    PARAMS.replace("figures:\n", ONESHOT)
    .replace("reinit: 1}", "reinit: 2}")
    .replace("rounds: 2", "rounds: 1")
)


@pytest.fixture(scope="module")
def oneshot(tmp_path_factory: pytest.TempPathFactory) -> tuple[Workspace, dict[str, int]]:
    """A study with one-shot and iterative pruning and claims about it, and the jobs it took."""
    study = Workspace.new(tmp_path_factory.mktemp("oneshot") / "study", ONESHOT)
    state(study.folder, claims_of("tiny"))
    return study, study.snakemake()


def test_figures_of_curves_of_two_blocks_are_drawn(tmp_path: Path) -> None:
    workspace = built(tmp_path / "study", TWO_BLOCKS)
    assert workspace.plan() == {}
    assert "follow from one another" in workspace.lth("verify")


def test_oneshot_pruning_shares_the_dense_network(
    oneshot: tuple[Workspace, dict[str, int]],
) -> None:
    study, jobs = oneshot
    made = {"prepare": 1, "init": 1, "prune": 3, "train": 6}
    made |= {"tabulate": 1, "summarize": 1, "score": 1, "plot": 3, "compose": 1}
    assert jobs == made
    assert "are whole, in place" in study.lth("verify")


def test_its_table_has_the_dense_network_in_both_strategies(
    oneshot: tuple[Workspace, dict[str, int]],
) -> None:
    table = pd.read_csv(oneshot[0].folder / "results/tables/tiny.csv")
    counts = table.groupby(["strategy", "branch", "round"]).size().to_dict()
    reinit = {("iterative", "reinit", round): 4 for round in (0, 1)}
    tickets = {("iterative", "ticket", round): 2 for round in (0, 1)}
    assert counts == reinit | tickets | {("oneshot", "ticket", round): 2 for round in range(3)}


def test_its_claims_are_judged(oneshot: tuple[Workspace, dict[str, int]]) -> None:
    claims = pd.read_csv(oneshot[0].folder / "results/claims.csv").set_index("claim")
    assert claims.verdict.to_dict() == {"better": "too few trials", "size": "disagrees"}
    assert claims.why["better"] == "tiny has 2 trials, and a verdict needs 3"


def test_oneshot_rounds_are_pruned_by_their_own_rates(
    oneshot: tuple[Workspace, dict[str, int]],
) -> None:
    table = pd.read_csv(oneshot[0].folder / "results/tables/tiny.csv")
    rounds = table[table.strategy == "oneshot"].groupby("round")
    left = rounds.weights_left.unique().map(list).to_dict()
    assert left == {0: [768 + 96 + 80], 1: [384 + 48 + 60], 2: [154 + 19 + 48]}
