"""The DAG as data: every file of a study with its settings, its inputs and its key.

Snakemake asks it for the inputs and params of its rules; `verify` and `tidy` ask it which files there should be. Nothing is read from the
disk but configuration and the source of `lth`.
"""

import dataclasses
import functools
import itertools
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from lth import code, keys, networks
from lth.appearance import Curves
from lth.config import Config, Experiment
from lth.origins import header, made_from
from lth.places import Line, block_of, line_of, path_of, products_of, trials_of
from lth.pruning import METHODS
from lth.settings import to_plain
from lth.strategies import SEARCH, Strategy


@dataclasses.dataclass(frozen=True, eq=False)
class Node:
    """One file: its kind, settings, the module that makes it, and its inputs by role."""

    kind: str
    settings: Mapping[str, Any]
    module: str | None
    inputs: Mapping[str, tuple["Node", ...]]

    @property
    def path(self) -> str:
        """Where the file lies that says what it was made from, from the top folder of the project."""
        return path_of(self.kind, self.settings)

    @property
    def files(self) -> tuple[str, ...]:
        """All files that are made together with it: a table and its origin, a figure in two formats."""
        return (*products_of(self.kind, self.settings), self.path)

    @functools.cached_property
    def key(self) -> str:
        """What the file is made from, all the way down (see `lth.keys`)."""
        return keys.key(
            self.kind,
            self.settings,
            code.digest(self.module, self.settings) if self.module else "",
            {role: [node.key for node in nodes] for role, nodes in self.inputs.items()},
        )

    @property
    def plan(self) -> str:
        """The settings as canonical JSON, as the verbs take them."""
        return keys.canonical(self.settings)


