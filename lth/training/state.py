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

    values: Tensor
    best_values: Tensor
    optimizer: dict[str, Tensor]

    @classmethod
    def of(cls, values: Tensor, iteration: int) -> "State":
        """That of a training run which begins with these values."""
        return cls(iteration, {}, values, values, {})

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, np.ndarray]) -> "State":
        """That of which these are the `arrays`."""
        optimizer = group(arrays, "optimizer").items()
        return cls(
            iteration=int(arrays["iteration"]),
            curves=group(arrays, "curves"),
            values=torch.from_numpy(arrays["values"]),
            best_values=torch.from_numpy(arrays["best_values"]),
            optimizer={name: torch.from_numpy(np.asarray(value)) for name, value in optimizer},
        )

    def arrays(self) -> dict[str, np.ndarray]:
        """The state as arrays by name."""
        tensors = {"values": self.values, "best_values": self.best_values}
        tensors |= {f"optimizer/{name}": value for name, value in self.optimizer.items()}
        return super().arrays() | {name: value.cpu().numpy() for name, value in tensors.items()}

    def to(self, device: torch.device, mask: Tensor) -> "State":
        """A copy on a device, with exact zeros where the mask (bits) is not set."""
        values = masked(self.values.to(device), mask)
        best_values = masked(self.best_values.to(device), mask)
        optimizer = {name: value.to(device, copy=True) for name, value in self.optimizer.items()}
        return State(self.iteration, self.curves, values, best_values, optimizer)

    def keep_best(self, networks: np.ndarray) -> None:
        """Copies the values of these networks to the best values."""
        for network in networks:
            self.best_values[network] = self.values[network]
