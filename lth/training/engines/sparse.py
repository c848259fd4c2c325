"""The engine for fully-connected networks on a CPU: the weights that are left, by own kernels."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from lth.training.engines.engine import Conditions, Engine
from lth.training.recipe import Recipe

if TYPE_CHECKING:
    import numpy as np

    from lth.training.stack import Progress, Result, Stack

OPTIMIZERS = ("adam", "sgd")


class Sparse(Engine):
    """Training of what is left. Plan and inputs determine the bits, whatever the CPU.

    With `threads` above 1, networks of a stack are trained side by side.
    """

    NAME = "sparse"
    BYTES = True
    FULLY_CONNECTED = True

    @staticmethod
    def refusal(recipe: Recipe, device: str) -> str:
        if recipe.optimizer not in OPTIMIZERS:
            return f"it knows {' and '.join(OPTIMIZERS)}, not {recipe.optimizer}"
        if recipe.augmentation != "none":
            return f"it has no augmentation, and the recipe has {recipe.augmentation}"
        if device not in ("auto", "cpu"):
            return f"it trains on a CPU, not on {device}"
        return ""

    @staticmethod
    def broken() -> str:
        try:
            import lth.training.sparse.loop  # noqa: F401
        except Exception as error:  # whatever a broken installation raises
            return f"numba does not work here: {str(error).partition(chr(10))[0]}"
        return ""

    @property
    def where(self) -> str:
        return "cpu"

    def conditions(self) -> Conditions:
        import numba

        return {"engine": self.NAME, "device": "cpu", "numba": numba.__version__}

    def train(
        self,
        stack: Stack,
        *,
        first: int,
        resume: Mapping[str, np.ndarray] | None,
        on_evaluation: Callable[[Progress], None],
    ) -> Result:
        from lth.training.sparse.loop import train

        return train(
            stack, threads=self.threads, first=first, resume=resume, on_evaluation=on_evaluation
        )

    def weights_at(self, iteration: int, stack: Stack) -> tuple[dict[str, np.ndarray], np.ndarray]:
        from lth.training.sparse.loop import weights_at

        return weights_at(iteration, stack, threads=self.threads)
