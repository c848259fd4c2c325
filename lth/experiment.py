"""An experiment as a frozen, complete value, and all that it must fulfil before its first job: every fault is one line with the dotted key."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from lth import networks, optimizers, pruning, tickets
from lth.appearance import Density, Figure, Lines, moment_of
from lth.datasets import Source
from lth.places import line_of
from lth.settings import Count, Range, Recipe, Seed, build, unknown
from lth.strategies import SEARCH, STRATEGIES, Strategy

TOGETHER = "all layers"  # that are pruned together
MEASURED = [branch for branch in tickets.BRANCHES if branch != SEARCH]  # the branches that an experiment may ask for


@dataclasses.dataclass(frozen=True)
class Experiment:
    """One named configuration, complete. `trials` are trained in blocks of at most `block`; `moments` are iterations whose accuracies the
    table has; `curves` say what the figures of curves show.
    """

    dataset: str
    validation: Count
    seed: Seed
    trials: Annotated[int, Range(1, 10_000)]
    block: Count
    network: Any
    recipe: Recipe
    moments: tuple[Count, ...]
    strategies: dict[str, Any]
    figures: tuple[str, ...]
    curves: Lines

    @property
    def jobs(self) -> int:
        """How many training jobs it is: the branches of each round, of each block of trials."""
        strategies = self.strategies.values()
        dense = {branch for strategy in strategies for branch in strategy.branches}
        lines = len(dense) + sum(strategy.rounds * len(strategy.branches) for strategy in strategies)
        return -(-self.trials // self.block) * lines


def experiment_of(data: Any, known: Mapping[str, Source], figures: Mapping[str, Figure], where: str) -> Experiment:
    """An experiment from plain data; `known` are the data sets and `figures` those of the catalog. Raises ValueError at the first fault."""
    experiment = build(Experiment, data, where)
    network = networks.read(experiment.network, f"{where}.network")
    strategies = {strategy: _strategy(strategy, settings, f"{where}.strategies.{strategy}") for strategy, settings in experiment.strategies.items()}
    experiment = dataclasses.replace(experiment, network=network, strategies=strategies)
    if experiment.dataset not in known:
        raise unknown(f"{where}.dataset", "dataset", experiment.dataset, known)
    source = known[experiment.dataset]
    try:
        architecture = networks.architecture(network, source.shape, source.classes)
    except ValueError as error:
        raise ValueError(f"{where}.{error} ({experiment.dataset})") from None
    _check_training(experiment, source, architecture, where)
    _check_strategies(experiment, architecture, where)
    _check_survivors(experiment, architecture, where)
    for figure in experiment.figures:
        if figure not in figures:
            raise unknown(f"{where}.figures", "figure", figure, figures)
        _check_figure(figure, figures[figure], experiment, where)
    return experiment


def _strategy(name: str, data: Any, where: str) -> Strategy:
    if name not in STRATEGIES:
        raise unknown(where, "strategy", name, STRATEGIES)
    strategy = build(STRATEGIES[name], data, where)
    for branch in strategy.branches:
        check_branch(branch, f"{where}.branches")
    if not strategy.branches:
        raise ValueError(f"{where}.branches: expected at least one of {', '.join(MEASURED)}, got none")
    if not strategy.rounds:
        raise ValueError(f"{where}.rates: expected at least one, got an empty list")
    method = strategy.making(name, 1).method
    if method not in pruning.METHODS or pruning.METHODS[method].draws != (not strategy.making(name, 1).weights):
        raise unknown(f"{where}.scope", "scope", method, [legal for legal, item in pruning.METHODS.items() if not item.draws])
    return strategy


def check_branch(text: str, where: str) -> None:
    """Raises ValueError for a name that means no branch that an experiment may ask for."""
    if tickets.split_name(text)[0] not in MEASURED:
        raise unknown(where, "branch", text, MEASURED)
    tickets.check_branch(text, where)


def _check_training(experiment: Experiment, source: Source, architecture: networks.Architecture, where: str) -> None:
    recipe = experiment.recipe
    tickets.check_initialization(experiment.network.initialization, f"{where}.network.initialization")
    if recipe.optimizer not in optimizers.OPTIMIZERS:
        raise unknown(f"{where}.recipe.optimizer", "optimizer", recipe.optimizer, optimizers.OPTIMIZERS)
    examples = source.training - experiment.validation
    if examples < 1:
        found = f"the training examples of {experiment.dataset}, got {experiment.validation}"
        raise ValueError(f"{where}.validation: expected fewer than {source.training}, {found}")
    if recipe.batch > examples:
        found = f"the examples that {experiment.validation} for validation leave, got {recipe.batch}"
        raise ValueError(f"{where}.recipe.batch: expected at most {examples}, {found}")
    if recipe.batch < 2 and not all(parameter.trained for parameter in architecture.parameters):
        raise ValueError(f"{where}.recipe.batch: expected at least 2 for a network with batch norm, got {recipe.batch}")
    if list(experiment.moments) != sorted(set(experiment.moments)):
        raise ValueError(f"{where}.moments: expected rising iterations, got {list(experiment.moments)}")
    evaluations = set(recipe.evaluations(0)) if experiment.moments else set()
    for moment in experiment.moments:
        if moment not in evaluations:
            found = f"up to the last, {recipe.iterations} (when networks are evaluated), got {moment}"
            raise ValueError(f"{where}.moments: expected multiples of {recipe.evaluate_every} {found}")


def _check_strategies(experiment: Experiment, architecture: networks.Architecture, where: str) -> None:
    """Refuses strategies that do not fit the network or one another."""
    chosen = experiment.strategies
    if not chosen:
        raise ValueError(f"{where}.strategies: expected at least one of {', '.join(STRATEGIES)}")
    if not any("ticket" in strategy.branches for strategy in chosen.values()):
        raise ValueError(f"{where}.strategies: expected a strategy with the branch 'ticket' (others are compared with it), got none")
    classes = list(dict.fromkeys(weight.layer for weight in architecture.weights if weight.prunable))
    for name, strategy in chosen.items():
        place = f"{where}.strategies.{name}"
        if strategy.branches.get("ticket", 1) > 1 and experiment.recipe.data_order == "shared":
            found = f"where repeats (of the dense network) would be equal, got {strategy.branches['ticket']}"
            raise ValueError(f"{place}.branches.ticket: expected 1 with data_order shared, {found}")
        experiment.recipe.check_within(strategy.rewound, f"{place}.iteration")
        for round in range(1, strategy.rounds + 1):
            making = strategy.making(name, round)
            before = (making.strategy, making.round)
            there = before == ("dense", 0) or (making.strategy in chosen and 1 <= making.round <= chosen[making.strategy].rounds)
            if not there or (making.strategy == name and making.round >= round):
                found = f"its round {round} is made from {making.strategy}/round-{making.round}, and the strategies are {_described(experiment)}"
                raise ValueError(f"{place}: {found}; take others, or fewer rounds")
            if not pruning.METHODS[making.method].draws:
                _check_rates(strategy.rates_of(round), making.method, classes, experiment.network.name, f"{place}.rates")
            source = chosen if making.strategy == "dense" else [making.strategy]
            if making.weights in MEASURED and not any(making.weights in chosen[other].branches for other in source):
                found = f"got {', '.join(strategy.branches)}"
                raise ValueError(f"{place}.branches: expected {making.weights!r} among them (the next round is pruned from it), {found}")


def _check_rates(rates: Mapping[str, float], method: str, classes: Sequence[str], network: str, where: str) -> None:
    for layer in rates:
        if layer not in classes:
            raise unknown(where, f"class of layers of {network}", layer, classes)
    if missing := [layer for layer in classes if layer not in rates]:
        raise ValueError(f"{where}: missing key {missing[0]!r}; {network} has the classes {', '.join(classes)} (0.0 leaves one as it is)")
    if pruning.METHODS[method].together and len(set(rates.values()) - {0.0}) > 1:
        raise ValueError(f"{where}: expected one rate for all layers that are pruned together (others 0.0), got {dict(rates)}")


def _check_survivors(experiment: Experiment, architecture: networks.Architecture, where: str) -> None:
    """Refuses sizes and rates that leave a layer without a weight, before the first job. Layers that are pruned together count as one."""
    sizes = {weight.name: weight.size for weight in architecture.weights}
    left: dict[tuple[str, int], dict[str, int]] = {("dense", 0): sizes}
    for name, strategy in experiment.strategies.items():
        for round in range(1, strategy.rounds + 1):
            making = strategy.making(name, round)
            method, before = pruning.METHODS[making.method], left.get((making.strategy, making.round))
            if method.draws or before is None:  # as dense as a mask that is looked at for itself
                break
            rates = {weight.name: strategy.rates_of(round).get(weight.layer, 0.0) for weight in architecture.weights}
            if method.together and TOGETHER not in before:
                apart = {layer: count for layer, count in before.items() if not rates[layer]}
                before = apart | {TOGETHER: sum(before.values()) - sum(apart.values())}
            rates[TOGETHER] = max(rates.values())
            after = {layer: count - pruning.count(count, rates[layer]) for layer, count in before.items()}
            previous = left[(name, round - 1) if round > 1 else ("dense", 0)]
            if sum(after.values()) >= sum(previous.values()):
                found = f"round {round} leaves {sum(after.values())} weights, and round {round - 1} leaves {sum(previous.values())}"
                raise ValueError(f"{where}.strategies.{name}: expected fewer weights each round, but {found}; take other rates or fewer rounds")
            if gone := [layer for layer, count in after.items() if not count]:
                raise ValueError(
                    f"{where}.strategies.{name}: round {round} prunes all of the {before[gone[0]]} weights left in {gone[0]} "
                    f"({sizes.get(gone[0], sum(sizes.values()))} at first); take fewer rounds, a lower rate or larger layers"
                )
            left[name, round] = after


def _check_figure(name: str, spec: Figure, experiment: Experiment, where: str) -> None:
    if isinstance(spec, Density):
        if not set(spec.strategies) & experiment.strategies.keys():
            raise ValueError(f"{where}.figures: {name!r} shows {', '.join(spec.strategies)}, and the experiment has none of these")
        for quantity in spec.quantities:
            if (moment := moment_of(quantity)) and moment not in experiment.moments:
                found = ", ".join(map(str, experiment.moments)) or "none"
                raise ValueError(f"{where}.moments: expected {moment} among them for the figure {name!r}, got {found}; or choose other figures")
    elif experiment.curves.until < experiment.recipe.evaluate_every:
        found = f"the first evaluation, got {experiment.curves.until}"
        raise ValueError(f"{where}.curves.until: expected at least {experiment.recipe.evaluate_every}, {found}")
    elif not experiment.curves.panels:
        raise ValueError(f"{where}.curves.panels: expected at least one for {name!r}, got none")
    else:
        for index, panel in enumerate(experiment.curves.panels):
            if not panel:
                raise ValueError(f"{where}.curves.panels[{index}]: expected at least one line such as dense/round-0/ticket, got none")
            for line in panel:
                _check_line(line, experiment, f"{where}.curves.panels[{index}]")


def _check_line(text: str, experiment: Experiment, where: str) -> None:
    line = line_of(text)
    if line is None:
        raise ValueError(f"{where}: expected a line such as dense/round-0/ticket or iterative/round-3/reinit, got {text!r}")
    if line.strategy == "dense":
        branches = {branch for strategy in experiment.strategies.values() for branch in strategy.branches}
        legal = line.round == 0 and line.branch in branches
    else:
        strategy = experiment.strategies.get(line.strategy)
        legal = strategy is not None and 1 <= line.round <= strategy.rounds and line.branch in strategy.branches
    if not legal:
        mend = f"choose other lines there, or other `figures`. The strategies are {_described(experiment)}"
        raise ValueError(f"{where}: {text!r} is not trained; {mend}")


def _described(experiment: Experiment) -> str:
    return "; ".join(f"{name} with rounds 1 to {s.rounds}, branches {', '.join(s.branches)}" for name, s in experiment.strategies.items())
