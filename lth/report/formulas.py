"""Formulas: what a statement of the paper amounts to, as data.

A formula is an expression such as `test("lenet/iterative/ticket@64") - test("lenet/dense/ticket")`.
It has numbers, lists, arithmetic, comparisons, `and`, `or`, `not`, and calls of FUNCTIONS.
Nothing else is read, so a formula can do no harm. What it amounts to is in `lth.report.evaluation`.
"""

import ast
import dataclasses
import functools
import itertools
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, Self

from lth.report.functions import FORMULA, FUNCTIONS, TRIALS
from lth.report.levels import line_of
from lth.report.shapes import curve_of, shape_of
from lth.settings import expected, unknown

COMPARISONS = (ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.Eq)
MOST = 500  # parts of a formula: it is read and computed by recursion
LARGEST = 10**15  # below it all whole numbers are exact
SOURCES = ("line", "histogram")  # what has trials
STAR = "*"  # stands in the formula of `each` for one of its group


class Names(NamedTuple):
    """What a formula names: lines of tables, histograms, figures of curves, facts, and groups.

    A line is an experiment, a strategy and a branch. A fact is an experiment and a key.
    """

    lines: tuple[tuple[str, str, str], ...]
    histograms: tuple[str, ...]
    curves: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    groups: tuple[str, ...]

    @property
    def experiments(self) -> tuple[str, ...]:
        """The experiments whose tables it reads."""
        return tuple(dict.fromkeys(experiment for experiment, _, _ in self.lines))

    @property
    def figures(self) -> tuple[str, ...]:
        """The figures whose numbers it reads."""
        return (*self.histograms, *self.curves)


def check(formula: str, where: str, names: Collection[str] = ()) -> None:
    """Raises ValueError where a text is no formula. `names` are values that it may use."""
    tree = parsed(formula, where)
    if (count := sum(1 for _ in ast.walk(tree))) > MOST:
        raise expected(where, f"a formula of at most {MOST} parts", f"{formula} ({count} parts)")
    _check(tree.body, where, names)


def _check(node: ast.expr, where: str, names: Collection[str]) -> None:
    match node:
        case ast.Call(func=ast.Name(id=name), args=given, keywords=[]):
            for item in _formulas(name, given, where):
                _check(item, where, names)
            if name == TRIALS and not any(map(_has_trials, ast.walk(given[0]))):
                raise expected(where, f"a line or a histogram in {TRIALS}", ast.unparse(node))
        case ast.Name(id=name):
            if name not in names:
                raise unknown(where, "name", name, names)
        case ast.Compare() if not all(isinstance(sign, COMPARISONS) for sign in node.ops):
            raise expected(where, "comparisons by <, <=, >, >= and ==", ast.unparse(node))
        case ast.List(elts=[]):
            raise expected(where, "lists of at least one item", "[]")
        case ast.BinOp(op=ast.Add() | ast.Sub() | ast.Mult() | ast.Div()) | ast.BoolOp():
            _check_parts(node, where, names)
        case ast.UnaryOp(op=ast.USub() | ast.Not()) | ast.Compare() | ast.List():
            _check_parts(node, where, names)
        case ast.Constant(value=bool() | int() | float() as number):
            if number >= LARGEST:
                raise expected(where, f"numbers below {LARGEST:.0e}", ast.unparse(node))
        case _:
            what = "numbers, names, lists, and calls of functions"
            raise expected(where, what, ast.unparse(node))


def _has_trials(node: ast.AST) -> bool:
    """Whether it is a call for a line or a histogram."""
    match node:
        case ast.Call(func=ast.Name(id=name)):
            return FUNCTIONS[name].takes[0] in SOURCES
        case _:
            return False


def _check_parts(node: ast.expr, where: str, names: Collection[str]) -> None:
    for part in ast.iter_child_nodes(node):
        if isinstance(part, ast.expr):
            _check(part, where, names)


