"""What figures may draw of an experiment."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from lth.data.source import Source
from lth.lottery.names import DENSE
from lth.networks.architecture import Architecture, Parameter
from lth.report.subject import Subject
from lth.study.experiment import Experiment
from lth.study.planned_survivors import survivors
from lth.study.references import InitialWeights
from lth.study.strategies.choices import Strategy
from lth.study.strategies.iterative import Iterative
from lth.training.recipe import Recipe


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
        layers=tuple(experiment.architecture(known).shapes),
        facts=_facts(experiment, experiment.architecture(known)),
    )


def _facts(experiment: Experiment, architecture: Architecture) -> dict[str, str]:
    """What a table of experiments says of one, by FACTS: the rows of Figure 2 of the paper."""
    recipe, weights = experiment.recipe, architecture.weights
    convolutions = [weight for weight in weights if weight.layer == "convolution"]
    dense = [weight for weight in weights if weight.layer in ("hidden", "output")]
    return {
        "Data": experiment.dataset,
        "Convolutions": _widths(convolutions),
        "Fully-connected layers": _widths(dense),
        "Weights": f"{sum(weight.size for weight in weights):,}",
        "of these in convolutions": f"{sum(weight.size for weight in convolutions):,}",
        "Iterations": f"{recipe.iterations:,}",
        "Batch": f"{recipe.batch}",
        "Optimizer": "\n".join(_optimizer(recipe)),
        "Pruned in each round": "\n".join(_rates(experiment)),
    }


def _widths(weights: Sequence[Parameter]) -> str:
    """The units or channels of layers, such as `64, 64, 4 x 128`."""
    words: list[str] = []
    for width, same in groupby(weight.shape[0] for weight in weights):
        count = len(list(same))
        words += [f"{count} x {width}"] if count > 2 else [str(width)] * count
    return ", ".join(words) or "none"


def _optimizer(recipe: Recipe) -> Iterator[str]:
    name = "SGD" if recipe.optimizer == "sgd" else recipe.optimizer.capitalize()
    yield f"{name} {recipe.learning_rate:g}"
    if recipe.momentum:
        yield f"momentum {recipe.momentum:g}"
    if recipe.warmup:
        yield f"warm-up {recipe.warmup:,}"
    if recipe.drops:
        yield f"x {recipe.drop_factor:g} at {' and '.join(f'{drop:,}' for drop in recipe.drops)}"


def _rates(experiment: Experiment) -> Iterator[str]:
    """The rates of the first round, by class of layer: of iterative pruning, if there is any."""
    strategies = experiment.strategies.values()
    iterative = (item for item in strategies if isinstance(item, Iterative))
    strategy = next(iterative, next(iter(strategies)))
    for layer, rate in sorted(strategy.rates_of(1).items()):
        yield f"{layer} {100 * rate:g} %"


def _untrained(name: str, strategy: Strategy) -> bool:
    """Whether no mask of a strategy is made by weights that were trained."""
    rounds = range(1, strategy.last_round + 1)
    weights = [strategy.making(name, round).weights for round in rounds]
    return all(item is None or isinstance(item, InitialWeights) for item in weights)
