"""All that an experiment must fulfil before its first job: each fault is one line with a key."""

from collections.abc import Iterator, Mapping

from lth.data.source import Source
from lth.files.paths import NAME
from lth.lottery.branches.choices import BRANCHES
from lth.lottery.branches.search import SEARCH
from lth.lottery.initializations.distribution import check_initialization
from lth.lottery.names import DENSE, split_name
from lth.lottery.pruning.choices import METHODS
from lth.lottery.tickets import check_branch
from lth.networks.architecture import Architecture
from lth.settings import expected, tag_of, unknown
from lth.study.experiment import Experiment
from lth.study.planned_survivors import Left, sizes_of, survivors
from lth.study.references import Making, RewoundWeights, TrainedWeights
from lth.study.strategies.choices import Strategy
from lth.study.strategies.strategy import before

MEASURED = [branch for branch in BRANCHES if branch != SEARCH]  # what an experiment may ask for
PRUNING = [name for name, method in METHODS.items() if not method.at_random]


def check_experiment(experiment: Experiment, known: Mapping[str, Source], where: str) -> None:
    """Checks an experiment against the data sets that are known. Raises ValueError."""
    if experiment.dataset not in known:
        raise unknown(f"{where}.dataset", "dataset", experiment.dataset, known)
    source = known[experiment.dataset]
    check_initialization(experiment.network.initialization, f"{where}.network.initialization")
    try:
        architecture = experiment.architecture(known)
    except ValueError as error:
        raise ValueError(f"{where}.{error} ({experiment.dataset})") from None
    _check_recipe(experiment, source, architecture, where)
    _check_moments(experiment, where)
    _check_strategies(experiment, architecture, where)
    _check_survivors(experiment, architecture, where)


def check_measured(text: str, where: str) -> None:
    """Raises ValueError for a name that means no branch that an experiment may ask for."""
    if split_name(text)[0] not in MEASURED:
        raise unknown(where, "branch", text, MEASURED)
    check_branch(text, where)


def _check_recipe(
    experiment: Experiment, source: Source, architecture: Architecture, where: str
) -> None:
    recipe, validation = experiment.recipe, experiment.validation
    examples = source.training - validation
    if examples < 1:
        what = f"fewer than {source.training}, the training examples of {experiment.dataset}"
        raise expected(f"{where}.validation", what, validation)
    if recipe.batch > examples:
        what = f"at most {examples}, the examples that {validation} for validation leave"
        raise expected(f"{where}.recipe.batch", what, recipe.batch)
    if recipe.batch < 2 and not all(parameter.trained for parameter in architecture.parameters):
        what = "at least 2 for a network with batch norm"
        raise expected(f"{where}.recipe.batch", what, recipe.batch)


def _check_moments(experiment: Experiment, where: str) -> None:
    moments, recipe = experiment.moments, experiment.recipe
    if list(moments) != sorted(set(moments)):
        raise expected(f"{where}.moments", "rising iterations", list(moments))
    tests = set(recipe.tests(0)) if moments else set()
    for moment in moments:
        if moment not in tests:
            what = (
                f"multiples of {recipe.tested_every} up to the last, {recipe.iterations}"
                " (when the test set is evaluated)"
            )
            raise expected(f"{where}.moments", what, moment)


def _check_strategies(experiment: Experiment, architecture: Architecture, where: str) -> None:
    """Refuses strategies that do not fit the network or one another."""
    strategies = experiment.strategies
    if not any("ticket" in strategy.branches for strategy in strategies.values()):
        what = "a strategy with the branch 'ticket' (others are compared with it)"
        raise ValueError(f"{where}.strategies: expected {what}, got none")
    for name, strategy in strategies.items():
        key = f"{where}.strategies.{name}"
        _check_strategy(name, strategy, experiment, key)
        for round in range(1, strategy.last_round + 1):
            making = strategy.making(name, round)
            _check_making(name, round, making, experiment, key)
            if not METHODS[making.method].at_random:
                rates = strategy.rates_of(round)
                _check_rates(rates, making.method, architecture, experiment, f"{key}.rates")


def _check_strategy(name: str, strategy: Strategy, experiment: Experiment, key: str) -> None:
    if not NAME.fullmatch(name) or name == DENSE:
        what = f"a name of lower-case letters and digits, joined by '-', other than {DENSE!r}"
        raise expected(key, what, name)
    for branch in strategy.branches:
        check_measured(branch, f"{key}.branches")
    if not strategy.branches:
        raise ValueError(
            f"{key}.branches: expected at least one of {', '.join(MEASURED)}, got none"
        )
    if not strategy.last_round:
        raise ValueError(f"{key}.rates: expected at least one, got an empty list")
    method = strategy.making(name, 1).method
    if strategy.making(name, 1).weights is not None and method not in PRUNING:
        raise unknown(f"{key}.method", "method", method, PRUNING)
    repeats = strategy.branches.get("ticket", 1)
    if repeats > 1 and experiment.recipe.data_order == "shared":
        what = "1 with data_order shared, where repeats (of the dense network) would be equal"
        raise expected(f"{key}.branches.ticket", what, repeats)
    if isinstance(strategy.reset, RewoundWeights):
        experiment.recipe.check_within(strategy.reset.iteration, f"{key}.iteration")


