"""The only reader of `params.yaml` and the catalog: YAML in, frozen and complete values out.

An experiment of the study says which catalog entry it `extends` and what it changes; a catalog entry may itself extend another. Mappings
merge key by key, anything else replaces what was there, and `null` removes an inherited key.
"""

import dataclasses
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from lth import networks, optimizers, pruning, tickets
from lth.appearance import Density, Figure, Lines, Style, figure_of, moment_of
from lth.datasets import SOURCES, Source
from lth.places import NAME, line_of
from lth.settings import Count, Recipe, Seed, build, unknown
from lth.strategies import SEARCH, STRATEGIES, Strategy

CATALOG = Path("workflow/catalog")
TOGETHER = "all layers"  # that are pruned together
MEASURED = [branch for branch in tickets.BRANCHES if branch != SEARCH]  # the branches that an experiment may ask for
SECTIONS = ("experiments", "datasets", "figures")
PLAIN_COLORS = "black blue brown cyan gold gray green magenta navy olive orange pink purple red teal yellow"
COLOR = re.compile(rf"tab:(blue|orange|green|red|purple|brown|pink|gray|olive|cyan)|C\d|#[0-9a-fA-F]{{6}}|{PLAIN_COLORS.replace(' ', '|')}")


@dataclasses.dataclass(frozen=True)
class Experiment:
    """One named configuration, complete. `trials` are trained in blocks of at most `block`; `moments` are iterations whose accuracies the
    table has; `curves` say what the figures of curves show.
    """

    dataset: str
    validation: Count
    seed: Seed
    trials: Count
    block: Count
    network: Any
    recipe: Recipe
    moments: tuple[Count, ...]
    strategies: dict[str, Any]
    figures: tuple[str, ...]
    curves: Lines


@dataclasses.dataclass(frozen=True)
class Config:
    """A whole study: experiments, the data sets that there are, and figures by name, and the style."""

    experiments: Mapping[str, Experiment]
    datasets: Mapping[str, Source]
    figures: Mapping[str, Figure]
    style: Style


def read(params: Path | str = "params.yaml", catalog: Path | str = CATALOG) -> Config:
    """Reads the study of a params file over a catalog folder. A fault is a ValueError of one line: file or dotted key, value, what is legal."""
    params = Path(params)
    sections = _catalog(Path(catalog))
    entries = sections["experiments"]
    if not entries:
        raise ValueError(f"{catalog}: no experiments found in its *.yaml files; run from the top folder of the project")
    study = _sections(params, {"experiments": dict, "style": dict}, required=("experiments", "style"))
    figures = {name: _figure(data, f"figures.{name}") for name, data in sections["figures"].items()}
    known = sources(catalog)
    experiments = {name: _experiment(name, data, entries, known, figures) for name, data in study["experiments"].items()}
    if not experiments:
        raise ValueError(f"{params}: experiments: expected at least one; the catalog has {', '.join(sorted(entries))}")
    style = build(Style, study["style"], "style")
    for branch in style.colors:
        _check_branch(branch, "style.colors")
    for branch, color in style.colors.items():
        if not COLOR.fullmatch(color):
            raise ValueError(f"style.colors.{branch}: expected tab:blue and so on, C0 to C9, #rrggbb or one of {PLAIN_COLORS}, got {color!r}")
    return Config(experiments, known, figures, style)


def sources(catalog: Path | str = CATALOG) -> dict[str, Source]:
    """All data sets by name: those of `lth`, and those that the catalog describes."""
    return {**SOURCES, **{name: build(Source, data, f"datasets.{name}") for name, data in _catalog(Path(catalog))["datasets"].items()}}


def _catalog(catalog: Path) -> dict[str, dict[str, Any]]:
    """The sections of all files of a catalog folder, by name."""
    found: dict[str, dict[str, Any]] = {section: {} for section in SECTIONS}
    for file in sorted(catalog.glob("*.yaml")):
        text = _sections(file, dict.fromkeys(SECTIONS, dict), required=())
        for section in text:
            if twice := found[section].keys() & text[section].keys():
                raise ValueError(f"{file}: {section}.{min(twice)} stands in another file of the catalog too; rename one")
            for name in text[section]:
                _check_name(name, f"{file}: {section}.{name}")
            found[section] |= text[section]
    if twice := SOURCES.keys() & found["datasets"].keys():
        raise ValueError(f"{catalog}: datasets.{min(twice)} is a data set of lth itself; take another name")
    return found


