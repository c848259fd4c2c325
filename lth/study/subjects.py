"""What figures may draw of an experiment."""

from collections.abc import Mapping

from lth.data.source import Source
from lth.lottery.names import DENSE
from lth.report.subject import Subject
from lth.study.experiment import Experiment
from lth.study.planned_survivors import survivors
from lth.study.references import InitialWeights
from lth.study.strategies.choices import Strategy


def subject_of(experiment: Experiment, known: Mapping[str, Source]) -> Subject:
    """The strategies of an experiment with their rounds, branches and levels, for figures."""
    left = survivors(experiment, experiment.architecture(known))
    total = sum(left[DENSE, 0].values())
    levels: dict[str, tuple[float, ...]] = {}
    for name, strategy in experiment.strategies.items():
        rounds = [(name, round) for round in range(1, strategy.last_round + 1)]
        counts = [sum(left[round].values()) for round in [(DENSE, 0), *rounds]]
        levels[name] = tuple(100 * number / total for number in counts)
    strategies = {
        name: (strategy.last_round, tuple(strategy.branches))
        for name, strategy in experiment.strategies.items()
    }
    return Subject(
        strategies=strategies,
        dense=tuple(experiment.dense_branches),
        moments=experiment.moments,
        evaluate_every=experiment.recipe.evaluate_every,
        tested_every=experiment.recipe.tested_every,
        iterations=experiment.recipe.iterations,
        levels=levels,
        untrained=frozenset(
            name for name, item in experiment.strategies.items() if _untrained(name, item)
        ),
    )


def _untrained(name: str, strategy: Strategy) -> bool:
    """Whether no mask of a strategy is made by weights that were trained."""
    rounds = range(1, strategy.last_round + 1)
    weights = [strategy.making(name, round).weights for round in rounds]
    return all(item is None or isinstance(item, InitialWeights) for item in weights)
