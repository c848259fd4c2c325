"""Claims: verdicts and intervals, on tables that were made by hand."""

from typing import Any

import pytest
from toy_claims import bins, claim, line

from lth.report.claims import Score, Stated, scored, totals
from lth.report.evidence import Evidence


def tables(*gains: float, name: str = "toy") -> Evidence:
    """Trials whose tickets of 64 % of the weights are so many points above dense."""

    def accuracy(round: int, trial: int) -> float:
        return (80 + trial + round * gains[trial]) / 100

    return Evidence({name: line("iterative/ticket", accuracy, lambda n, k: 1, 1, len(gains), 0.64)})


def score(evidence: Evidence, **changes: Any) -> Score:
    return scored(claim(**changes), evidence, {})


@pytest.mark.parametrize(
    ("gains", "verdict"),
    [
        ((1.8, 2.0, 2.2), "agrees"),
        ((0.8, 1.0, 1.2), "agrees in direction"),
        ((-1.0, -1.0, -1.0), "disagrees"),
    ],
)
def test_a_verdict_is_by_the_mean_over_trials(gains: tuple[float, ...], verdict: str) -> None:
    found = score(tables(*gains))
    assert (found.verdict, found.trials, found.why) == (verdict, 3, "")
    assert found.ours == (pytest.approx(sum(gains) / 3),)


def test_too_few_trials_give_a_number_and_no_verdict() -> None:
    found = score(tables(2.0, 2.0))
    assert found.verdict == "too few trials"
    assert found.why == "toy has 2 trials, and a verdict needs 3"
    assert found.ours == (pytest.approx(2),)


def test_what_is_infinite_agrees_with_nothing() -> None:
    found = score(tables(1.0, 2.0, 3.0), value="1 / 0", paper=1, agrees="ours > paper")
    assert found.verdict == "disagrees"


def test_without_a_weaker_formula_a_claim_agrees_or_disagrees() -> None:
    weak = claim()
    fields = {name: getattr(weak, name) for name in weak.__struct_fields__ if name != "direction"}
    assert scored(Stated(**fields), tables(1.0, 1.0, 1.0), {}).verdict == "disagrees"


def test_an_interval_is_paired_over_trials() -> None:
    same = score(tables(2.0, 2.0, 2.0))
    assert (same.low, same.high) == ((pytest.approx(2),), (pytest.approx(2),)), "in spite of trials"
    apart = score(tables(1.0, 2.0, 3.0))
    # 3^3 draws of three trials: the least and the largest mean have a chance of 1/27 each.
    assert (apart.low, apart.high) == ((pytest.approx(1),), (pytest.approx(3),))
    assert score(tables(1.0, 2.0, 3.0)) == apart, "the same each time"


def test_an_interval_of_a_truth_says_whether_trials_decide_it() -> None:
    better = f"{claim().value} > 0"
    sure = score(tables(1.0, 2.0, 3.0), value=better, paper=True, agrees="ours == paper")
    assert (sure.verdict, sure.ours, sure.low, sure.high) == ("agrees", (True,), (True,), (True,))
    unsure = score(tables(-1.0, 1.0, 2.0), value=better, paper=True, agrees="ours == paper")
    assert (unsure.ours, unsure.low, unsure.high) == ((True,), (False,), (True,))


def test_all_numbers_of_a_list_must_agree() -> None:
    both = f"[{claim().value}, 5]"
    found = score(tables(2.0, 2.0, 2.0), value=both, paper=[2, 5])
    assert (found.verdict, found.ours) == ("agrees", (pytest.approx(2), 5))
    assert score(tables(2.0, 2.0, 2.0), value=both, paper=[2, 6]).verdict == "agrees in direction"


def test_what_was_not_run_says_why() -> None:
    assert score(Evidence({})) == Score("not run", why="toy was not run")


def test_small_claims_are_about_small_experiments() -> None:
    small = tables(2.0, 2.0, 2.0, name="mini-toy")
    assert score(small).verdict == "not run"
    assert score(small, scale="mini").verdict == "agrees"


def test_a_claim_of_a_network_alone_needs_no_trials() -> None:
    known = Evidence({}, {}, {"toy": {"weights": 2}})
    found = score(known, value='fact("toy", "weights")')
    assert found == Score("agrees", ours=(2,))


def test_a_histogram_has_trials_too() -> None:
    numbers = {"figure-1": bins([[1, 0]] * 4, "fc1", "inside", mean=[2.0, 2.0, 2.1, 2.1])}
    found = score(Evidence({}, numbers), value='average("figure-1/fc1/inside")')
    assert (found.verdict, found.trials) == ("agrees", 4)
    assert found.low == (pytest.approx(2),)


def test_curves_without_trials_give_no_interval() -> None:
    curves = [{"line": "toy/a", "iteration": "2", "mean": "97"}]
    table = tables(2.0, 2.0, 2.0)
    table._numbers = {"figure-3": curves}
    found = score(table, value=f'{claim().value} - 2 + reaches("figure-3/toy/a", 97)')
    assert (found.verdict, found.trials, found.low) == ("agrees", 3, ())


def test_what_is_no_number_in_all_draws_has_no_interval() -> None:
    found = score(tables(2.0, 2.0, 2.0), value=f"log(-1 * {claim().value})")
    assert found.verdict == "disagrees"
    assert found.low[0] != found.low[0]


def test_the_worst_of_several_is_none_where_one_is_no_number() -> None:
    worst = f"smallest([5, log(-1 * {claim().value})])"
    found = score(tables(2.0, 2.0, 2.0), value=worst, agrees="not ours < paper")
    assert (found.verdict, found.why) == ("disagrees", "a part of it is no number (NaN)")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"value": "[1, 2] + [1, 2, 3]"}, "claims.it.value: expected as many numbers on both"),
        ({"value": "down_to([1, 2])"}, "claims.it.value: expected a line over rounds, got a"),
        ({"agrees": "ours < [1, 2] + [1, 2, 3]"}, "claims.it.agrees: expected as many numbers"),
    ],
)
def test_parts_that_do_not_go_together_are_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError) as caught:
        score(tables(2.0, 2.0, 2.0), **changes)
    assert str(caught.value).startswith(message)


def test_totals_count_every_verdict() -> None:
    assert totals([Score("agrees"), Score("agrees"), Score("not run")]) == {
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
        ({"section": "A"}, "claims.it.section: unknown section of the paper 'A'; legal: 1, 2,"),
    ],
)
def test_a_faulty_claim_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError) as caught:
        claim(**changes)
    assert str(caught.value).startswith(message)
