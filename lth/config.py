"""The only reader of `params.yaml` and the catalog: YAML in, frozen and complete values out.

An experiment of the study says which catalog entry it `extends` and what it changes; a catalog entry may itself extend another. Mappings
merge key by key, anything else replaces what was there, and `null` removes an inherited key.
"""

import dataclasses
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from lth import datasets, networks, optimizers, pruning, tickets
from lth.appearance import Curves, Density, Figure, Lines, Style, figure_of
from lth.places import line_of
from lth.settings import Count, Network, Rates, Recipe, Seed, build, unknown

CATALOG = Path("workflow/catalog")
NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
PLAIN_COLORS = "black blue brown cyan gold gray green magenta navy olive orange pink purple red teal yellow"
COLOR = re.compile(rf"tab:(blue|orange|green|red|purple|brown|pink|gray|olive|cyan)|C\d|#[0-9a-fA-F]{{6}}|{PLAIN_COLORS.replace(' ', '|')}")


@dataclasses.dataclass(frozen=True)
class Iterative:
    """The strategy `iterative`: train, prune by `rates`, reset to θ0; `rounds` times. `branches` says how often each is trained per trial."""

    rounds: Count
    rates: Rates
    branches: dict[str, Count]

    def rates_of(self, round: int) -> Rates:
        """The rates that make round `round` (from 1)."""
        return self.rates

    def source_of(self, round: int) -> int:
        """The round whose mask is pruned, by the weights trained under it, to make round `round`; 0 is the dense network."""
        return round - 1


@dataclasses.dataclass(frozen=True)
class Oneshot:
    """The strategy `oneshot`: the dense network, trained once, is pruned by each of `rates`; round n uses the n-th."""

    rates: tuple[Rates, ...]
    branches: dict[str, Count]

    @property
    def rounds(self) -> int:
        return len(self.rates)

    def rates_of(self, round: int) -> Rates:
        """The rates that make round `round` (from 1)."""
        return self.rates[round - 1]

    def source_of(self, round: int) -> int:
        """Always the dense network."""
        return 0


Strategy = Iterative | Oneshot
STRATEGIES: Mapping[str, type[Strategy]] = {"iterative": Iterative, "oneshot": Oneshot}


@dataclasses.dataclass(frozen=True)
class Experiment:
    """One named configuration, complete. `trials` are trained in blocks of at most `block`; `curves` say what the figures of curves show."""

    dataset: str
    validation: Count
    seed: Seed
    trials: Count
    block: Count
    network: Network
    recipe: Recipe
    strategies: dict[str, Any]
    figures: tuple[str, ...]
    curves: Lines


@dataclasses.dataclass(frozen=True)
class Config:
    """A whole study: experiments and figures by name, and the style."""

    experiments: Mapping[str, Experiment]
    figures: Mapping[str, Figure]
    style: Style


def read(params: Path | str = "params.yaml", catalog: Path | str = CATALOG) -> Config:
    """Reads the study of a params file over a catalog folder. A fault is a ValueError of one line: file or dotted key, value, what is legal."""
    params = Path(params)
    entries: dict[str, Any] = {}
    figures: dict[str, Any] = {}
    for file in sorted(Path(catalog).glob("*.yaml")):
        text = _sections(file, {"experiments": dict, "figures": dict}, required=())
        for found, section in ((entries, "experiments"), (figures, "figures")):
            if twice := found.keys() & text.get(section, {}).keys():
                raise ValueError(f"{file}: {section}.{min(twice)} stands in another file of the catalog too; rename one")
            for name in text.get(section, {}):
                _check_name(name, f"{file}: {section}.{name}")
            found |= text.get(section, {})
    if not entries:
        raise ValueError(f"{catalog}: no experiments found in its *.yaml files; run from the top folder of the project")
    study = _sections(params, {"experiments": dict, "style": dict}, required=("experiments", "style"))
    drawn = {name: _figure(data, f"figures.{name}") for name, data in figures.items()}
    experiments = {name: _experiment(name, data, entries, drawn) for name, data in study["experiments"].items()}
    if not experiments:
        raise ValueError(f"{params}: experiments: expected at least one; the catalog has {', '.join(sorted(entries))}")
    style = build(Style, study["style"], "style")
    for branch in style.colors:
        if branch not in tickets.BRANCHES:
            raise unknown("style.colors", "branch", branch, tickets.BRANCHES)
    for branch, color in style.colors.items():
        if not COLOR.fullmatch(color):
            raise ValueError(f"style.colors.{branch}: expected tab:blue and so on, C0 to C9, #rrggbb or one of {PLAIN_COLORS}, got {color!r}")
    return Config(experiments, drawn, style)


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