class Study:
    """The nodes of a configuration."""

    def __init__(self, config: Config):
        self.config = config
        self.experiments = config.experiments

    @functools.cache
    def dataset(self, name: str) -> Node:
        """The manifest of a data set."""
        return Node("dataset", {"dataset": name, "digest": self.config.datasets[name].digest}, None, {})

    @functools.cache
    def theta0(self, experiment: str, block: str) -> Node:
        """θ0 of a block."""
        return Node("theta0", self._drawn(experiment, block), "verbs.init", self._data(experiment))

    @functools.cache
    def rewound(self, experiment: str, block: str, iteration: int) -> Node:
        """The weights of a block's dense networks after so many iterations of their training."""
        dense = {"strategy": "dense", "round": 0, "branch": "ticket", "iteration": iteration}
        settings = self._drawn(experiment, block) | dense | self._training(experiment)
        inputs = {"start": (self.theta0(experiment, block),), "mask": (self.mask(experiment, block, "dense", 0),)}
        return Node("rewound", settings, "verbs.rewind", self._data(experiment) | inputs)

    @functools.cache
    def mask(self, experiment: str, block: str, strategy: str, round: int) -> Node:
        """The mask of a round: all ones for the dense network, else what the strategy makes it from."""
        if strategy == "dense":
            settings = self._drawn(experiment, block) | {"strategy": strategy, "round": round}
            return Node("mask", settings, "verbs.init", self._data(experiment))
        chosen = self.experiments[experiment].strategies[strategy]
        making = chosen.making(strategy, round)
        inputs = {"mask": (self.mask(experiment, block, making.strategy, making.round),)}
        if making.weights == "theta0":
            inputs["weights"] = (self.theta0(experiment, block),)
        elif making.weights:
            inputs["weights"] = (self.run(experiment, block, making.strategy, making.round, making.weights),)
        settings = {"experiment": experiment, "block": block, "strategy": strategy, "round": round, "making": to_plain(making)}
        settings |= {"rates": self._rates(experiment, chosen.rates_of(round)), "seed": self.experiments[experiment].seed}
        settings["shapes"] = {weight.name: list(weight.shape) for weight in self._architecture(experiment).weights}
        settings["repeats"] = max(chosen.branches.values()) if METHODS[making.method].draws else 1
        return Node("mask", settings, "verbs.prune", inputs)

    @functools.cache
    def run(self, experiment: str, block: str, strategy: str, round: int, branch: str) -> Node:
        """The training of a branch of a round: all trials of the block and all repeats."""
        chosen = self.experiments[experiment]
        rewound = chosen.strategies[strategy].rewound if strategy != "dense" else 0
        settings = self._drawn(experiment, block) | {"strategy": strategy, "round": round, "branch": branch, "start_iteration": rewound}
        settings |= self._training(experiment)
        settings |= {"repeats": self._repeats(chosen, strategy, branch), "keep_weights": branch in self._with_weights(experiment)}
        if branch == SEARCH:
            making = chosen.strategies[strategy].making(strategy, round)
            start = self.run(experiment, block, making.strategy, making.round, making.weights)
        else:
            start = self.rewound(experiment, block, rewound) if rewound else self.theta0(experiment, block)
        inputs = {"start": (start,), "mask": (self.mask(experiment, block, strategy, round),)}
        return Node("run", settings, "verbs.train", self._data(experiment) | inputs)

    @functools.cache
    def table(self, experiment: str) -> Node:
        """The tidy table of an experiment, from all its runs."""
        chosen = self.experiments[experiment]
        strategies = {name: sorted(strategy.branches) for name, strategy in chosen.strategies.items()}
        settings = {"experiment": experiment, "strategies": strategies, "moments": list(chosen.moments)}
        inputs = {"runs": tuple(self.runs(experiment))}
        return Node("table", settings, "verbs.tabulate", inputs)

    @functools.cache
    def figure(self, experiment: str, figure: str) -> Node:
        """A figure of an experiment: from its table, or for curves from just the runs that it draws."""
        spec, chosen = self.config.figures[figure], self.experiments[experiment]
        settings = {"experiment": experiment, "name": figure, "figure": to_plain(spec), "style": to_plain(self.config.style)}
        settings["curves"] = to_plain(chosen.curves) if isinstance(spec, Curves) else {}
        inputs: dict[str, tuple[Node, ...]] = {}
        if isinstance(spec, Curves):
            lines = dict.fromkeys(line for panel in chosen.curves.panels for text in panel if (line := line_of(text)))
            places = itertools.product(self.blocks(experiment), lines)  # in the order in which `places.braced` has them
            inputs["runs"] = tuple(self.run(experiment, block, line.strategy, line.round, line.branch) for block, line in places)
        else:
            inputs["tables"] = (self.table(experiment),)
        return Node("figure", settings, "verbs.plot", inputs)

    @functools.cache
    def metrics(self) -> Node:
        """The headline numbers of all experiments."""
        return Node("metrics", {}, "verbs.summarize", {"tables": tuple(self.table(name) for name in self.experiments)})

    def blocks(self, experiment: str) -> list[str]:
        """The blocks of trials: `trials-0-4` and so on."""
        chosen = self.experiments[experiment]
        trials = range(chosen.trials)
        return [block_of(trials[first : first + chosen.block]) for first in trials[:: chosen.block]]

    def runs(self, experiment: str) -> Iterator[Node]:
        """All trainings of an experiment, block by block; the dense network's branches come first, once for all strategies."""
        for block in self.blocks(experiment):
            for line in self.lines(experiment):
                yield self.run(experiment, block, line.strategy, line.round, line.branch)

    def lines(self, experiment: str) -> list[Line]:
        """The trainings of one block."""
        chosen = self.experiments[experiment]
        dense = dict.fromkeys(branch for strategy in chosen.strategies.values() for branch in strategy.branches)
        pruned = [
            Line(name, round, branch)
            for name, strategy in chosen.strategies.items()
            for round in range(1, strategy.rounds + 1)
            for branch in strategy.branches
        ]
        return [Line("dense", 0, branch) for branch in dense] + pruned

    def nodes(self) -> list[Node]:
        """Every file of a finished study, each once."""
        ends = [self.metrics(), *(self.figure(name, figure) for name, chosen in self.experiments.items() for figure in chosen.figures)]
        found: dict[Node, None] = {}
        todo: list[Node] = ends
        while todo:
            node = todo.pop()
            if node not in found:
                found[node] = None
                todo.extend(item for items in node.inputs.values() for item in items)
        return list(found)

    def files(self) -> set[str]:
        """The paths of all files of a finished study."""
        return {path for node in self.nodes() for path in node.files}

    def outdated(self, found: Mapping[str, str]) -> list[str]:
        """Of files and their keys, those of the study that should have another key."""
        return sorted(node.path for node in self.nodes() if found.get(node.path, node.key) != node.key)

    def judged(self) -> dict[str, bool]:
        """Which files of the study are there, and whether each was made from what is planned.

        It was, if it has the planned key, and its inputs have the contents that it was made from. Files
        say so themselves (`origins.header`), so neither times nor records of another program count.
        """
        headers = {node: header(node.path) for node in self.nodes()}
        result: dict[str, bool] = {}
        for node, found in headers.items():
            right = found is not None and found.key == node.key
            if right and node.inputs:
                before = {role: [headers[item] for item in items] for role, items in node.inputs.items()}
                contents = {role: [item.content if item else "" for item in items] for role, items in before.items()}
                right = found is not None and found.inputs == made_from(contents)
            result |= {path: right for path in node.files if Path(path).exists()}
        return result

    def memory(self, node: Node) -> int:
        """Megabytes that the training of a node takes at most on a CPU: libraries, compiler and activations (1,700, for VGG-19 measured), the
        networks, and the images twice (docs/performance.md).
        """
        experiment = node.settings["experiment"]
        source = self.config.datasets[self.experiments[experiment].dataset]
        stack = len(trials_of(node.settings["block"])) * node.settings.get("repeats", 1)
        return 1_700 + (self._architecture(experiment).memory * stack + 2 * (source.training + source.test) * math.prod(source.shape)) // 1_000_000

    def _data(self, experiment: str) -> dict[str, tuple[Node, ...]]:
        return {"dataset": (self.dataset(self.experiments[experiment].dataset),)}

    def _drawn(self, experiment: str, block: str) -> dict[str, Any]:
        chosen = self.experiments[experiment]
        settings = {"experiment": experiment, "block": block, "dataset": chosen.dataset, "seed": chosen.seed}
        return settings | {"network": to_plain(chosen.network)}

    def _training(self, experiment: str) -> dict[str, Any]:
        chosen = self.experiments[experiment]
        return {"validation": chosen.validation, "recipe": to_plain(chosen.recipe)}

    def _rates(self, experiment: str, rates: Mapping[str, float]) -> dict[str, float]:
        """By weight; what no rate is given for, such as shortcuts, is left as it is."""
        return {weight.name: rates.get(weight.layer, 0.0) for weight in self._architecture(experiment).weights} if rates else {}

    @functools.cache
    def _architecture(self, experiment: str) -> networks.Architecture:
        source = self.config.datasets[self.experiments[experiment].dataset]
        return networks.architecture(self.experiments[experiment].network, source.shape, source.classes)

    @functools.cache
    def _with_weights(self, experiment: str) -> set[str]:
        """The branches whose weights are kept: tickets, and what masks are pruned from."""
        strategies = self.experiments[experiment].strategies.items()
        return {"ticket", *(item.making(name, round).weights for name, item in strategies for round in range(1, item.rounds + 1))}

    def _repeats(self, chosen: Experiment, strategy: str, branch: str) -> int:
        if branch == SEARCH:
            return 1
        strategies: list[Strategy] = list(chosen.strategies.values()) if strategy == "dense" else [chosen.strategies[strategy]]
        return max(item.branches.get(branch, 0) for item in strategies)
