"""Statements of the paper as data, and what our tables say of each."""

import dataclasses
import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from msgspec import UNSET, UnsetType

from lth.report import formulas
from lth.report.formulas import MissingError, Tables
from lth.settings import Settings

OURS = ("ours", "paper")  # names in the formulas of verdicts
DRAWS = 1_000  # of a bootstrap over trials
LEAST = 3  # trials, below which no verdict is given
VERDICTS = ("agrees", "agrees in direction", "disagrees", "too few trials", "not run")


class Claim(Settings):
    """A statement of the paper in our words, with the figure that it is about.

    `value` is a formula over tables (`formulas`), whose result is `ours`. `paper` is what the paper
    states. `agrees` is a formula of `ours` and `paper`. Where it does not hold, `direction` may
    still hold.
    """

    figure: str
    says: str
    value: str
    paper: float | bool
    agrees: str
    direction: str | UnsetType = UNSET

    def __post_init__(self) -> None:
        formulas.check(self.value, "value")
        formulas.check(self.agrees, "agrees", OURS)
        if not isinstance(self.direction, UnsetType):
            formulas.check(self.direction, "direction", OURS)


@dataclasses.dataclass(frozen=True)
class Score:
    """What tables say of a claim: a value with a 95 % interval over trials, and a verdict.

    `why` says what is missing where there is no value.
    """

    verdict: str
    ours: float | bool | None = None
    low: float = math.nan
    high: float = math.nan
    trials: int = 0
    why: str = ""


def scored(claim: Claim, tables: Tables, prefix: str = "") -> Score:
    """The score of a claim by the tables of the experiments whose names have a prefix.

    The interval is that of a bootstrap over trials. It has the same draws each time.
    """
    formula = formulas.with_prefix(claim.value, prefix)
    try:
        ours = formulas.value(formula, tables)
    except MissingError as error:
        return Score("not run", why=str(error))
    trials = min(map(tables.trials, formulas.experiments_of(formula)), default=0)
    low, high = (math.nan, math.nan) if isinstance(ours, bool) else _interval(formula, tables)
    verdict = _verdict(claim, ours) if trials >= LEAST else "too few trials"
    return Score(verdict, ours, low, high, trials)


def _verdict(claim: Claim, ours: Any) -> str:
    names = {"ours": ours, "paper": claim.paper}
    if formulas.value(claim.agrees, Tables({}), names):
        return "agrees"
    weaker = claim.direction
    if not isinstance(weaker, UnsetType) and formulas.value(weaker, Tables({}), names):
        return "agrees in direction"
    return "disagrees"


def _interval(formula: str, tables: Tables) -> tuple[float, float]:
    randomness = np.random.default_rng(1)
    values = [float(formulas.value(formula, tables.drawn(randomness))) for _ in range(DRAWS)]
    finite = [value for value in values if math.isfinite(value)]
    if not finite:
        return math.nan, math.nan
    low, high = np.quantile(finite, [0.025, 0.975]).tolist()
    return low, high


def totals(scores: Mapping[str, Score]) -> Iterator[tuple[str, int]]:
    """How many claims have each verdict."""
    found = [score.verdict for score in scores.values()]
    for verdict in VERDICTS:
        yield verdict, found.count(verdict)