def load_yaml(path: Path | str) -> Any:
    """A YAML file as plain data. Refuses duplicate keys, keys that are no text, anchors, and scalars that YAML 1.1 and 1.2 read differently
    (`3e-1`, `010`, `yes`).
    """
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8")
        if anchor := next((token for token in yaml.scan(text) if isinstance(token, yaml.AliasToken)), None):
            raise ValueError(f"{path}: line {anchor.start_mark.line + 1}: aliases (*) are not read; write the values out, or use extends")
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        if node is not None:
            _check_node(node, path)
        return None if node is None else yaml.SafeLoader("").construct_document(node)
    except OSError as error:
        raise ValueError(f"{path}: cannot be read: {error.strerror}; run from the top folder of the project") from None
    except UnicodeDecodeError as error:
        raise ValueError(f"{path}: not UTF-8 text: {error.reason} at byte {error.start}") from None
    except yaml.YAMLError as error:
        raise ValueError(f"{path}: not valid YAML: {' '.join(str(error).split())}") from None


PLAIN_NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+([eE][-+]\d+)?)?")  # what YAML 1.1 and 1.2 read alike
SMALL_NUMBER = re.compile(r"-?[1-9](\.\d*[1-9])?e-\d\d+")  # 5e-05, as Python and DVC write numbers below 0.0001
LIKE_A_NUMBER = re.compile(r"[-+]?(\d[\d_]*\.?[\d_]*|\.\d+)([eE][-+]?\d+)?|[-+]?\d+(:\d+)+|[-+]?0[box][\da-fA-F_]+")


def _check_node(node: yaml.Node, path: Path) -> None:
    line = f"{path}: line {node.start_mark.line + 1}"
    if isinstance(node, yaml.MappingNode):
        _check_keys(node, path)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            _check_node(value, path)
    elif isinstance(node, yaml.ScalarNode) and node.style is None and SMALL_NUMBER.fullmatch(node.value):
        node.tag = "tag:yaml.org,2002:float"  # as DVC writes what `-S` is given; to YAML 1.1 it would be text
    elif isinstance(node, yaml.ScalarNode) and node.style is None:
        number = LIKE_A_NUMBER.fullmatch(node.value) and not PLAIN_NUMBER.fullmatch(node.value)
        boolean = node.value.lower() in {"yes", "no", "on", "off", "true", "false"} and node.value not in {"true", "false"}
        if number or boolean:
            hint = "true or false" if boolean else "a plain decimal such as 0.3 or 3.0e-1"
            raise ValueError(f"{line}: {node.value!r} is read differently by YAML 1.1 and by YAML 1.2 (DVC); write {hint}")


def _check_keys(node: yaml.MappingNode, path: Path) -> None:
    seen: set[str] = set()
    for name, value in node.value:
        line = f"{path}: line {name.start_mark.line + 1}"
        if not isinstance(name, yaml.ScalarNode):
            raise ValueError(f"{line}: expected text as a key, got a {name.id}")
        if name.tag != "tag:yaml.org,2002:str":
            raise ValueError(f"{line}: expected text as a key, got {name.value}; write it in quotes, or another name")
        if name.value in seen:
            raise ValueError(f"{line}: key {name.value!r} stands twice; remove one")
        seen.add(name.value)
        _check_node(value, path)


def _sections(path: Path, known: Mapping[str, type], required: tuple[str, ...]) -> dict[str, Any]:
    data = load_yaml(path)
    if not isinstance(data, dict):
        raise ValueError(f"{path}: expected a mapping with {', '.join(known)}, got {data!r}")
    for name, value in data.items():
        if name not in known:
            raise unknown(str(path), "key", name, known)
        if not isinstance(value, known[name]):
            raise ValueError(f"{path}: {name}: expected a mapping, got {value!r}")
    for name in required:
        if name not in data:
            raise ValueError(f"{path}: missing key {name!r}; it needs {', '.join(known)}")
    return data


def _check_name(name: str, where: str) -> None:
    """Names become parts of paths."""
    if not NAME.fullmatch(name):
        raise ValueError(f"{where}: expected a name of lower-case letters and digits, joined by '-', got {name!r}")


def _figure(data: Any, where: str) -> Figure:
    figure = figure_of(data, where)
    for strategy in figure.strategies if isinstance(figure, Density) else ():
        if strategy not in STRATEGIES:
            raise unknown(f"{where}.strategies", "strategy", strategy, STRATEGIES)
    return figure


