"""The state of a training run in a file beside its own, from which a killed one goes on."""

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch

from lth.files import hdf5
from lth.files.origins import Origin
from lth.training.layout import Layout
from lth.training.state import Stack, State

KIND = "checkpoint"


@dataclasses.dataclass(frozen=True)
class Checkpoint:
    """A checkpoint, whether its file exists or not.

    The key of its origin tells it from one of another run, and from one made under other
    conditions, whose bits would not go together.
    """

    path: Path
    origin: Origin

    @classmethod
    def beside(cls, out: Path, origin: Origin, conditions: Mapping[str, Any]) -> "Checkpoint":
        """The checkpoint of the run `out` of an origin, under conditions (see `device`)."""
        settings = {**origin.settings, "made_on": dict(conditions)}
        path = out.with_name(f"{out.name}.checkpoint.part")
        return cls(path, Origin(KIND, settings, origin.code, origin.inputs))

    def write(self, state: State) -> None:
        """Writes a state, whole or not at all."""
        hdf5.write(self.path, self.origin, _arrays(state))

    def resumed(self, stack: Stack) -> State | None:
        """The state from which the training run of a stack goes on, or None to begin anew.

        A file that is damaged, of another run or made under other conditions is not used, and a
        line says why.
        """
        if not self.path.exists():
            return None
        try:
            return _state(self._load(_most_bytes(stack)))
        except ValueError as error:
            print(f"warning: starts from the beginning: {error}", flush=True)
            return None

    def delete(self) -> None:
        """Deletes the file if it exists."""
        self.path.unlink(missing_ok=True)

    def _load(self, most: int) -> hdf5.File:
        found = hdf5.find(self.path, KIND)
        if found.origin.key != self.origin.key:
            before, now = (item.settings.get("made_on") for item in (found.origin, self.origin))
            if before != now:
                raise ValueError(f"{self.path}: it was made on {before}, this machine has {now}")
            raise ValueError(f"{self.path}: it is of another plan")
        return found.load(found.everything(most))


def _most_bytes(stack: Stack) -> int:
    """The most that the arrays of a checkpoint have: a dozen of 8 bytes a value."""
    evaluations = len(stack.recipe.evaluations(0))
    return 100 * max(Layout(stack.architecture).width, evaluations) * len(stack)


def _arrays(state: State) -> dict[str, np.ndarray]:
    tensors = {"rows": state.rows, "best_rows": state.best_rows}
    tensors |= {f"optimizer/{name}": value for name, value in state.optimizer.items()}
    arrays = {name: value.cpu().numpy() for name, value in tensors.items()}
    curves = {f"curves/{name}": curve for name, curve in state.curves.items()}
    return {"iteration": np.array(state.iteration), **arrays, **curves}


def _state(file: hdf5.File) -> State:
    optimizer = file.group("optimizer").items()
    return State(
        iteration=int(file.arrays["iteration"]),
        rows=torch.from_numpy(file.arrays["rows"]),
        best_rows=torch.from_numpy(file.arrays["best_rows"]),
        optimizer={name: torch.from_numpy(np.asarray(value)) for name, value in optimizer},
        curves=dict(file.group("curves")),
    )
