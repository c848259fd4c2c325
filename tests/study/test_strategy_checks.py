"""Faults of strategies: those that do not fit the network or one another, or prune nothing."""

from typing import Any

import pytest
from planned import DIGITS, LAYERWISE, ONESHOT, RANDOM, REWIND, STRATEGIES, refused
from project import Project

BILLION = 10**9

ITERATIVE = [
    ("round", 3, ": unknown key 'round'; did you mean 'rounds'?"),
    ("kind", None, ": missing key 'kind'; it is one of continued, early, iterative,"),
    ("kind", "iterativ", ".kind: unknown kind 'iterativ'; did you mean 'iterative'? legal: "),
    ("rounds", 0, ".rounds: expected a number in [1, 100], got 0"),
    ("rounds", BILLION, ".rounds: expected a number in [1, 100], got 1000000000"),
    ("rates", 0.2, ".rates: expected a mapping, got 0.2"),
    ("rates.hidden", 1.0, ".rates.hidden: expected a number in [0, 1), got 1.0"),
    ("rates.output", -0.1, ".rates.output: expected a number in [0, 1), got -0.1"),
    (
        "rates.ouput",
        0.1,
        ".rates: unknown class of layers of lenet 'ouput'; did you mean 'output'?",
    ),
    (
        "rates.convolution",
        0.1,
        ".rates: unknown class of layers of lenet 'convolution'; legal: hidden",
    ),
    ("rates.hidden", None, ".rates: missing key 'hidden'; lenet has the classes hidden, output"),
    ("method", "globally", ".method: unknown method 'globally'; did you mean 'global'?"),
    ("method", "random", ".method: unknown method 'random'; legal: global, layer"),
    ("method", "global", ".rates: expected one rate for all layers that are pruned together"),
]
BRANCHES = [
    ("noise", 1, ": expected noise-NUMBER, above 0 and a plain decimal such as"),
    ("noise-0.50", 1, ": expected noise-NUMBER, above 0 and a plain decimal"),
    ("search", 1, ": unknown branch 'search'; legal: noise, reinit, resample,"),
    ("reinitt", 1, ": unknown branch 'reinitt'; did you mean 'reinit'?"),
    ("reinit", 0, ".reinit: expected a number in [1, 10000], got 0"),
    ("reinit", BILLION, ".reinit: expected a number in [1, 10000], got 1000000000"),
    ("reinit", True, ".reinit: expected a whole number, got True"),
    (f"noise-{'9' * 5000}", 1, ": expected noise-NUMBER, above 0 and a plain decimal"),
]
OTHERS = [
    (LAYERWISE, ": missing key 'kind'; it is one of continued, early, iterative, oneshot,"),
    (ONESHOT | {"method": "random"}, ".method: unknown method 'random'; legal: global, layer"),
    (ONESHOT | {"rates": []}, ".rates: expected at least one, got an empty list"),
    (ONESHOT | {"rounds": 3}, ": unknown key 'rounds'; legal: branches, kind, method, rates"),
    (
        LAYERWISE | {"kind": "early", "method": "random"},
        ".method: unknown method 'random'; legal: ",
    ),
    (REWIND | {"iteration": 1500}, ".iteration: expected an iteration below the 1500 of the"),
    (REWIND | {"iteration": -1}, ".iteration: expected a number of at least 0, got -1"),
    (REWIND | {"branches": {"reinit": 1}}, ".branches: expected 'ticket' among them (the next"),
    (RANDOM | {"like": "other"}, ": its round 1 is made from other/round-1, and the strategies"),
    (RANDOM | {"like": "early"}, ": its round 1 is made from early/round-1, and the strategies"),
    (RANDOM | {"rounds": 13}, ": its round 13 is made from iterative/round-13, and the strategies"),
    (RANDOM | {"rounds": BILLION}, ".rounds: expected a number in [1, 100], got 1000000000"),
    (RANDOM | {"branches": {}}, ".branches: expected at least one of ticket, reinit,"),
    (RANDOM | {"like": "dense"}, ": its round 1 is made from dense/round-1, and the strategies"),
]


@pytest.mark.parametrize(("key", "value", "message"), ITERATIVE, ids=lambda item: str(item)[:30])
def test_a_fault_of_a_strategy_is_refused(
    project: Project, key: str, value: Any, message: str
) -> None:
    project.set(f"{STRATEGIES}.iterative.{key}", value)
    refused(project, f"{STRATEGIES}.iterative{message}")


@pytest.mark.parametrize(("name", "repeats", "message"), BRANCHES, ids=lambda item: str(item)[:30])
def test_a_fault_of_a_branch_is_refused(
    project: Project, name: str, repeats: Any, message: str
) -> None:
    branches = {"ticket": 1, "reinit": 1, name: repeats}
    project.set(f"{STRATEGIES}.iterative.branches", branches)
    refused(project, f"{STRATEGIES}.iterative.branches{message}")


@pytest.mark.parametrize(("settings", "message"), OTHERS)
def test_a_strategy_that_does_not_fit_the_others_is_refused(
    project: Project, settings: Any, message: str
) -> None:
    project.set(f"{STRATEGIES}.other", settings)
    refused(project, f"{STRATEGIES}.other{message}")


@pytest.mark.parametrize("name", ["dense", "Iterative", "a_b", "a/b", "", "a.b"])
def test_strategies_have_names_for_paths_other_than_dense(project: Project, name: str) -> None:
    strategies = {"iterative": None, name: {"kind": "iterative", **LAYERWISE}}
    project.set(STRATEGIES, strategies)
    what = "expected a name of lower-case letters and digits, joined by '-', other than 'dense'"
    refused(project, f"{STRATEGIES}.{name}: {what}, got {name!r}")