def _check_making(name: str, round: int, making: Making, experiment: Experiment, key: str) -> None:
    """Refuses a round whose mask begins with one that is not made, or not made before it."""
    strategies = experiment.strategies
    if len(circle := _circle(name, strategies)) > 1:
        found = f"{' and '.join(circle)} are made from each other"
        raise ValueError(f"{key}: {found}; make one of them from another strategy")
    other = strategies.get(making.strategy)
    dense = (making.strategy, making.round) == (DENSE, 0)
    exists = dense or (other is not None and 1 <= making.round <= other.last_round)
    if not exists or (making.strategy == name and making.round >= round):
        found = f"its round {round} is made from {making.strategy}/round-{making.round}"
        strategies_are = f"and the strategies are {_described(experiment)}"
        raise ValueError(f"{key}: {found}, {strategies_are}; take others, or fewer rounds")
    if other is not None and (count := _masks(making, other)) > 1:
        found = f"{making.strategy}/round-{making.round}, which has {count} masks a trial"
        mend = "take a strategy whose masks are pruned"
        raise ValueError(f"{key}: its round {round} is made from {found}; {mend}")
    if isinstance(making.weights, TrainedWeights) and making.weights.branch in MEASURED:
        _check_trained(making.weights, strategies, key)


def _masks(making: Making, other: Strategy) -> int:
    """How many masks a trial has in the round of another strategy that one begins with."""
    method = other.making(making.strategy, making.round).method
    return max(other.branches.values(), default=1) if METHODS[method].at_random else 1


def _check_trained(weights: TrainedWeights, strategies: Mapping[str, Strategy], key: str) -> None:
    """Refuses a round that is pruned from a branch that its strategy does not have."""
    branch = weights.branch
    among = strategies.values() if weights.strategy == DENSE else [strategies[weights.strategy]]
    if not any(branch in strategy.branches for strategy in among):
        what = f"{branch!r} among them (the next round is pruned from it)"
        found = dict.fromkeys(name for strategy in among for name in strategy.branches)
        raise ValueError(f"{key}.branches: expected {what}, got {', '.join(found)}")


def _circle(name: str, strategies: Mapping[str, Strategy]) -> list[str]:
    """The strategies that are made from each other, where the one of this name leads to such."""
    seen: list[str] = []
    while name in strategies:
        if name in seen:
            return seen[seen.index(name) :]
        seen.append(name)
        name = strategies[name].making(name, 1).strategy
    return []


def _check_rates(
    rates: Mapping[str, float],
    method: str,
    architecture: Architecture,
    experiment: Experiment,
    key: str,
) -> None:
    network = tag_of(type(experiment.network))
    classes = list(dict.fromkeys(item.layer for item in architecture.weights if item.prunable))
    for layer in rates:
        if layer not in classes:
            raise unknown(key, f"class of layers of {network}", layer, classes)
    if missing := [layer for layer in classes if layer not in rates]:
        has = f"{network} has the classes {', '.join(classes)} (0.0 leaves one as it is)"
        raise ValueError(f"{key}: missing key {missing[0]!r}; {has}")
    if METHODS[method].together and len(set(rates.values()) - {0.0}) > 1:
        what = "one rate for all layers that are pruned together (others 0.0)"
        raise expected(key, what, dict(rates))


def _check_survivors(experiment: Experiment, architecture: Architecture, where: str) -> None:
    """Refuses rates that leave a layer without a weight, or prune nothing in a round."""
    left = survivors(experiment, architecture)
    sizes = sizes_of(architecture)
    for name, round, after in _pruned_rounds(experiment, left):
        key = f"{where}.strategies.{name}"
        last = left[before(name, round)]
        if sum(after.values()) >= sum(last.values()):
            found = (
                f"round {round} leaves {sum(after.values())} weights, "
                f"and round {round - 1} leaves {sum(last.values())}"
            )
            mend = "take other rates or fewer rounds"
            raise ValueError(f"{key}: expected fewer weights each round, but {found}; {mend}")
        if gone := [layer for layer, number in after.items() if not number]:
            making = experiment.strategies[name].making(name, round)
            had = left[making.strategy, making.round]
            number = had.get(gone[0], sum(had.values()))
            at_first = sizes.get(gone[0], sum(sizes.values()))
            found = f"all of the {number} weights left in {gone[0]} ({at_first} at first)"
            mend = "take fewer rounds, a lower rate or larger layers"
            raise ValueError(f"{key}: round {round} prunes {found}; {mend}")


def _pruned_rounds(
    experiment: Experiment, left: Mapping[tuple[str, int], Left]
) -> Iterator[tuple[str, int, Left]]:
    """The rounds whose masks are pruned, not drawn."""
    for name, strategy in experiment.strategies.items():
        for round in range(1, strategy.last_round + 1):
            if not METHODS[strategy.making(name, round).method].at_random:
                yield name, round, left[name, round]


def _described(experiment: Experiment) -> str:
    return "; ".join(
        f"{name} with rounds 1 to {strategy.last_round}, branches {', '.join(strategy.branches)}"
        for name, strategy in experiment.strategies.items()
    )
