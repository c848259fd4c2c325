"""Lines of figures by name: `iterative/ticket` over all rounds, or the runs of a round or level."""

import dataclasses
import math
import re
from collections.abc import Mapping, Sequence

from lth.lottery.names import DENSE
from lth.report.subject import Subject
from lth.settings import expected, unknown

NAME = r"[a-z0-9]+(?:-[a-z0-9]+)*"
BRANCH = r"[a-z0-9.-]+"  # such as noise-0.5
SERIES = re.compile(rf"({NAME})/({BRANCH})")
RUNS = re.compile(
    rf"(?:(?P<experiment>{NAME})/)?(?!round-\d)(?P<strategy>{NAME})"
    rf"(?:/round-(?P<round>0|[1-9]\d{{0,8}}))?/(?P<branch>{BRANCH})(?:@(?P<level>\d{{1,3}}(?:\.\d{{1,9}})?))?"
)
EXAMPLES = "dense/ticket, iterative/ticket@21.1 or iterative/round-3/reinit"


@dataclasses.dataclass(frozen=True)
class Line:
    """The training runs of a round and branch: all trials, and all repeats of each."""

    experiment: str
    strategy: str
    round: int
    branch: str

    def __str__(self) -> str:
        return f"{self.experiment}/{self.strategy}/round-{self.round}/{self.branch}"


def line_of(text: str) -> Line:
    """A line in full, as `Line` is written."""
    match = RUNS.fullmatch(text)
    if match is None or match["experiment"] is None or match["round"] is None or match["level"]:
        raise ValueError(f"{text!r} is no line of a resolved figure")
    return Line(match["experiment"], match["strategy"], int(match["round"]), match["branch"])


def series_of(text: str, where: str) -> tuple[str, str]:
    """Strategy and branch of a line over all rounds. Raises ValueError for another form."""
    match = SERIES.fullmatch(text)
    if match is None:
        raise expected(where, "a line such as iterative/ticket", text)
    return match[1], match[2]


def check_series(text: str, name: str, subject: Subject, where: str) -> None:
    """Raises ValueError where the experiment `name` has no such line over all rounds."""
    strategy, branch = series_of(text, where)
    if not subject.has(strategy, branch):
        raise _untrained(text, name, subject, where)


def runs_of(
    text: str, over: Sequence[str], subjects: Mapping[str, Subject], where: str
) -> list[Line]:
    """The runs that a text means, of each experiment of `over` or of the one that it names.

    A level is the round whose networks are nearest to it in size, as a ratio. Raises ValueError
    where there are no such runs.
    """
    match = RUNS.fullmatch(text)
    if match is None:
        raise expected(where, f"a line such as {EXAMPLES}", text)
    if (own := match["experiment"]) is not None and own not in over:
        raise unknown(where, "experiment", own, over)
    return [_line(match, name, subjects[name], where) for name in (over if own is None else [own])]


def _line(match: re.Match[str], name: str, subject: Subject, where: str) -> Line:
    strategy, branch = match["strategy"], match["branch"]
    if (match["round"] is None) == (match["level"] is None) and strategy != DENSE:
        raise expected(where, f"a round or a level, as in {EXAMPLES}", match[0])
    if match["level"] is not None:
        round = _round_of(match, name, subject, where)
        strategy = strategy if round else DENSE
    else:
        round = int(match["round"] or 0)
    if not subject.trains(strategy, round, branch):
        raise _untrained(match[0], name, subject, where)
    return Line(name, strategy, round, branch)


def _round_of(match: re.Match[str], name: str, subject: Subject, where: str) -> int:
    """The round of a strategy whose percent of weights remaining is nearest to a level."""
    level = float(match["level"])
    if not 0 < level <= 100:
        raise expected(where, "a level above 0 and at most 100 (percent of weights)", match[0])
    levels = subject.levels.get(match["strategy"], ())
    if match["strategy"] == DENSE or not levels:
        raise _untrained(match[0], name, subject, where)
    return nearest_round(levels, level)


def nearest_round(levels: Sequence[float], level: float) -> int:
    """The round whose percent of weights remaining is nearest to a level, as a ratio."""
    return min(range(len(levels)), key=lambda round: abs(math.log(levels[round] / level)))


def _untrained(text: str, name: str, subject: Subject, where: str) -> ValueError:
    return ValueError(
        f"{where}: {text!r} is not trained by {name}, which has {subject.described()};"
        " take other lines, or add it to the experiment"
    )
