"""What all training runs depend on, wherever they begin and end."""

from collections.abc import Mapping
from typing import ClassVar

from lth.files.paths import trials_of
from lth.lottery.branches.choices import BRANCHES
from lth.lottery.initializations.distribution import check_initialization
from lth.lottery.names import split_name
from lth.lottery.tickets import check_branch
from lth.networks.choices import Network
from lth.settings import Count, Natural, Seed
from lth.study.plans.plan import Address, Plan, Role
from lth.study.plans.theta0 import DATASET, network_entries
from lth.study.plans.weights import weights_at
from lth.study.references import InitialWeights, Weights
from lth.training.engines.picking import engines_for
from lth.training.optimizers.choices import OPTIMIZERS
from lth.training.recipe import Recipe


class Training(Plan):
    """A training run, wherever it begins and ends: where it belongs, and how it is trained."""

    ROLES: ClassVar[Mapping[str, Role]] = {
        "dataset": DATASET,
        "start": Role(
            "the weights to start from: θ0, rewound weights, or the run before (branch search)",
            ("theta0", "rewound", "run"),
        ),
        "mask": Role("mask of the round", ("mask",)),
    }

    experiment: str
    block: str
    strategy: str
    round: Natural
    branch: str
    dataset: str
    seed: Seed
    validation: Count
    network: Network
    recipe: Recipe

    def __post_init__(self) -> None:
        trials_of(self.block)
        check_branch(self.branch, "branch")
        check_initialization(self.network.initialization, "network.initialization")

    @property
    def begins_with(self) -> Weights:
        """The weights that it starts from, before the branch makes its own of them."""
        return InitialWeights()

    @property
    def coordinates(self) -> dict[str, str | int]:
        """Where it belongs in its block."""
        return {"strategy": self.strategy, "round": self.round, "branch": self.branch}

    def inputs(self) -> Mapping[str, Address]:
        block = {"experiment": self.experiment, "block": self.block}
        mask = {**block, "strategy": self.strategy, "round": self.round}
        return {
            "dataset": Address("dataset", {"dataset": self.dataset}),
            "start": weights_at(self.begins_with, block),
            "mask": Address("mask", mask),
        }

    def entries(self) -> tuple[object, ...]:
        branch = BRANCHES[split_name(self.branch)[0]]
        optimizer, engines = OPTIMIZERS[self.recipe.optimizer], engines_for(self.network)
        return (*network_entries(self.network), optimizer, *engines, branch)
