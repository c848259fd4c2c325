"""The state of a training run in a file beside its own, from which a killed one goes on."""

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from lth.files import hdf5
from lth.files.atomic import PART
from lth.files.origins import Origin
from lth.training.stack import Progress, Stack

KIND = "checkpoint"
PADDING = 16  # values that an engine adds to an array at most


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
        """The checkpoint of the run `out` of an origin, under conditions (see `engines`)."""
        settings = {**origin.settings, "made_on": dict(conditions)}
        return cls(path_beside(out), Origin(KIND, settings, origin.code, origin.inputs))

    def write(self, progress: Progress) -> None:
        """Writes how far a training run is, whole or not at all."""
        hdf5.write(self.path, self.origin, progress.arrays())

    def resumed(self, stack: Stack) -> Mapping[str, np.ndarray] | None:
        """The arrays from which the training run of a stack goes on, or None to begin anew.

        A file that is damaged, of another run or made under other conditions is not used, and a
        line says why.
        """
        if not self.path.exists():
            return None
        try:
            return self._load(_most_bytes(stack)).arrays
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


def path_beside(out: Path) -> Path:
    """Where the checkpoint of the run `out` lies."""
    return out.with_name(f"{out.name}.checkpoint{PART}")


def _most_bytes(stack: Stack) -> int:
    """The most that the arrays of a checkpoint have: a dozen of 8 bytes a value."""
    evaluations = len(stack.recipe.evaluations(0))
    values = sum(parameter.size + PADDING for parameter in stack.architecture.parameters)
    return 100 * max(values, evaluations) * len(stack)