def test_strategies_have_names_of_their_own(project: Project) -> None:
    project.set(f"{STRATEGIES}.slow", {"kind": "iterative", **LAYERWISE})
    project.set(f"{STRATEGIES}.as-sparse", RANDOM | {"like": "slow", "rounds": 3})
    strategies = project.read().experiments["digits"].strategies
    assert list(strategies) == ["iterative", "slow", "as-sparse"]
    assert strategies["slow"].making("slow", 2).strategy == "slow"
    assert strategies["as-sparse"].making("as-sparse", 2).strategy == "slow"


def test_strategies_that_are_made_from_each_other_are_refused(project: Project) -> None:
    project.set(f"{STRATEGIES}.a", RANDOM | {"like": "b"})
    project.set(f"{STRATEGIES}.b", RANDOM | {"like": "a"})
    refused(project, f"{STRATEGIES}.a: a and b are made from each other; make one of them from")


def test_a_strategy_that_is_made_from_itself_is_refused(project: Project) -> None:
    project.set(f"{STRATEGIES}.a", RANDOM | {"like": "a"})
    refused(project, f"{STRATEGIES}.a: its round 1 is made from a/round-1, and the strategies are")


def test_masks_of_which_a_trial_has_several_are_no_beginning(project: Project) -> None:
    project.set(f"{STRATEGIES}.a", RANDOM | {"branches": {"reinit": 4}})
    project.set(f"{STRATEGIES}.b", RANDOM | {"like": "a"})
    what = "its round 1 is made from a/round-1, which has 4 masks a trial"
    refused(project, f"{STRATEGIES}.b: {what}; take a strategy whose masks are pruned")
    project.set(f"{STRATEGIES}.a.branches.reinit", 1)
    assert project.read().experiments["digits"].strategies["b"].last_round == 12


def test_an_experiment_without_tickets_is_refused(project: Project) -> None:
    project.set(f"{STRATEGIES}.iterative.branches.ticket", None)
    what = "expected a strategy with the branch 'ticket' (others are compared with it), got none"
    refused(project, f"{STRATEGIES}: {what}")
    project.set(f"{STRATEGIES}.iterative", None)
    refused(project, f"{STRATEGIES}: {what}")


def test_only_strategies_that_are_pruned_from_tickets_need_them(project: Project) -> None:
    early = {"kind": "early", **LAYERWISE, "branches": {"reinit": 1}}
    project.set(f"{STRATEGIES}.early", early)
    assert project.read().experiments["digits"].strategies["early"].branches == {"reinit": 1}
    project.set(f"{STRATEGIES}.early.kind", "iterative")
    what = "expected 'ticket' among them (the next round is pruned from it), got reinit"
    refused(project, f"{STRATEGIES}.early.branches: {what}")


def test_repeats_of_a_ticket_that_would_be_equal_are_refused(project: Project) -> None:
    project.set(f"{STRATEGIES}.iterative.branches.ticket", 2)
    assert project.read()
    project.set(f"{DIGITS}.recipe.data_order", "shared")
    what = "expected 1 with data_order shared, where repeats (of the dense network) would be equal"
    refused(project, f"{STRATEGIES}.iterative.branches.ticket: {what}, got 2")


# Rates that leave nothing, or prune nothing


@pytest.mark.parametrize(
    ("strategy", "message"),
    [
        (
            {"kind": "iterative", **LAYERWISE, "rates": {"hidden": 0.9, "output": 0.1}},
            "round 2 prunes all of the 1 weights left in fc2.weight (6 at first)",
        ),
        (
            ONESHOT | {"rates": [{"hidden": 0.5, "output": 0.5}, {"hidden": 0.95, "output": 0.5}]},
            "round 2 prunes all of the 6 weights left in fc2.weight (6 at first)",
        ),
    ],
)
def test_a_layer_that_would_be_pruned_to_nothing_is_refused(
    project: Project, strategy: dict[str, Any], message: str
) -> None:
    project.set(f"{DIGITS}.network.hidden", [3, 2])
    project.set(f"{STRATEGIES}", {"iterative": None, "it": strategy})
    mend = "take fewer rounds, a lower rate or larger layers"
    refused(project, f"{STRATEGIES}.it: {message}; {mend}")


@pytest.mark.parametrize("method", ["layer", "global"])
def test_a_round_that_would_prune_nothing_is_refused(project: Project, method: str) -> None:
    rates = {"hidden": 0.0, "output": 0.0}
    strategy = {"kind": "iterative", **LAYERWISE, "method": method, "rates": rates}
    project.set(f"{STRATEGIES}.other", strategy)
    what = "expected fewer weights each round, but round 1 leaves"
    refused(project, f"{STRATEGIES}.other: {what}")


def test_layers_that_are_pruned_together_may_vanish(project: Project) -> None:
    project.set(f"{DIGITS}.network.hidden", [3, 2])
    rates = {"hidden": 0.5, "output": 0.5}
    together = {"kind": "iterative", **LAYERWISE, "method": "global", "rates": rates, "rounds": 7}
    project.set(STRATEGIES, {"iterative": together})
    project.set("figures", {})
    assert project.read().experiments["digits"].strategies["iterative"].last_round == 7


def test_not_all_layers_that_are_pruned_together_may_vanish(project: Project) -> None:
    project.set(f"{DIGITS}.network.hidden", [3, 2])
    rates = {"hidden": 0.6, "output": 0.6}
    together = {"kind": "iterative", **LAYERWISE, "method": "global", "rates": rates, "rounds": 8}
    project.set(STRATEGIES, {"iterative": together})
    mend = "take fewer rounds, a lower rate or larger layers"
    refused(project, f"weights left in all layers (218 at first); {mend}")
