"""The engine for all networks and devices: a stack at once, by torch."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from lth.training.engines.engine import Conditions, Engine
from lth.training.recipe import Recipe

if TYPE_CHECKING:
    import numpy as np

    from lth.training.stack import Progress, Result, Stack


class Torch(Engine):
    """Training by torch on a CPU or a GPU. Bits depend on both, and on threads and compiler."""

    NAME = "torch"

    def __init__(self, recipe: Recipe, device: str, threads: int):
        import torch

        from lth.training.device import pick_device

        super().__init__(recipe, device, threads)
        torch.set_num_threads(threads)
        self.on = pick_device(device)

    @staticmethod
    def refusal(recipe: Recipe, device: str) -> str:
        return ""

    @staticmethod
    def broken() -> str:
        return ""

    @property
    def where(self) -> str:
        return str(self.on)

    def conditions(self) -> Conditions:
        from lth.training.device import conditions

        return {"engine": self.NAME, **conditions(self.recipe, self.on)}

    def train(
        self,
        stack: Stack,
        *,
        first: int,
        resume: Mapping[str, np.ndarray] | None,
        on_evaluation: Callable[[Progress], None],
    ) -> Result:
        from lth.training.loop import train
        from lth.training.memory import within_memory
        from lth.training.state import State

        state = None if resume is None else State.from_arrays(resume)
        with within_memory(stack, self.on):
            return train(
                stack, device=self.on, first=first, resume=state, on_evaluation=on_evaluation
            )

    def weights_at(self, iteration: int, stack: Stack) -> tuple[dict[str, np.ndarray], np.ndarray]:
        from lth.training.loop import weights_at
        from lth.training.memory import within_memory

        with within_memory(stack, self.on):
            return weights_at(iteration, stack, device=self.on)
