"""The functions of formulas, by name: what they take, and what they give."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np

from lth.report import shapes, values
from lth.report.evidence import Evidence
from lth.report.levels import MOMENTS, QUANTITIES, quantity
from lth.report.shapes import Shape
from lth.report.values import Values, constant

FORMULA = "formula"  # an argument of this kind is one; those of other kinds are texts
EACH, TRIALS = "each", "trials"  # whose formulas are not computed before the call


class Function(NamedTuple):
    """A function: the kinds of its arguments, and what it gives for evidence and these."""

    takes: tuple[str, ...]
    gives: Callable[..., Values]


def _of_line(name: str) -> Function:
    return Function(("line",), lambda evidence, line: quantity(evidence, name, line))


def _of_shape(function: Callable[[Shape], Values]) -> Function:
    return Function(("histogram",), lambda evidence, text: function(shapes.shape(evidence, text)))


def _of_values(function: Callable[..., Values], count: int = 1) -> Function:
    return Function((FORMULA,) * count, lambda evidence, *found: function(*found))


def _within(evidence: Evidence, text: str, limit: Values) -> Values:
    return shapes.within(shapes.shape(evidence, text), values.single(limit))


def _reaches(evidence: Evidence, text: str, level: Values) -> Values:
    return constant(shapes.reaches(evidence, text, float(values.single(level).numbers[0, 0])))


def _fact(evidence: Evidence, experiment: str, key: str) -> Values:
    return constant(evidence.fact(experiment, key))


def _never(evidence: Evidence, *arguments: object) -> Values:
    raise AssertionError("formulas treat it themselves")


FUNCTIONS: Mapping[str, Function] = {
    **{name: _of_line(name) for name in (*QUANTITIES, *MOMENTS)},
    "fact": Function(("experiment", "key"), _fact),
    "largest": _of_values(values.largest),
    "smallest": _of_values(values.smallest),
    "at_largest": _of_values(values.at_largest),
    "at_smallest": _of_values(values.at_smallest),
    "mean": _of_values(values.over(np.mean)),
    "sum": _of_values(values.over(np.sum)),
    "all": _of_values(values.over(np.all)),
    "abs": _of_values(values.each(np.abs)),
    "log": _of_values(values.each(np.log)),
    "down_to": _of_values(values.down_to),
    "from_on": _of_values(values.from_on),
    "where": _of_values(values.where, 2),
    "correlation": _of_values(values.correlation, 2),
    "average": _of_shape(lambda found: found.mean),
    "deviation": _of_shape(lambda found: found.deviation),
    "positive": _of_shape(lambda found: found.positive),
    "magnitude": _of_shape(shapes.magnitude),
    "dip": _of_shape(shapes.dip),
    "lower_peak": _of_shape(shapes.lower_peak),
    "within": Function(("histogram", FORMULA), _within),
    "reaches": Function(("curve", FORMULA), _reaches),
    EACH: Function(("group", FORMULA), _never),
    TRIALS: Function((FORMULA,), _never),
}