def _experiment(name: str, data: Any, entries: Mapping[str, Any], known: Mapping[str, Source], figures: Mapping[str, Figure]) -> Experiment:
    where = f"experiments.{name}"
    _check_name(name, where)
    experiment = build(Experiment, _extended(data, entries, where, ()), where)
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
    for index, panel in enumerate(experiment.curves.panels):
        if not panel:
            raise ValueError(f"{where}.curves.panels[{index}]: expected at least one line such as dense/round-0/ticket, got none")
        for line in panel:
            _check_line(line, experiment, f"{where}.curves.panels[{index}]")
    return experiment


def _check_figure(name: str, spec: Figure, experiment: Experiment, where: str) -> None:
    if isinstance(spec, Density):
        if not set(spec.strategies) & experiment.strategies.keys():
            raise ValueError(f"{where}.figures: {name!r} shows {', '.join(spec.strategies)}, and the experiment has none of these")
        for quantity in spec.quantities:
            if (moment := moment_of(quantity)) and moment not in experiment.moments:
                found = ", ".join(map(str, experiment.moments)) or "none"
                raise ValueError(f"{where}.moments: expected {moment} among them for the figure {name!r}, got {found}")
    elif experiment.curves.until < experiment.recipe.evaluate_every:
        found = f"the first evaluation, got {experiment.curves.until}"
        raise ValueError(f"{where}.curves.until: expected at least {experiment.recipe.evaluate_every}, {found}")
    elif not experiment.curves.panels:
        raise ValueError(f"{where}.curves.panels: expected at least one for {name!r}, got none")


def _extended(data: Any, entries: Mapping[str, Any], where: str, seen: tuple[str, ...]) -> dict[str, Any]:
    if not isinstance(data, dict):
        raise ValueError(f"{where}: expected a mapping such as {{extends: NAME}}, got {data!r}")
    if "extends" not in data:
        return data
    parent = data["extends"]
    if not isinstance(parent, str) or parent not in entries:
        raise unknown(f"{where}.extends", "catalog entry", parent, entries)
    if parent in seen:
        raise ValueError(f"{where}.extends: {' -> '.join([*seen, parent])} goes in a circle")
    own = {key: value for key, value in data.items() if key != "extends"}
    return _merged(_extended(entries[parent], entries, parent, (*seen, parent)), own)


def _merged(base: Any, change: Any) -> Any:
    if not (isinstance(base, dict) and isinstance(change, dict)):
        return change
    result = {key: _merged(base.get(key), value) for key, value in change.items() if value is not None}
    return {key: value for key, value in base.items() if key not in change} | result


def _strategy(name: str, data: Any, where: str) -> Strategy:
    if name not in STRATEGIES:
        raise unknown(where, "strategy", name, STRATEGIES)
    strategy = build(STRATEGIES[name], data, where)
    for branch in strategy.branches:
        _check_branch(branch, f"{where}.branches")
    if not strategy.branches:
        raise ValueError(f"{where}.branches: expected at least one of {', '.join(MEASURED)}, got none")
    if not strategy.rounds:
        raise ValueError(f"{where}.rates: expected at least one, got an empty list")
    method = strategy.making(name, 1).method
    if method not in pruning.METHODS or (pruning.METHODS[method].draws and strategy.rates_of(1)):
        raise unknown(f"{where}.scope", "scope", method, [legal for legal, item in pruning.METHODS.items() if not item.draws])
    return strategy


def _check_branch(text: str, where: str) -> None:
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
    for moment in experiment.moments:
        if moment not in recipe.evaluations(0):
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
        if strategy.rewound >= experiment.recipe.iterations:
            found = f"below the {experiment.recipe.iterations} of the recipe, got {strategy.rewound}"
            raise ValueError(f"{place}.iteration: expected an iteration {found}")
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
            if making.weights == "ticket" and not any("ticket" in chosen[other].branches for other in source):
                found = f"got {', '.join(strategy.branches)}"
                raise ValueError(f"{place}.branches: expected 'ticket' among them (the next round is pruned from it), {found}")


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
        raise ValueError(f"{where}: {text!r} is not trained; choose other lines there. The strategies are {_described(experiment)}")


def _described(experiment: Experiment) -> str:
    return "; ".join(f"{name} with rounds 1 to {s.rounds}, branches {', '.join(s.branches)}" for name, s in experiment.strategies.items())
