"""A copy of the project in a folder of its own, with a study of seconds, and real `snakemake`, `dvc` and `git` in it."""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).parent.parent
PARTS = ("Snakefile", "dvc.yaml", ".dvcignore", ".gitignore", "lth", "workflow", "profiles")
PARAMS = """\
experiments:
  tiny:
    extends: lenet-digits
    seed: 1
    trials: 2
    block: 2
    network: {hidden: [12, 8]}
    recipe:
      learning_rate: 0.005
      iterations: 40
    strategies:
      iterative:
        rounds: 2
        rates: {hidden: 0.2, output: 0.1}
        branches: {ticket: 1, reinit: 1}
    figures: [early-stopping, loss-curves]
    curves:
      panels:
        - [dense/round-0/ticket, iterative/round-1/reinit]
style:
  width: 3.0
  height: 2.5
  font: 9
  dpi: 50
  colors: {ticket: "tab:blue", reinit: "tab:orange"}
"""
JOBS = re.compile(r"^(\w+)\s+(\d+)$", re.MULTILINE)


class Workspace:
    """One copy. Commands that fail raise with their output, unless the failure is what is asked for."""

    def __init__(self, folder: Path, params: str = PARAMS):
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        for part in PARTS:
            copy = shutil.copytree if (PROJECT / part).is_dir() else shutil.copy
            options = {"ignore": shutil.ignore_patterns("__pycache__")} if copy is shutil.copytree else {}
            copy(PROJECT / part, folder / part, **options)
        (folder / "params.yaml").write_text(params, encoding="utf-8")
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        identity = {f"GIT_{who}_{what}": "tester@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
        self.environment = {**os.environ, **identity, "PATH": path, "HOME": str(folder.parent), "PYTHONDONTWRITEBYTECODE": "1"}
        self.environment.pop("PYTHONPATH", None)

    def start(self, *command: str) -> subprocess.Popen[str]:
        """A command in the workspace, in a process group of its own."""
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "stdin": subprocess.DEVNULL}
        return subprocess.Popen(command, cwd=self.folder, env=self.environment, text=True, start_new_session=True, **pipes)

    def run(self, *command: str, status: int = 0, timeout: float = 300) -> str:
        """The output of a command that must end with `status`."""
        process = self.start(*command)
        output, _ = process.communicate(timeout=timeout)
        assert process.returncode == status, f"{' '.join(command)} ended with {process.returncode}:\n{output}"
        return output

    def snakemake(self, *arguments: str) -> dict[str, int]:
        """The jobs that a run ran (or, with `-n`, would run) by rule, without `all`."""
        jobs = {rule: int(count) for rule, count in JOBS.findall(self.run("snakemake", *arguments))}
        return {rule: count for rule, count in jobs.items() if rule not in ("total", "all")}

    def plan(self) -> dict[str, int]:
        """The jobs that `snakemake -n` would run."""
        return self.snakemake("-n")

    def edit(self, file: str, old: str, new: str) -> None:
        """Replaces text that must be there."""
        path = self.folder / file
        text = path.read_text(encoding="utf-8")
        assert old in text, f"{file} has no {old!r}"
        path.write_text(text.replace(old, new), encoding="utf-8")

    def results(self) -> dict[str, str]:
        """A digest of each file of the results, by path."""
        paths = [path for path in (self.folder / "results").rglob("*") if path.is_file()]
        return {str(path.relative_to(self.folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}

    def git(self, *arguments: str) -> str:
        return self.run("git", *arguments)

    def dvc(self, *arguments: str, status: int = 0) -> str:
        return self.run("dvc", *arguments, status=status)

    def under_version_control(self) -> None:
        """Makes the workspace a git and DVC repository with one commit."""
        self.git("init", "-q", "-b", "main")
        self.dvc("init", "-q")
        shutil.copy(PROJECT / ".dvc" / "config", self.folder / ".dvc" / "config")
        shutil.copy(PROJECT / ".dvcignore", self.folder / ".dvcignore")
        self.commit("the study")

    def commit(self, message: str) -> None:
        self.git("add", "-A")
        self.git("commit", "-q", "-m", message)


def built(folder: Path, params: str = PARAMS) -> Workspace:
    """A workspace built from nothing."""
    workspace = Workspace(folder, params)
    workspace.run("snakemake")
    return workspace
