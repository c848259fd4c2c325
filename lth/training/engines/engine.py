"""What all engines have."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, ClassVar

from lth.training.recipe import Recipe

if TYPE_CHECKING:
    import numpy as np

    from lth.training.stack import Progress, Result, Stack

Conditions = dict[str, str | int | bool]


class Engine:
    """An engine on a device, for training runs of one recipe.

    `refusal` is asked before one is made, then `broken`. Nothing heavy is imported before that.
    """

    NAME: ClassVar[str]
    BYTES: ClassVar[bool] = False  # whether plan and inputs determine all bytes on any machine
    FULLY_CONNECTED: ClassVar[bool] = False  # whether it only trains networks of such layers

    def __init__(self, recipe: Recipe, device: str, threads: int):
        self.recipe, self.device, self.threads = recipe, device, threads

    @staticmethod
    def refusal(recipe: Recipe, device: str) -> str:
        """Why it does not train by a recipe, or "" if it does. `device` may be `auto`."""
        raise NotImplementedError

    @staticmethod
    def broken() -> str:
        """What of this installation keeps it from working, or "" if it works."""
        raise NotImplementedError

    @property
    def where(self) -> str:
        """The device, in words."""
        raise NotImplementedError

    def conditions(self) -> Conditions:
        """What the bits of a training run depend on beside its plan and inputs.

        A file says so of itself, and a checkpoint goes on only under the same.
        """
        raise NotImplementedError

    def train(
        self,
        stack: Stack,
        *,
        first: int,
        resume: Mapping[str, np.ndarray] | None,
        on_evaluation: Callable[[Progress], None],
    ) -> Result:
        """Trains a stack from its weights under its masks, from iteration `first` to the last.

        `on_evaluation` sees how far it is after each evaluation. A training run that is given the
        arrays of that as `resume` ends bit for bit as if it had never stopped.
        """
        raise NotImplementedError

    def weights_at(self, iteration: int, stack: Stack) -> tuple[dict[str, np.ndarray], np.ndarray]:
        """The weights [networks, ...] that `train` has after `iteration` steps from 0.

        Beside them, whether all weights of each network are finite [networks].
        """
        raise NotImplementedError
