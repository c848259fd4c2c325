"""Formulas over the tables of experiments: what a statement of the paper amounts to, as data.

A formula is an expression such as `early("lenet/iterative/ticket@21.1") / early("lenet/dense")`. It
has numbers, texts, arithmetic, comparisons, `and`, `or`, `not`, and calls of the functions below.
Nothing else is read, so a formula can do no harm.
"""

import ast
import copy
import dataclasses
import math
import operator
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Self

import numpy as np

from lth.lottery.names import DENSE
from lth.report.lines import nearest_round
from lth.report.points import Row
from lth.settings import expected, unknown

NAME = r"[a-z0-9]+(?:-[a-z0-9]+)*"
LINE = re.compile(
    rf"(?P<experiment>{NAME})/(?:(?P<dense>{DENSE})|(?P<strategy>{NAME})/(?P<branch>[a-z0-9.-]+))"
    r"(?:@(?P<level>\d+(?:\.\d+)?))?"
)
QUANTITIES = {  # by their short names; accuracies in percent
    "early": "early_stop_iteration",
    "test": "early_stop_test_accuracy",
    "train": "early_stop_train_accuracy",
    "val": "early_stop_validation_accuracy",
    "end_test": "final_test_accuracy",
    "end_train": "final_train_accuracy",
    "end_val": "final_validation_accuracy",
}
ARITHMETIC: Mapping[type, Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
COMPARISONS: Mapping[type, Callable[[Any, Any], bool]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
}


class MissingError(ValueError):
    """Something that a formula needs was not run."""


@dataclasses.dataclass(frozen=True)
class Series:
    """A line over its rounds: percents of weights remaining, and values [rounds, trials]."""

    sizes: tuple[float, ...]
    values: np.ndarray

    @property
    def means(self) -> np.ndarray:
        """Over trials [rounds]."""
        return self.values.mean(axis=1)


class Tables:
    """The tables of experiments by name, for formulas. Repeats of a trial are averaged.

    All lines of an experiment share its trials, and these share their dense networks.
    """

    def __init__(self, tables: Mapping[str, Sequence[Row]]):
        self._tables = tables
        self._drawn: Mapping[str, np.ndarray] = {}
        self._known: dict[tuple[str, str, str, str], Series] = {}

    def drawn(self, randomness: np.random.Generator) -> Self:
        """The same with trials drawn from those of each experiment, with replacement."""
        result = copy.copy(self)
        counts = {name: self.trials(name) for name in self._tables}
        result._drawn = {
            name: randomness.integers(0, count, count) for name, count in counts.items() if count
        }
        return result

    def trials(self, experiment: str) -> int:
        """How many trials an experiment has."""
        return len({row["trial"] for row in self._tables.get(experiment, ())})

    def series(self, experiment: str, strategy: str, branch: str, quantity: str) -> Series:
        """A line over its rounds. Raises MissingError where there is none."""
        address = (experiment, strategy, branch, QUANTITIES.get(quantity, quantity))
        if address not in self._known:
            self._known[address] = self._series(*address)
        whole = self._known[address]
        if experiment not in self._drawn:
            return whole
        return Series(whole.sizes, whole.values[:, self._drawn[experiment]])

    def dense(self, experiment: str, quantity: str) -> np.ndarray:
        """The values of the dense network [trials]: round 0 of branch `ticket`."""
        for row in self._rows(experiment):
            if row["branch"] == "ticket" and row["round"] == 0:
                return self.series(experiment, row["strategy"], "ticket", quantity).values[0]
        raise MissingError(f"{experiment} has no dense network of branch ticket")

    def _series(self, experiment: str, strategy: str, branch: str, column: str) -> Series:
        rows = [
            row
            for row in self._rows(experiment)
            if (row["strategy"], row["branch"]) == (strategy, branch)
        ]
        if not rows:
            raise MissingError(f"{experiment} has no line {strategy}/{branch}")
        if column not in rows[0]:
            raise MissingError(f"the table of {experiment} has no column {column}")
        cells: dict[tuple[int, int], list[float]] = {}
        for row in rows:
            cells.setdefault((row["round"], row["trial"]), []).append(float(row[column]))
        sizes = {row["round"]: 100 * row["density"] for row in rows}
        trials = sorted({trial for _, trial in cells})
        values = [[np.mean(cells[round, trial]) for trial in trials] for round in sorted(sizes)]
        scale = 100 if "accuracy" in column else 1
        return Series(tuple(sizes[round] for round in sorted(sizes)), scale * np.array(values))

    def _rows(self, experiment: str) -> Sequence[Row]:
        if not self._tables.get(experiment):
            raise MissingError(f"{experiment} was not run")
        return self._tables[experiment]


def experiments_of(formula: str) -> list[str]:
    """The experiments that a formula names, each once."""
    nodes = [node for node in ast.walk(_parsed(formula)) if isinstance(node, ast.Constant)]
    matches = [LINE.fullmatch(node.value) for node in nodes if isinstance(node.value, str)]
    return list(dict.fromkeys(match["experiment"] for match in matches if match))


def with_prefix(formula: str, prefix: str) -> str:
    """The formula over the experiments whose names have a prefix."""
    tree = _parsed(formula)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            node.value = f"{prefix}{node.value}" if LINE.fullmatch(node.value) else node.value
    return ast.unparse(tree)


def check(formula: str, where: str, names: Iterable[str] = ()) -> None:
    """Raises ValueError where a text is no formula. `names` are values that it may use."""
    for node in ast.walk(_parsed(formula, where)):
        match node:
            case ast.Call(func=ast.Name(id=name), keywords=[]):
                if name not in FUNCTIONS:
                    raise unknown(where, "function", name, FUNCTIONS)
            case ast.Constant(value=str() | int() | float()):
                pass
            case ast.Name(id=name):
                if name not in FUNCTIONS and name not in names:
                    raise unknown(where, "name", name, [*FUNCTIONS, *names])
            case ast.BinOp() if type(node.op) in ARITHMETIC:
                pass
            case ast.Compare() if all(type(item) in COMPARISONS for item in node.ops):
                pass
            case ast.UnaryOp(op=ast.USub() | ast.Not()) | ast.BoolOp() | ast.Expression():
                pass
            case ast.operator() | ast.cmpop() | ast.unaryop() | ast.boolop() | ast.Load():
                pass
            case _:
                raise expected(where, "a formula of numbers, lines and functions", formula)


def value(formula: str, tables: Tables, names: Mapping[str, Any] | None = None) -> Any:
    """The number or truth that a formula amounts to. Raises MissingError where it cannot be."""
    return _value(_parsed(formula).body, tables, names or {})


def _parsed(formula: str, where: str = "formula") -> ast.Expression:
    try:
        return ast.parse(formula.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise expected(where, "a formula", formula) from None


def _value(node: ast.AST, tables: Tables, names: Mapping[str, Any]) -> Any:
    match node:
        case ast.Constant():
            return node.value
        case ast.Name():
            return names[node.id]
        case ast.UnaryOp(op=ast.USub()):
            return -_value(node.operand, tables, names)
        case ast.UnaryOp(op=ast.Not()):
            return not _value(node.operand, tables, names)
        case ast.BinOp():
            left, right = (_value(item, tables, names) for item in (node.left, node.right))
            return ARITHMETIC[type(node.op)](left, right)
        case ast.BoolOp(op=ast.And()):
            return all(_value(item, tables, names) for item in node.values)
        case ast.BoolOp():
            return any(_value(item, tables, names) for item in node.values)
        case ast.Compare():
            items = [_value(item, tables, names) for item in (node.left, *node.comparators)]
            pairs = zip(node.ops, items[:-1], items[1:], strict=True)
            return all(COMPARISONS[type(op)](one, other) for op, one, other in pairs)
        case ast.Call(func=ast.Name(id=name)):
            return FUNCTIONS[name](tables, *(_value(item, tables, names) for item in node.args))
        case _:
            raise ValueError(f"no part of a formula: {ast.dump(node)}")


# The functions. Lines are EXPERIMENT/STRATEGY/BRANCH, with @PERCENT for the nearest round, or
# EXPERIMENT/dense. Where a line stands without a level, a function is over its pruned rounds.


def _matched(line: str) -> re.Match[str]:
    match = LINE.fullmatch(line)
    if match is None:
        raise ValueError(f"expected a line such as lenet/iterative/ticket@21.1, got {line!r}")
    return match


def _over(tables: Tables, quantity: str, line: str) -> Series:
    """The pruned rounds of a line."""
    match = _matched(line)
    if match["dense"] or match["level"]:
        raise ValueError(f"expected a line over all rounds, got {line!r}")
    whole = tables.series(match["experiment"], match["strategy"], match["branch"], quantity)
    return Series(whole.sizes[1:], whole.values[1:])


def _at(tables: Tables, quantity: str, line: str) -> float:
    """A quantity of a line at its level, or of the dense network."""
    match = _matched(line)
    if match["dense"]:
        return float(tables.dense(match["experiment"], quantity).mean())
    if match["level"] is None:
        raise ValueError(f"expected a line with a level, such as {line}@21.1")
    whole = tables.series(match["experiment"], match["strategy"], match["branch"], quantity)
    return float(whole.means[nearest_round(whole.sizes, float(match["level"]))])


def _short(quantity: str) -> Callable[[Tables, str], float]:
    return lambda tables, line: _at(tables, quantity, line)


def _dense(tables: Tables, quantity: str, line: str) -> float:
    return float(tables.dense(_matched(line)["experiment"], quantity).mean())


def _largest(tables: Tables, quantity: str, line: str) -> float:
    """The largest mean of a line over its pruned rounds."""
    return float(_over(tables, quantity, line).means.max())


def _smallest(tables: Tables, quantity: str, line: str) -> float:
    """The smallest mean of a line over its pruned rounds."""
    return float(_over(tables, quantity, line).means.min())


def _gain(tables: Tables, quantity: str, line: str) -> float:
    """By how much the best pruned round of a line is above the dense network."""
    return _largest(tables, quantity, line) - _dense(tables, quantity, line)


def _speedup(tables: Tables, line: str) -> float:
    """How many times sooner than the dense network the fastest round of a line stops early."""
    return _dense(tables, "early", line) / _smallest(tables, "early", line)


def _fastest(tables: Tables, line: str) -> float:
    """The percent of weights remaining in the round of a line that stops earliest."""
    series = _over(tables, "early", line)
    return series.sizes[int(series.means.argmin())]


def _last_match(tables: Tables, quantity: str, line: str, margin: float) -> float:
    """The percent down to which no round of a line is below the dense network by over a margin."""
    series, dense = _over(tables, quantity, line), _dense(tables, quantity, line)
    last = 100.0
    for size, mean in zip(series.sizes, series.means, strict=True):
        if not mean >= dense - margin:
            break
        last = size
    return last


def _first_below(tables: Tables, quantity: str, line: str, margin: float) -> float:
    """The percent from which on all rounds of a line are below the dense network by a margin."""
    series, dense = _over(tables, quantity, line), _dense(tables, quantity, line)
    first = 0.0
    for size, mean in reversed(list(zip(series.sizes, series.means, strict=True))):
        if not mean < dense - margin:
            break
        first = size
    return first


def _both(tables: Tables, quantity: str, line: str, other: str) -> tuple[np.ndarray, np.ndarray]:
    """The means of two lines in the rounds that both have."""
    one, two = _over(tables, quantity, line).means, _over(tables, quantity, other).means
    count = min(len(one), len(two))
    return one[:count], two[:count]


def _share_above(tables: Tables, quantity: str, line: str, other: str) -> float:
    """The share of rounds in which a line is above another one."""
    one, two = _both(tables, quantity, line, other)
    return float((one > two).mean())


def _mean_above(tables: Tables, quantity: str, line: str, other: str) -> float:
    """By how much a line is above another one, in the mean over rounds."""
    one, two = _both(tables, quantity, line, other)
    return float((one - two).mean())


def _trend(tables: Tables, quantity: str, line: str) -> float:
    """Spearman's correlation of the percent of weights remaining and a quantity over rounds."""
    series = _over(tables, quantity, line)
    return correlation(series.sizes, series.means)


def correlation(one: Sequence[float] | np.ndarray, other: Sequence[float] | np.ndarray) -> float:
    """Spearman's rank correlation; NaN where one of them is constant."""
    ranks = [_ranks(np.asarray(values, float)) for values in (one, other)]
    apart = [rank - rank.mean() for rank in ranks]
    scale = math.sqrt(float((apart[0] ** 2).sum() * (apart[1] ** 2).sum()))
    return float((apart[0] * apart[1]).sum()) / scale if scale else math.nan


def _ranks(values: np.ndarray) -> np.ndarray:
    """The ranks of values; those that are equal share the mean of theirs."""
    return np.array([((values < each).sum() + ((values <= each).sum() - 1)) / 2 for each in values])


FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    **{quantity: _short(quantity) for quantity in QUANTITIES},
    "at": _at,
    "largest": _largest,
    "smallest": _smallest,
    "gain": _gain,
    "speedup": _speedup,
    "fastest": _fastest,
    "last_match": _last_match,
    "first_below": _first_below,
    "share_above": _share_above,
    "mean_above": _mean_above,
    "trend": _trend,
    "abs": lambda tables, number: abs(number),
    "most": lambda tables, *numbers: max(numbers),
    "least": lambda tables, *numbers: min(numbers),
}