def _experiment(name: str, data: Any, entries: Mapping[str, Any], figures: Mapping[str, Figure]) -> Experiment:
    where = f"experiments.{name}"
    _check_name(name, where)
    experiment = build(Experiment, _extended(data, entries, where, ()), where)
    strategies = {strategy: _strategy(strategy, settings, f"{where}.strategies.{strategy}") for strategy, settings in experiment.strategies.items()}
    experiment = dataclasses.replace(experiment, strategies=strategies)
    _check_training(experiment, where)
    _check_survivors(experiment, where)
    for figure in experiment.figures:
        if figure not in figures:
            raise unknown(f"{where}.figures", "figure", figure, figures)
        spec = figures[figure]
        if isinstance(spec, Density) and not set(spec.strategies) & experiment.strategies.keys():
            raise ValueError(f"{where}.figures: {figure!r} shows {', '.join(spec.strategies)}, and the experiment has none of these")
        if isinstance(spec, Curves) and experiment.curves.until < experiment.recipe.evaluate_every:
            found = f"the first evaluation, got {experiment.curves.until}"
            raise ValueError(f"{where}.curves.until: expected at least {experiment.recipe.evaluate_every}, {found}")
        if isinstance(spec, Curves) and not experiment.curves.panels:
            raise ValueError(f"{where}.curves.panels: expected at least one for {figure!r}, got none")
    for index, panel in enumerate(experiment.curves.panels):
        if not panel:
            raise ValueError(f"{where}.curves.panels[{index}]: expected at least one line such as dense/round-0/ticket, got none")
        for line in panel:
            _check_line(line, experiment, f"{where}.curves.panels[{index}]")
    return experiment


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
        if branch not in tickets.BRANCHES:
            raise unknown(f"{where}.branches", "branch", branch, tickets.BRANCHES)
    if "ticket" not in strategy.branches:
        raise ValueError(f"{where}.branches: expected 'ticket' among them (the next round is pruned from it), got {sorted(strategy.branches)}")
    if not strategy.rounds:
        raise ValueError(f"{where}.rates: expected at least one, got an empty list")
    return strategy


def _check_training(experiment: Experiment, where: str) -> None:
    if experiment.dataset not in datasets.SOURCES:
        raise unknown(f"{where}.dataset", "dataset", experiment.dataset, datasets.SOURCES)
    if experiment.network.name not in networks.NETWORKS:
        raise unknown(f"{where}.network.name", "network", experiment.network.name, networks.NETWORKS)
    if experiment.network.initialization not in tickets.INITIALIZATIONS:
        raise unknown(f"{where}.network.initialization", "initialization", experiment.network.initialization, tickets.INITIALIZATIONS)
    if experiment.recipe.optimizer not in optimizers.OPTIMIZERS:
        raise unknown(f"{where}.recipe.optimizer", "optimizer", experiment.recipe.optimizer, optimizers.OPTIMIZERS)
    examples = datasets.SOURCES[experiment.dataset].training - experiment.validation
    if examples < 1:
        found = f"the training examples of {experiment.dataset}, got {experiment.validation}"
        raise ValueError(f"{where}.validation: expected fewer than {datasets.SOURCES[experiment.dataset].training}, {found}")
    if experiment.recipe.batch > examples:
        found = f"the examples that {experiment.validation} for validation leave, got {experiment.recipe.batch}"
        raise ValueError(f"{where}.recipe.batch: expected at most {examples}, {found}")
    if not experiment.strategies:
        raise ValueError(f"{where}.strategies: expected at least one of {', '.join(STRATEGIES)}")


def _check_survivors(experiment: Experiment, where: str) -> None:
    """Refuses sizes and rates that leave a layer without a weight, before the first job."""
    source = datasets.SOURCES[experiment.dataset]
    layers = [p for p in networks.build(experiment.network, source.shape, source.classes).parameters if p.prunable]
    for name, strategy in experiment.strategies.items():
        left = [{layer.name: layer.size for layer in layers}]
        for round in range(1, strategy.rounds + 1):
            before = left[strategy.source_of(round)]
            left.append({p.name: before[p.name] - pruning.count(before[p.name], getattr(strategy.rates_of(round), p.layer)) for p in layers})
            if sum(left[round].values()) >= sum(left[round - 1].values()):
                found = f"round {round} leaves {sum(left[round].values())} weights, and round {round - 1} leaves {sum(left[round - 1].values())}"
                raise ValueError(f"{where}.strategies.{name}: expected fewer weights each round, but {found}; take other rates or fewer rounds")
            if gone := [layer for layer in layers if not left[round][layer.name]]:
                raise ValueError(
                    f"{where}.strategies.{name}: round {round} prunes all of the {before[gone[0].name]} weights left in {gone[0].name} "
                    f"({gone[0].size} at first); take fewer rounds, a lower rate or larger layers"
                )


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
