"""The DAG as data: every file of a study with its plan, its inputs and its key.

Snakemake asks it for the inputs and params of its rules. `verify` and `tidy` ask it which files
there should be. It reads nothing from the disk but configuration, the source of `lth`, and headers.
"""

import functools
import itertools
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from lth import settings
from lth.data.source import arrays_of
from lth.lottery.branches.search import SEARCH
from lth.lottery.names import DENSE
from lth.lottery.pruning.choices import METHODS
from lth.networks.architecture import Architecture
from lth.study import reports
from lth.study.catalog import Config
from lth.study.claims import of_paper, of_study
from lth.study.contents import networks_of
from lth.study.experiment import BranchRuns
from lth.study.node import Node
from lth.study.paper import Scale
from lth.study.plans.dataset import Dataset
from lth.study.plans.figure import Figure
from lth.study.plans.mask import Mask, dense_mask
from lth.study.plans.metrics import Metrics
from lth.study.plans.plan import Address, Plan
from lth.study.plans.rewound import Rewound
from lth.study.plans.run import Run
from lth.study.plans.table import Table
from lth.study.plans.theta0 import Theta0
from lth.study.references import InitialWeights, TrainedWeights, Weights


class Study:
    """The nodes of a configuration."""

    def __init__(self, config: Config):
        self.config = config
        self.experiments, self.figures = config.experiments, config.figures

    @functools.cache
    def dataset(self, dataset: str) -> Node:
        """The manifest of a data set."""
        digest = self.config.datasets[dataset].digest
        return Node(Dataset(dataset=dataset, digest=digest), {})

    @functools.cache
    def theta0(self, experiment: str, block: str) -> Node:
        """θ0 of a block."""
        found = self.experiments[experiment]
        plan = Theta0(
            experiment=experiment,
            block=block,
            dataset=found.dataset,
            seed=found.seed,
            network=found.network,
        )
        return self._node(plan)

    @functools.cache
    def rewound(self, experiment: str, block: str, iteration: int) -> Node:
        """The weights of a block's dense networks after so many iterations of their training."""
        found = self.experiments[experiment]
        plan = Rewound(
            experiment=experiment,
            block=block,
            strategy=DENSE,
            round=0,
            branch="ticket",
            dataset=found.dataset,
            seed=found.seed,
            validation=found.validation,
            network=found.network,
            recipe=found.recipe,
            iteration=iteration,
        )
        return self._node(plan)

    @functools.cache
    def mask(self, experiment: str, block: str, strategy: str, round: int) -> Node:
        """The mask of a round: all ones for the dense network, else as the strategy makes it."""
        found = self.experiments[experiment]
        shapes = {weight.name: weight.shape for weight in self._architecture(experiment).weights}
        if strategy == DENSE:
            return self._node(dense_mask(experiment, block, shapes, found.seed))
        chosen = found.strategies[strategy]
        making = chosen.making(strategy, round)
        at_random = METHODS[making.method].at_random
        plan = Mask(
            experiment=experiment,
            block=block,
            strategy=strategy,
            round=round,
            making=making,
            shapes=shapes,
            rates=self._rates(experiment, chosen.rates_of(round)),
            seed=found.seed,
            repeats=max(chosen.branches.values()) if at_random else 1,
        )
        return self._node(plan)

    @functools.cache
    def run(self, experiment: str, block: str, strategy: str, round: int, branch: str) -> Node:
        """The training run of a branch of a round: all trials of the block and all repeats."""
        found = self.experiments[experiment]
        plan = Run(
            experiment=experiment,
            block=block,
            strategy=strategy,
            round=round,
            branch=branch,
            dataset=found.dataset,
            seed=found.seed,
            validation=found.validation,
            network=found.network,
            recipe=found.recipe,
            start=self._start(experiment, strategy, round, branch),
            repeats=1 if branch == SEARCH else found.repeats(strategy, branch),
            keep_weights=branch in self._with_weights(experiment),
        )
        return self._node(plan)

    @functools.cache
    def table(self, experiment: str) -> Node:
        """The tidy table of an experiment, from all its runs."""
        found = self.experiments[experiment]
        branches = {name: tuple(sorted(item.branches)) for name, item in found.strategies.items()}
        plan = Table(
            experiment=experiment,
            strategies=branches,
            moments=found.moments,
            settings=settings.plain(found),
        )
        return Node(plan, {"runs": tuple(self.runs(experiment))})

    @functools.cache
    def figure(self, name: str) -> Node:
        """A figure, from the tables or the runs that it draws."""
        if fault := self.config.paper.faults.get(name):
            raise ValueError(fault)
        shown = self.figures[name]
        inputs = {
            "tables": tuple(self.table(experiment) for experiment in shown.tables()),
            "runs": tuple(self._figure_runs(name)),
            "starts": tuple(
                self.theta0(experiment, block)
                for experiment in shown.starts()
                for block in self.experiments[experiment].blocks
            ),
            "masks": tuple(self._figure_masks(name)),
        }
        plan = Figure(name=name, figure=shown, style=self.config.style)
        return Node(plan, {role: nodes for role, nodes in inputs.items() if nodes})

    @functools.cache
    def metrics(self) -> Node:
        """The headline numbers of the experiments that are asked for."""
        asked = self.config.asked.experiments
        return Node(Metrics(), {"tables": tuple(self.table(name) for name in asked)})

    @functools.cache
    def claims(self, scale: Scale | None = None) -> Node | None:
        """What the paper states, judged by the study, or by its figures at a scale.

        None where there is nothing to judge, or the figures were not read.
        """
        found = of_paper(self.config, scale) if scale else of_study(self.config)
        if found is None:
            return None
        inputs = {
            "tables": tuple(map(self.table, found.tables)),
            "figures": tuple(map(self.figure, found.figures)),
        }
        return Node(found.plan, {role: nodes for role, nodes in inputs.items() if nodes})

    @functools.cache
    def report(self, scale: Scale | None = None) -> Node:
        """The report of all that the study asks for, or of the paper's figures at a scale."""
        found = reports.of_paper(self.config, scale) if scale else reports.of_study(self.config)
        # A cache takes another argument for another node, even where it is the default.
        claims = self.claims(scale) if scale else self.claims()
        inputs = {
            "figures": tuple(self.figure(item.name) for item in found.plan.figures),
            "tables": tuple(map(self.table, found.tables)),
            "claims": (claims,) if claims else (),
        }
        return Node(found.plan, {role: nodes for role, nodes in inputs.items() if nodes})

    def at(self, address: Address) -> Node:
        """The node of an address."""
        block = ("experiment", "block")
        made: dict[str, tuple[Callable[..., Node], tuple[str, ...]]] = {
            "dataset": (self.dataset, ("dataset",)),
            "theta0": (self.theta0, block),
            "rewound": (self.rewound, (*block, "iteration")),
            "mask": (self.mask, (*block, "strategy", "round")),
            "run": (self.run, (*block, "strategy", "round", "branch")),
        }
        method, names = made[address.kind]
        # By position: functools.cache takes the same argument by name for another one.
        return method(*(address.coordinates[name] for name in names))

    def runs(self, experiment: str) -> Iterator[Node]:
        """All training runs of an experiment that a table has, block by block."""
        found = self.experiments[experiment]
        yield from self._runs(experiment, found.branch_runs)

    def nodes(self) -> list[Node]:
        """Every file of a finished study, each once. Figures of the paper are not asked for."""
        return self.behind([self.metrics(), self.report()])

    def known(self) -> list[Node]:
        """Every file of a finished study, and all that the figures of the paper need."""
        paper = [self.figure(name) for name in self.config.paper.figures]
        reports = [self.report(scale) for scale in self.config.scales]
        return list(dict.fromkeys([*self.nodes(), *self.behind([*paper, *reports])]))

    def behind(self, nodes: Sequence[Node]) -> list[Node]:
        """Nodes with all that they are made from, each once."""
        todo = list(nodes)
        found: dict[Node, None] = {}
        while todo:
            node = todo.pop()
            if node not in found:
                found[node] = None
                todo.extend(itertools.chain.from_iterable(node.inputs.values()))
        return list(found)

    def jobs(self, nodes: Iterable[Node]) -> Iterator[tuple[str, list[str]]]:
        """The key of each job that makes some nodes, and their files.

        One job makes θ0 of a block and the mask of its dense network.
        """
        files: dict[str, list[str]] = {}
        for node in nodes:
            plan, maker = node.plan, node
            if isinstance(plan, Mask) and plan.making is None:
                maker = self.theta0(plan.experiment, plan.block)
            files.setdefault(maker.key, []).extend(node.files)
        yield from files.items()

    def files(self) -> set[str]:
        """The paths of all files of a finished study that jobs make."""
        return {path for node in self.nodes() for path in node.files}

    def known_files(self) -> set[str]:
        """The paths of all files that may be there, with the array files beside manifests."""
        nodes = self.known()
        arrays = {str(arrays_of(Path(node.path))) for node in nodes if node.kind == "dataset"}
        return arrays | {path for node in nodes for path in node.files}

    def outdated(self, found: Mapping[str, str]) -> list[str]:
        """Of files and their keys, those that should have another key."""
        return sorted(
            node.path for node in self.known() if found.get(node.path, node.key) != node.key
        )

    def memory(self, node: Node) -> int:
        """Megabytes that a training run takes at most on a CPU.

        Libraries, compiler and activations take 1,700 (for VGG-19, measured), beside the networks,
        and the images twice (docs/performance.md).
        """
        plan = node.plan
        assert isinstance(plan, Run | Rewound), "other jobs take little"
        source = self.config.datasets[plan.dataset]
        networks = self._architecture(plan.experiment).memory * networks_of(plan)
        images = (source.training + source.test) * math.prod(source.shape)
        return 1_700 + (networks + 2 * images) // 1_000_000

    def _node(self, plan: Plan) -> Node:
        """The node of a plan that says its inputs itself."""
        return Node(plan, {role: (self.at(item),) for role, item in plan.inputs().items()})

    def _runs(self, experiment: str, wanted: list[BranchRuns]) -> Iterator[Node]:
        """Runs, block by block: in the order in which `paths.braced` has them."""
        for block in self.experiments[experiment].blocks:
            for item in wanted:
                yield self.run(experiment, block, item.strategy, item.round, item.branch)

    def _figure_runs(self, figure: str) -> Iterator[Node]:
        """The runs that a figure draws, experiment by experiment."""
        wanted: dict[str, dict[BranchRuns, None]] = {}
        for line in self.figures[figure].runs():
            runs = BranchRuns(line.strategy, line.round, line.branch)
            wanted.setdefault(line.experiment, {})[runs] = None
        for experiment, own in wanted.items():
            yield from self._runs(experiment, list(own))

    def _figure_masks(self, figure: str) -> Iterator[Node]:
        """The masks that a figure draws, experiment by experiment and block by block."""
        wanted: dict[str, list[tuple[str, int]]] = {}
        for experiment, strategy, round in self.figures[figure].masks():
            wanted.setdefault(experiment, []).append((strategy, round))
        for experiment, lines in wanted.items():
            for block in self.experiments[experiment].blocks:
                for strategy, round in lines:
                    yield self.mask(experiment, block, strategy, round)

    def _start(self, experiment: str, strategy: str, round: int, branch: str) -> Weights:
        """The weights that a training run begins with."""
        if strategy == DENSE:
            return InitialWeights()
        chosen = self.experiments[experiment].strategies[strategy]
        if branch == SEARCH:
            weights = chosen.making(strategy, round).weights
            assert isinstance(weights, TrainedWeights), "search goes on from a run"
            return weights
        return chosen.reset

    def _rates(self, experiment: str, rates: Mapping[str, float]) -> dict[str, float]:
        """By weight. What no rate is given for, such as shortcuts, is left as it is."""
        weights = self._architecture(experiment).weights if rates else ()
        return {weight.name: rates.get(weight.layer, 0.0) for weight in weights}

    @functools.cache
    def _architecture(self, experiment: str) -> Architecture:
        return self.experiments[experiment].architecture(self.config.datasets)

    @functools.cache
    def _with_weights(self, experiment: str) -> frozenset[str]:
        """The branches whose weights are kept: tickets, and what masks are pruned from."""
        kept = {"ticket"}
        for name, strategy in self.experiments[experiment].strategies.items():
            for round in range(1, strategy.last_round + 1):
                weights = strategy.making(name, round).weights
                if isinstance(weights, TrainedWeights):
                    kept.add(weights.branch)
        return frozenset(kept)
