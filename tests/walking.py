"""Where a random walk is (`walk.py`), what its steps tell it, and what it finds."""

import dataclasses
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

from edits import CODE, rewrite
from workspace import Workspace

PARAMS = """\
experiments:
  tiny:
    extends: lenet-digits
    seed: 1
    trials: 2
    block: 1
    network: {hidden: [12, 8]}
    recipe: {learning_rate: 0.005, iterations: 20, evaluate_every: 10}
    moments: []
    strategies:
      iterative:
        rounds: 1
        rates: {hidden: 0.2, output: 0.1}
        branches: {ticket: 1, reinit: null}
figures:
  early-stopping:
    kind: density
    scale: log
    over: {tiny: ""}
    lines: {iterative/ticket: solid}
    panels: [[{y: early_stop_iteration}, {y: early_stop_test_accuracy}]]
    caption: Early stopping.
  loss-curves:
    extends: loss-curves
    over: {tiny: ""}
    until: 20
    panels: [[{lines: [dense/ticket, iterative/round-1/ticket]}]]
style:
  width: 3.0
  height: 2.5
  font: 9
  dpi: 50
  bars: range
  colors: {ticket: "tab:blue", reinit: "tab:orange"}
"""
PATIENCE = 300.0  # seconds for any one command

Step = dict[str, Any]  # `do`, the name of a function in `steps.STEPS`, and its arguments


class FaultError(AssertionError):
    """What a walk has found, of a kind that stays the same while steps are left out."""

    def __init__(self, kind: str, text: str):
        super().__init__(f"{kind}: {text}")
        self.kind = kind


@dataclasses.dataclass(frozen=True)
class After:
    """What a step says of the build that follows it.

    That is whether the study must be whole already, which files were being made at a kill, and the
    output of the build where the step was one itself.
    """

    whole: bool = False
    under_way: frozenset[str] = frozenset()
    output: str | None = None


@dataclasses.dataclass
class Walk:
    """Where a walk is.

    It has its folder, the workspace in it, digests of builds from nothing by the text of their
    project, and what was counted.
    """

    folder: Path
    workspace: Workspace
    references: dict[str, dict[str, str]] = dataclasses.field(default_factory=dict)
    counts: Counter[str] = dataclasses.field(default_factory=Counter)

    @property
    def top(self) -> Path:
        """The top folder of the project."""
        return self.workspace.folder

    def run(self, *command: str, status: int | None = 0) -> str:
        """The output of a command. Any status is good where `status` is None."""
        try:
            found, output = self.workspace.ended(*command, timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            raise FaultError("command", f"{' '.join(command)} does not end") from None
        if status is not None and found != status:
            ended = f"{' '.join(command)} ended with {found}"
            raise FaultError("command", f"{ended}:\n{output}")
        return output

    def accepted(self) -> bool:
        """Whether the study can be read as it is now."""
        status, _ = self.workspace.ended("python", "-m", "lth", "check", timeout=PATIENCE)
        return status == 0

    def tags(self) -> list[str]:
        """The recorded commits, first one first."""
        return self.run("git", "tag", "--sort=version:refname").split()

    def record(self, *, by_dvc: bool) -> None:
        """Commits with a tag. Without DVC, code and settings go ahead of the recorded results."""
        if by_dvc:
            self.run("dvc", "commit", "-f")
        self.run("git", "add", "-A")
        self.run("git", "commit", "-q", "--allow-empty", "-m", "a state of the study")
        self.run("git", "tag", f"{len(self.tags())}-{'recorded' if by_dvc else 'ahead'}")


def started(folder: Path) -> Walk:
    """A walk at its beginning: a study that `dvc repro` built, recorded and pushed."""
    workspace = Workspace.new(folder / "study", PARAMS)
    workspace.environment |= {"OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""}
    for edit in CODE.values():
        text = (workspace.folder / edit.file).read_text(encoding="utf-8")
        assert edit.old in text, f"{edit.file} has no {edit.old!r}"
    rewrite(workspace.folder / "params.yaml")  # as later edits write it
    walk = Walk(folder, workspace)
    workspace.under_version_control()
    workspace.dvc("remote", "add", "-q", "-d", "store", str(folder / "remote"))
    workspace.dvc("repro")
    walk.record(by_dvc=True)
    return walk


def copied(start: Walk, folder: Path) -> Walk:
    """A fresh walk from the same beginning. It knows the references, and counts on."""
    workspace = start.workspace.copy(folder / "study")
    walk = Walk(folder, workspace, start.references, start.counts)
    walk.run("dvc", "remote", "modify", "store", "url", str(folder / "remote"))
    walk.run("git", "commit", "-q", "-a", "-m", "a store of its own")
    walk.run("git", "tag", "-f", walk.tags()[-1])
    return walk
