"""What formulas amount to, by evidence."""

import ast
import dataclasses
import functools
import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from lth.report import values
from lth.report.evidence import Evidence, MissingError
from lth.report.formulas import Scope, parsed, sources_of
from lth.report.functions import EACH, FORMULA, FUNCTIONS, TRIALS
from lth.report.values import Values, constant

OPERATORS: Mapping[type, Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
}


def value(
    formula: str, evidence: Evidence, scope: Scope, names: Mapping[str, Values] | None = None
) -> Values:
    """What a formula amounts to, where `names` have these values.

    Raises MissingError where something that it needs was not run.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        return _Evaluation(evidence, scope, names or {}).of(parsed(formula).body)


@dataclasses.dataclass(frozen=True)
class _Evaluation:
    evidence: Evidence
    scope: Scope
    names: Mapping[str, Values]

    def of(self, node: ast.expr) -> Values:
        """The values of a part of a formula."""
        match node:
            case ast.Constant(value=bool() | int() | float() as number):
                return constant(number)
            case ast.Name():
                return self.names[node.id]
            case ast.List():
                return values.joined(self._all(node.elts))
            case ast.UnaryOp(op=ast.USub()):
                return values.each(np.negative)(_numeric(self.of(node.operand)))
            case ast.UnaryOp():
                return values.each(np.logical_not)(self.of(node.operand))
            case ast.BinOp():
                sides = map(_numeric, self._all([node.left, node.right]))
                return values.together(OPERATORS[type(node.op)], *sides)
            case ast.BoolOp():
                both = np.logical_and if isinstance(node.op, ast.And) else np.logical_or
                return _chained(both, self._all(node.values))
            case ast.Compare():
                return self._compared(node)
            case ast.Call(func=ast.Name(id=name)):
                return self._called(name, node.args)
            case _:
                raise ValueError(f"no part of a formula: {ast.dump(node)}")

    def _all(self, nodes: Sequence[ast.expr]) -> list[Values]:
        return [self.of(node) for node in nodes]

    def _compared(self, node: ast.Compare) -> Values:
        sides = self._all([node.left, *node.comparators])
        pairs = zip(node.ops, sides[:-1], sides[1:], strict=True)
        held = [values.compared(OPERATORS[type(sign)], *pair) for sign, *pair in pairs]
        return _chained(np.logical_and, held)

    def _called(self, name: str, given: Sequence[ast.expr]) -> Values:
        if name == EACH:
            scopes = self.scope.within(given[0])
            inner = [dataclasses.replace(self, scope=scope) for scope in scopes]
            if not inner:
                raise MissingError(f"{self.scope.text(given[0])} was not drawn")
            return values.joined([each.of(given[1]) for each in inner])
        if name == TRIALS:
            return self._share_of_trials(given[0])
        takes, gives = FUNCTIONS[name]
        arguments = [self._argument(*pair) for pair in zip(takes, given, strict=True)]
        return gives(self.evidence, *arguments)

    def _argument(self, kind: str, node: ast.expr) -> Values | str:
        if kind == FORMULA:
            return self.of(node)
        return self.scope.text(node) if kind == "key" else self.scope.name(node)

    def _share_of_trials(self, condition: ast.expr) -> Values:
        """The share of trials in which a condition holds of each alone."""
        held = dataclasses.replace(self, evidence=self.evidence.alone()).of(condition)
        (source,) = sources_of(condition, self.scope)
        return Values(self.evidence.drawn(_numeric(held).numbers, source), held.sizes)


def _numeric(found: Values) -> Values:
    """Numbers in place of truths."""
    return Values(found.numbers.astype(float), found.sizes)


def _chained(function: Callable[..., Any], items: Sequence[Values]) -> Values:
    """A function of two truths, from the first to the last."""
    return functools.reduce(functools.partial(values.together, function), items)
