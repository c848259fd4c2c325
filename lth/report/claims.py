"""Statements of the paper as data, and what tables and figures say of each."""

import dataclasses
import math
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Literal

import numpy as np
from msgspec import UNSET, UnsetType

from lth.report import bootstrap, evaluation, formulas
from lth.report.evidence import Evidence, MissingError
from lth.report.formulas import Names, Scope
from lth.report.rows import LEAST
from lth.report.values import Values
from lth.settings import Settings, unknown

OURS = ("ours", "paper")  # names in the formulas of verdicts
NO_NUMBER = "a part of it is no number (NaN)"
SMALL = "mini-"  # before the names of small experiments, sweeps and figures
VERDICTS = ("agrees", "agrees in direction", "disagrees", "too few trials", "not run")
SECTIONS: Mapping[str, str] = {  # of the paper
    "1": "Introduction",
    "2": "Fully-connected networks",
    "3": "Convolutional networks",
    "4": "Dropout",
    "5": "VGG-19 and Resnet-18",
    "6": "Discussion",
    "B": "Resetting and training on",
    "C": "Early stopping",
    "D": "Training accuracy",
    "E": "Random sparsity",
    "F": "A look into winning tickets",
    "G": "Settings of Lenet",
    "H": "Settings of Conv-2, Conv-4 and Conv-6",
    "I": "Settings of VGG-19 and Resnet-18",
}

Number = float | bool
Scale = Literal["paper", "mini", "changed"]
PREFIXES: Mapping[Scale, str] = {"paper": "", "mini": SMALL, "changed": ""}  # of names


class Claim(Settings):
    """A statement of the paper in our words, with its section and the figure that it is about.

    `value` is a formula (`lth.report.formulas`), whose result is `ours`: one number, or a list.
    `paper` is what the paper states, true where that is no number. `agrees` is a formula of `ours`
    and `paper`. Where it does not hold of all numbers, `direction` may still hold.
    """

    section: str
    figure: str
    says: str
    value: str
    paper: float | bool | tuple[float, ...]
    agrees: str
    direction: str | UnsetType = UNSET

    def __post_init__(self) -> None:
        if self.section not in SECTIONS:
            raise unknown("section", "section of the paper", self.section, SECTIONS)
        formulas.check(self.value, "value")
        formulas.check(self.agrees, "agrees", OURS)
        if not isinstance(self.direction, UnsetType):
            formulas.check(self.direction, "direction", OURS)

    def names(self, groups: Mapping[str, tuple[str, ...]], prefix: str = "") -> Names:
        """What it is about. Raises ValueError where a text in it has another form."""
        return formulas.names_of(self.value, Scope(groups, prefix))


class Stated(Claim, kw_only=True):
    """A claim by its name, at a scale.

    At scale `mini` it is about the small experiments and figures. At `changed` it is about some
    that are not the paper's, or are trained, pruned or measured in another way.
    """

    name: str
    scale: Scale

    @property
    def prefix(self) -> str:
        """What stands before the names of its experiments and figures."""
        return PREFIXES[self.scale]


@dataclasses.dataclass(frozen=True)
class Score:
    """What there is to say of a claim: numbers with 95 % intervals over trials, and a verdict.

    `low` and `high` are empty where nothing was drawn, and `trials` is None where nothing depends
    on them. `why` says what is missing, or is no number.
    """

    verdict: str
    ours: tuple[Number, ...] = ()
    low: tuple[Number, ...] = ()
    high: tuple[Number, ...] = ()
    trials: int | None = None
    why: str = ""


def scored(claim: Stated, evidence: Evidence, groups: Mapping[str, tuple[str, ...]]) -> Score:
    """The score of a claim. The interval is that of a bootstrap over trials.

    Raises ValueError where numbers, lists and lines in a formula do not go together.
    """
    scope = Scope(groups, claim.prefix)
    try:
        found = evaluation.value(claim.value, evidence, scope)
    except MissingError as error:
        return Score("not run", why=str(error))
    except ValueError as error:
        raise ValueError(f"claims.{claim.name}.value: {error}") from None
    names = claim.names(groups, claim.prefix)
    counts = {name: evidence.trials(name) for name in (*names.experiments, *names.histograms)}
    fewest = min(counts, key=lambda name: counts[name], default=None)
    trials = None if fewest is None else counts[fewest]
    low, high = ((), ()) if names.curves else _interval(found)
    ours = tuple(found.numbers[0].tolist())
    if fewest is not None and counts[fewest] < LEAST:
        why = f"{fewest} has {counts[fewest]} trials, and a verdict needs {LEAST}"
        return Score("too few trials", ours, low, high, trials, why)
    if np.isnan(ours).any():
        return Score("disagrees", ours, low, high, trials, NO_NUMBER)
    return Score(_verdict(claim, found), ours, low, high, trials)


def totals(scores: Iterable[Score]) -> dict[str, int]:
    """How many claims have each verdict."""
    counts = Counter(score.verdict for score in scores)
    return {verdict: counts[verdict] for verdict in VERDICTS}


def _verdict(claim: Stated, found: Values) -> str:
    """What is infinite, as a share of nothing is, agrees with no statement."""
    if np.isinf(found.numbers[0]).any():
        return "disagrees"
    paper = claim.paper if isinstance(claim.paper, tuple) else (claim.paper,)
    names = {"ours": Values(found.numbers[:1]), "paper": Values(np.array([paper]))}

    def holds(formula: str, key: str) -> bool:
        try:
            return bool(evaluation.value(formula, Evidence({}), Scope(), names).numbers.all())
        except ValueError as error:
            raise ValueError(f"claims.{claim.name}.{key}: {error}") from None

    if holds(claim.agrees, "agrees"):
        return "agrees"
    if not isinstance(claim.direction, UnsetType) and holds(claim.direction, "direction"):
        return "agrees in direction"
    return "disagrees"


def _interval(found: Values) -> tuple[tuple[Number, ...], tuple[Number, ...]]:
    """The ends of the inner 95 % of each number, over the draws that have one."""
    drawn = found.numbers[1:]
    columns = [column[np.isfinite(column)] for column in drawn.T] if len(drawn) else []
    ends = [bootstrap.middle(column) if column.size else (math.nan,) * 2 for column in columns]
    return tuple(low for low, _ in ends), tuple(high for _, high in ends)
