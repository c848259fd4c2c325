"""Lines of tables by name, over their rounds or at a level: `lenet/iterative/ticket@21.1`."""

import re
from collections.abc import Sequence

from lth.lottery.names import DENSE
from lth.report.evidence import Evidence, MissingError
from lth.report.lines import BRANCH, NAME, nearest_round
from lth.report.quantities import of_table
from lth.report.tables import moments_of
from lth.report.values import Values

NEAR = 1.3  # a level may be so many times a round: half of the distance of a miniature's rounds
SLACK = 1.01  # so near to a bound of levels is at the bound, as the paper prints it
NUMBER = r"\d+(?:\.\d+)?"
LINE = re.compile(
    rf"(?P<experiment>{NAME})/(?!round-\d)(?P<strategy>{NAME})(?:/round-(?P<round>\d{{1,3}}))?"
    rf"/(?P<branch>{BRANCH})(?:@(?P<level>{NUMBER})(?:-(?P<high>{NUMBER})|(?P<weights>w))?)?"
)
EXAMPLE = "lenet/iterative/ticket@21.1"
QUANTITIES = {
    "early": "early_stop_iteration",
    "test": "early_stop_test_accuracy",
    "train": "early_stop_train_accuracy",
    "val": "early_stop_validation_accuracy",
    "loss": "early_stop_validation_loss",
    "end_test": "final_test_accuracy",
    "end_train": "final_train_accuracy",
    "end_loss": "final_validation_loss",
    "size": "density",
}
MOMENTS = {  # at the first or the last moment of an experiment
    "first_test": ("test_accuracy", 0),
    "last_test": ("test_accuracy", -1),
    "last_val": ("validation_accuracy", -1),
}


def line_of(text: str) -> re.Match[str]:
    """The parts of a line. Raises ValueError for another text."""
    match = LINE.fullmatch(text)
    if match is None:
        raise ValueError(f"expected a line such as {EXAMPLE}, got {text!r}")
    if match["level"] and not match["high"] and not float(match["level"]):
        raise ValueError(f"expected a level above 0, got {text!r}")
    return match


def quantity(evidence: Evidence, name: str, text: str) -> Values:
    """A quantity of a line, in percent if it is a share.

    Raises MissingError where the line was not run, or has no such round.
    """
    line = line_of(text)
    experiment, column = line["experiment"], _column(evidence, line["experiment"], name)
    strategy = _with_dense(evidence, line) if line["strategy"] == DENSE else line["strategy"]
    sizes, values = evidence.measured(experiment, strategy, line["branch"], column)
    rounds = _rounds(line, sizes, evidence)
    found = evidence.drawn(of_table(column).scale * values[:, rounds], experiment)
    return Values(found, tuple(sizes[round] for round in rounds) if _is_over_rounds(line) else ())


def _is_over_rounds(line: re.Match[str]) -> bool:
    one = line["strategy"] == DENSE or line["round"] or (line["level"] and not line["high"])
    return not one


def _rounds(line: re.Match[str], sizes: Sequence[float], evidence: Evidence) -> list[int]:
    """The rounds that a line means. Without a round or level these are all pruned ones."""
    if line["strategy"] == DENSE or line["round"]:
        found = [int(line["round"] or 0)]
    elif line["high"]:
        low, high = float(line["level"]) / SLACK, float(line["high"]) * SLACK
        found = [round for round, size in enumerate(sizes) if round and low <= size <= high]
    elif line["level"]:
        found = [_nearest(line, sizes, evidence)]
    else:
        found = list(range(1, len(sizes)))
    if not found or found[-1] >= len(sizes):
        raise MissingError(f"{line['experiment']} has no rounds {line[0].partition('/')[2]}")
    return found


def _nearest(line: re.Match[str], sizes: Sequence[float], evidence: Evidence) -> int:
    """The round whose size is nearest to a level, if it is near."""
    level = float(line["level"])
    if line["weights"]:
        rows = evidence.table(line["experiment"])
        level *= 100 / max(row["weights_left"] for row in rows)
    round = nearest_round(sizes, level)
    if not 1 / NEAR <= sizes[round] / level <= NEAR:
        raise MissingError(f"{line['experiment']} has no round near {line[0].partition('/')[2]}")
    return round


def _column(evidence: Evidence, experiment: str, name: str) -> str:
    if name in QUANTITIES:
        return QUANTITIES[name]
    quantity, place = MOMENTS[name]
    moments = moments_of(list(evidence.table(experiment)[0]))
    if not moments:
        raise MissingError(f"{experiment} has no moments")
    return f"{quantity}_at_{moments[place]}"


def _with_dense(evidence: Evidence, line: re.Match[str]) -> str:
    """A strategy whose round 0 is the dense network of a branch."""
    for strategy, branch in evidence.lines(line["experiment"]):
        if branch == line["branch"]:
            return strategy
    raise MissingError(f"{line['experiment']} has no line {line[0].partition('/')[2]}")
