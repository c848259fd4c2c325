"""How far a training run by torch is."""

import dataclasses
from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor

from lth.training.layout import masked
from lth.training.stack import Progress, group


@dataclasses.dataclass
class State(Progress):
    """All that a training run needs to go on after `iteration` steps.

    Rows are [networks, values], the best those of minimum validation loss yet. `optimizer` has
    tensors by name.
    """

    rows: Tensor
    best_rows: Tensor
    optimizer: dict[str, Tensor]

    @classmethod
    def of(cls, rows: Tensor, iteration: int) -> "State":
        """That of a training run which begins with these rows."""
        return cls(iteration, {}, rows, rows, {})

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, np.ndarray]) -> "State":
        """That of which these are the `arrays`."""
        optimizer = group(arrays, "optimizer").items()
        return cls(
            iteration=int(arrays["iteration"]),
            curves=group(arrays, "curves"),
            rows=torch.from_numpy(arrays["rows"]),
            best_rows=torch.from_numpy(arrays["best_rows"]),
            optimizer={name: torch.from_numpy(np.asarray(value)) for name, value in optimizer},
        )

    def arrays(self) -> dict[str, np.ndarray]:
        """The state as arrays by name."""
        tensors = {"rows": self.rows, "best_rows": self.best_rows}
        tensors |= {f"optimizer/{name}": value for name, value in self.optimizer.items()}
        return super().arrays() | {name: value.cpu().numpy() for name, value in tensors.items()}

    def to(self, device: torch.device, mask: Tensor) -> "State":
        """A copy on a device, with exact zeros where the mask (bits) is not set."""
        rows = masked(self.rows.to(device), mask)
        best_rows = masked(self.best_rows.to(device), mask)
        optimizer = {name: value.to(device, copy=True) for name, value in self.optimizer.items()}
        return State(self.iteration, self.curves, rows, best_rows, optimizer)

    def keep_best(self, networks: np.ndarray) -> None:
        """Copies the rows of these networks to the best rows."""
        for network in networks:
            self.best_rows[network] = self.rows[network]
