"""Claims: verdicts and intervals, on tables that were made by hand."""

from typing import Any

import pytest

from lth import settings
from lth.report.claims import Claim, Score, scored, totals
from lth.report.formulas import Tables

CLAIM = {
    "figure": "figure-4",
    "says": "It is better.",
    "value": 'test("toy/iterative/ticket@50") - test("toy/dense")',
    "paper": 2.0,
    "agrees": "abs(ours - paper) <= 0.5",
    "direction": "ours > 0",
}


def claim(**changes: Any) -> Claim:
    return settings.read(Claim, CLAIM | changes, "claims.it")


def tables(gains: list[float], name: str = "toy") -> Tables:
    """Trials whose tickets of half of the weights are so many points above dense."""
    rows = [
        {
            **{"strategy": "iterative", "branch": "ticket", "round": round, "trial": trial},
            **{"repeat": 0, "density": 0.5**round},
            "early_stop_test_accuracy": (90 + trial + round * gain) / 100,
        }
        for trial, gain in enumerate(gains)
        for round in range(2)
    ]
    return Tables({name: rows})


@pytest.mark.parametrize(
    ("gains", "verdict"),
    [
        ([1.8, 2.0, 2.2], "agrees"),
        ([0.8, 1.0, 1.2], "agrees in direction"),
        ([-1.0, -1.0, -1.0], "disagrees"),
        ([2.0, 2.0], "too few trials"),
    ],
)
def test_a_verdict_is_by_the_mean_over_trials(gains: list[float], verdict: str) -> None:
    score = scored(claim(), tables(gains))
    assert (score.verdict, score.trials) == (verdict, len(gains))
    assert score.ours == pytest.approx(sum(gains) / len(gains))


def test_without_a_weaker_formula_a_claim_agrees_or_disagrees() -> None:
    without = {key: value for key, value in CLAIM.items() if key != "direction"}
    weak = settings.read(Claim, without, "claims.it")
    assert scored(weak, tables([1.0, 1.0, 1.0])).verdict == "disagrees"


def test_an_interval_is_paired_over_trials() -> None:
    same = scored(claim(), tables([2.0, 2.0, 2.0]))
    assert (same.low, same.high) == (pytest.approx(2), pytest.approx(2)), "trials differ otherwise"
    apart = scored(claim(), tables([1.0, 2.0, 3.0]))
    # 3^3 draws of three trials: the least and the largest mean have a chance of 1/27 each.
    assert (apart.low, apart.high) == (pytest.approx(1), pytest.approx(3))
    assert scored(claim(), tables([1.0, 2.0, 3.0])) == apart, "the same each time"


def test_yes_and_no_have_no_interval() -> None:
    better = claim(value=f"{CLAIM['value']} > 0", paper=True, agrees="ours == paper")
    score = scored(better, tables([1.0, 2.0, 3.0]))
    assert (score.verdict, score.ours) == ("agrees", True)
    assert score.low != score.low


def test_what_was_not_run_says_why() -> None:
    assert scored(claim(), Tables({})) == Score("not run", why="toy was not run")


def test_miniatures_have_a_prefix() -> None:
    small = tables([2.0, 2.0, 2.0], "mini-toy")
    assert scored(claim(), small).verdict == "not run"
    assert scored(claim(), small, "mini-").verdict == "agrees"


def test_totals_count_every_verdict() -> None:
    found = dict(totals({"a": Score("agrees"), "b": Score("agrees"), "c": Score("not run")}))
    assert found == {
        "agrees": 2,
        "agrees in direction": 0,
        "disagrees": 0,
        "too few trials": 0,
        "not run": 1,
    }


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"value": "tset('toy/dense')"}, "claims.it.value: unknown function 'tset'; did you mean"),
        ({"agrees": "theirs > 0"}, "claims.it.agrees: unknown name 'theirs'; "),
        ({"direction": "ours >"}, "claims.it.direction: expected a formula, got 'ours >'"),
        ({"paper": "much"}, "claims.it.paper: "),
    ],
)
def test_a_faulty_claim_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError) as caught:
        claim(**changes)
    assert str(caught.value).startswith(message)