def _formulas(name: str, given: Sequence[ast.expr], where: str) -> Iterator[ast.expr]:
    """The arguments of a call that are formulas. Raises ValueError for a call of another form."""
    if name not in FUNCTIONS:
        raise unknown(where, "function", name, FUNCTIONS)
    takes = FUNCTIONS[name].takes
    if len(given) != len(takes):
        call = f"{name}({', '.join(map(ast.unparse, given))})"
        raise expected(where, f"{name}({', '.join(takes)})", call)
    for kind, item in zip(takes, given, strict=True):
        if kind == FORMULA:
            yield item
        elif not (isinstance(item, ast.Constant) and isinstance(item.value, str)):
            raise expected(where, f"a {kind} in quotes in {name}", ast.unparse(item))


@functools.lru_cache(maxsize=1_000)
def parsed(formula: str, where: str = FORMULA) -> ast.Expression:
    """The syntax of a formula. Raises ValueError where a text has none."""
    try:
        return ast.parse(formula.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise expected(where, "a formula", formula) from None


@dataclasses.dataclass(frozen=True)
class Scope:
    """How the texts of a formula are read.

    A word that is the name of one of `groups` stands in a group for its members. `prefix` goes
    before names of experiments, figures and groups that do not begin with it. `star` is what STAR
    stands for.
    """

    groups: Mapping[str, Sequence[str]] = dataclasses.field(default_factory=dict)
    prefix: str = ""
    star: str = ""

    def text(self, node: ast.expr) -> str:
        """A text as it is meant."""
        assert isinstance(node, ast.Constant), "the formula was checked"
        return str(node.value).replace(STAR, self.star)

    def name(self, node: ast.expr) -> str:
        """A text that begins with the name of an experiment or figure."""
        return self._prefixed(self.text(node))

    def within(self, group: ast.expr) -> Iterator[Self]:
        """The scope of the formula of an `each`, for each member of its group once."""
        members = (self.groups.get(self._prefixed(word), (word,)) for word in self._words(group))
        for member in dict.fromkeys(itertools.chain.from_iterable(members)):
            yield dataclasses.replace(self, star=member)

    def named_in(self, group: ast.expr) -> list[str]:
        """The words of a group that are names of groups."""
        names = map(self._prefixed, self._words(group))
        return [name for name in names if name in self.groups]

    def _words(self, group: ast.expr) -> list[str]:
        return self.text(group).split()

    def _prefixed(self, text: str) -> str:
        return text if text.startswith(self.prefix) else f"{self.prefix}{text}"


def names_of(formula: str, scope: Scope) -> Names:
    """What a formula names, each once. Raises ValueError for a text of another form."""
    return _names(parsed(formula).body, scope)


def _names(node: ast.expr, scope: Scope) -> Names:
    found = list(dict.fromkeys(_named(node, scope)))
    kinds = ("line", "histogram", "curve", "experiment", "group")
    return Names(*(tuple(name for kind, name in found if kind == wanted) for wanted in kinds))


def _named(node: ast.AST, scope: Scope) -> Iterator[tuple[str, Any]]:
    """The kind of each text in a formula, and what it names.

    Raises ValueError for other texts, and for trials of several experiments or histograms.
    """
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        if node.func.id == TRIALS:
            _check_one_source(node.args[0], scope)
        match FUNCTIONS[node.func.id].takes[0]:
            case "group":
                yield from (("group", name) for name in scope.named_in(node.args[0]))
                for inner in scope.within(node.args[0]):
                    yield from _named(node.args[1], inner)
                return
            case "line":
                line = line_of(scope.name(node.args[0]))
                yield "line", line.group("experiment", "strategy", "branch")
            case "histogram":
                yield "histogram", shape_of(scope.name(node.args[0]))["figure"]
            case "curve":
                yield "curve", curve_of(scope.name(node.args[0]))["figure"]
            case "experiment":
                yield "experiment", (scope.name(node.args[0]), scope.text(node.args[1]))
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.expr) and not isinstance(child, ast.Constant | ast.Name):
            yield from _named(child, scope)


def _check_one_source(condition: ast.expr, scope: Scope) -> None:
    """The trials of two experiments are not the same ones."""
    if len(sources := sources_of(condition, scope)) > 1:
        found = " and ".join(sources)
        raise ValueError(f"expected one experiment or histogram in {TRIALS}, got {found}")


def sources_of(node: ast.expr, scope: Scope) -> list[str]:
    """The experiments and histograms whose trials a formula is about, each once."""
    names = _names(node, scope)
    return [*names.experiments, *names.histograms]
