"""θ0 of a block of trials."""

from collections.abc import Mapping
from typing import ClassVar

from lth.files.paths import trials_of
from lth.lottery.initializations.choices import INITIALIZATIONS
from lth.lottery.initializations.distribution import check_initialization
from lth.lottery.names import split_name
from lth.networks.choices import Network
from lth.settings import Seed
from lth.study.plans.plan import Address, Plan, Role

DATASET = Role("manifest of the data set", ("dataset",))


class Theta0(Plan):
    """Initial weights, drawn for each trial of a block."""

    KIND: ClassVar[str] = "theta0"
    PATH: ClassVar[str] = "runs/{experiment}/{block}/theta0.h5"
    ROLES: ClassVar[Mapping[str, Role]] = {"dataset": DATASET}

    experiment: str
    block: str
    dataset: str
    seed: Seed
    network: Network

    def __post_init__(self) -> None:
        trials_of(self.block)
        check_initialization(self.network.initialization, "network.initialization")

    @property
    def verb(self) -> str:
        return "init"

    def inputs(self) -> Mapping[str, Address]:
        return {"dataset": Address("dataset", {"dataset": self.dataset})}

    def entries(self) -> tuple[object, ...]:
        return network_entries(self.network)


def network_entries(network: Network) -> tuple[object, ...]:
    """The entries of tables that a network's settings choose."""
    return type(network), INITIALIZATIONS[split_name(network.initialization)[0]]
