"""Tables and numbers of figures as a study will have them, with numbers that mean nothing."""

import itertools
import random
from collections.abc import Iterator
from typing import Any

from lth.report.distributions import ALL
from lth.report.evidence import Evidence
from lth.report.figures.curves import Curves
from lth.report.figures.histogram import CHANGES, INSIDE, OUTSIDE, WEIGHT, Histogram
from lth.report.quantities import AT, OF_TABLES
from lth.study.catalog import Config
from lth.study.claims import Statements
from lth.study.subjects import subject_of

SIDES = {"initial": "", "incoming": "units of ", "outgoing": "inputs of "}


def evidence(config: Config, found: Statements) -> Evidence:
    """All that some statements are judged by, as far as its experiments are known."""
    known = [name for name in found.tables if name in config.experiments]
    return Evidence(
        {name: list(table(config, name)) for name in known},
        {name: list(numbers(config, name)) for name in found.figures},
        found.plan.facts,
    )


def table(config: Config, name: str) -> Iterator[dict[str, Any]]:
    """A row for each network of an experiment, of one trial."""
    experiment = config.experiments[name]
    subject = subject_of(experiment, config.datasets)
    chance = random.Random(name)
    for strategy, (last, branches) in subject.strategies.items():
        for branch, round in itertools.product(branches, range(last + 1)):
            row: dict[str, Any] = {"strategy": strategy, "branch": branch, "round": round}
            row |= {column: chance.random() for column in OF_TABLES}
            row |= {f"{what}_at_{at}": chance.random() for at in experiment.moments for what in AT}
            density = subject.levels[strategy][round] / 100
            yield row | {
                "trial": 0,
                "density": density,
                "weights_left": round_weights(config, name, density),
            }


def round_weights(config: Config, name: str, density: float) -> int:
    """How many weights of an experiment are left."""
    weights = config.experiments[name].architecture(config.datasets).weights
    return round(density * sum(weight.size for weight in weights))


def numbers(config: Config, name: str) -> Iterator[dict[str, Any]]:
    """The rows of a histogram or of curves, of one trial."""
    figure = config.figures[name]
    if isinstance(figure, Curves):
        yield from ({"line": str(line), "iteration": "0", "mean": "98"} for line in figure.runs())
        return
    assert isinstance(figure, Histogram)
    for (panel, line), trial in itertools.product(places(config, figure), (ALL, "0")):
        sums = {"density": "0.5", "mean": "1", "deviation": "1", "positive": "1"}
        where = {"experiment": next(iter(figure.over)), "panel": panel, "line": line}
        for low in (-1, -0.5, 0, 0.5):
            yield {**where, "trial": trial, "from": str(low), "to": str(low + 0.5), **sums}


def places(config: Config, figure: Histogram) -> Iterator[tuple[str, str]]:
    """The panels and lines of a histogram."""
    layers = [str(layer).removesuffix(WEIGHT) for layer in figure.layers or ()]
    if figure.values in CHANGES:
        yield from itertools.product(layers, (INSIDE, OUTSIDE))
        return
    experiment = config.experiments[next(iter(figure.over))]
    levels = subject_of(experiment, config.datasets).levels[figure.strategy]
    for round, layer in itertools.product(figure.rounds or (), layers):
        yield f"{levels[round]:.3g} % of weights remaining", f"{SIDES[figure.values]}{layer}"
