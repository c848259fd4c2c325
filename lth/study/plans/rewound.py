"""The weights of the dense networks of a block at an early iteration, to reset tickets to."""

from typing import ClassVar

from lth.lottery.names import DENSE
from lth.settings import Count
from lth.study.plans.training import Training


class Rewound(Training):
    """The weights of a block's dense networks after `iteration` steps of their training run."""

    KIND: ClassVar[str] = "rewound"
    PATH: ClassVar[str] = (
        f"runs/{{experiment}}/{{block}}/{DENSE}/round-0/iteration-{{iteration}}.h5"
    )

    iteration: Count

    def __post_init__(self) -> None:
        super().__post_init__()
        found = (self.strategy, self.round, self.branch)
        if found != (DENSE, 0, "ticket"):
            raise ValueError(f"strategy: expected that of {DENSE}, round 0, ticket, got {found}")
        self.recipe.check_within(self.iteration, "iteration")

    @property
    def verb(self) -> str:
        return "rewind"
