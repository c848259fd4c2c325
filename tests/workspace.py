"""A copy of the project in a folder of its own, in which real snakemake, dvc and git run.

Its study takes seconds.
"""

import compileall
import contextlib
import dataclasses
import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from py_compile import PycInvalidationMode
from typing import Self

import preloaded
from processes import end_all

from lth import caches

CHECKED_HASH = PycInvalidationMode.CHECKED_HASH
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
figures:
  early-stopping:
    extends: early-stopping
    over: {tiny: ""}
    lines: {iterative/ticket: solid, iterative/reinit: dashed}
  loss-curves:
    extends: loss-curves
    over: {tiny: ""}
    until: 40
    panels:
      - [{lines: [dense/ticket, iterative/round-1/reinit]}]
style:
  width: 3.0
  height: 2.5
  font: 9
  dpi: 50
  bars: range
  colors: {ticket: "tab:blue", reinit: "tab:orange"}
"""
JOBS = re.compile(r"^(\w+)\s+(\d+)$", re.MULTILINE)


@dataclasses.dataclass
class Workspace:
    """A copy, and the environment of commands in it.

    Commands that fail raise with their output, unless the failure is what is asked for.
    """

    folder: Path
    environment: dict[str, str]

    @classmethod
    def new(cls, folder: Path, params: str = PARAMS) -> Self:
        """A copy of the project in which nothing is built."""
        folder.mkdir(parents=True, exist_ok=True)
        for part in PARTS:
            _copy(PROJECT / part, folder / part)
        # Compiled code goes by the bytes of its source, since times of files lie in some tests.
        compileall.compile_dir(folder / "lth", quiet=1, invalidation_mode=CHECKED_HASH)
        (folder / "params.yaml").write_text(params, encoding="utf-8")
        return cls(folder, _environment(folder.parent))

    def copy(self, folder: Path) -> Self:
        """The same in another folder, with all times of files."""
        shutil.copytree(self.folder, folder, symlinks=True)
        return type(self)(folder, self.environment)

    def start(self, *command: str) -> subprocess.Popen[str]:
        """A command in the workspace, in a session of its own."""
        return subprocess.Popen(
            command,
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def run(self, *command: str, status: int = 0, timeout: float = 300) -> str:
        """The output of a command that must end with `status`."""
        found, output = self.ended(*command, timeout=timeout)
        assert found == status, f"{' '.join(command)} ended with {found}:\n{output}"
        return output

    def ended(self, *command: str, timeout: float = 300) -> tuple[int, str]:
        """The status and the output of a command. Raises subprocess.TimeoutExpired."""
        if preloaded.is_known(command):
            return preloaded.ended(command, self.folder, self.environment, timeout)
        process = self.start(*command)
        try:
            output, _ = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            end_all(process.pid)
            raise
        return process.returncode, output

    def snakemake(self, *arguments: str, timeout: float = 300) -> dict[str, int]:
        """The jobs that a run ran (or, with `-n`, would run) by rule, without `all`."""
        output = self.run("snakemake", *arguments, timeout=timeout)
        jobs = {rule: int(count) for rule, count in JOBS.findall(output)}
        return {rule: count for rule, count in jobs.items() if rule not in ("total", "all")}

    def plan(self) -> dict[str, int]:
        """The jobs that `snakemake -n` would run."""
        return self.snakemake("-n")

    def lth(self, *arguments: str, status: int = 0) -> str:
        """The output of a verb of the copy's own code."""
        return self.run("python", "-m", "lth", *arguments, status=status)

    def git(self, *arguments: str) -> str:
        return self.run("git", *arguments)

    def dvc(self, *arguments: str, status: int = 0) -> str:
        return self.run("dvc", *arguments, status=status)

    def edit(self, file: str, old: str, new: str) -> None:
        """Replaces text that must be there."""
        path = self.folder / file
        text = path.read_text(encoding="utf-8")
        assert old in text, f"{file} has no {old!r}"
        path.write_text(text.replace(old, new), encoding="utf-8")

    def results(self) -> dict[str, str]:
        """A digest of each file of the results, by path."""
        paths = [path for path in (self.folder / "results").rglob("*") if path.is_file()]
        return {str(path.relative_to(self.folder)): digest(path) for path in paths}

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
    workspace = Workspace.new(folder, params)
    workspace.run("snakemake")
    return workspace


def digest(path: Path) -> str:
    """The SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        shutil.copy(source, target)


def _environment(home: Path) -> dict[str, str]:
    """The environment of this process, with the project's programs first, and a home of its own.

    Nothing is imported from elsewhere, and no more Python is compiled. All copies share the cache
    of lth, as the projects of one user do.
    """
    caches.folder().mkdir(parents=True, exist_ok=True)
    (home / ".cache").mkdir(exist_ok=True)
    with contextlib.suppress(FileExistsError):
        (home / ".cache" / "lth").symlink_to(caches.folder())
    people = [f"GIT_{who}_{what}" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")]
    own = dict.fromkeys(people, "tester@example.org") | {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(home),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    left = ("PYTHONPATH", "XDG_CACHE_HOME")
    inherited = {name: value for name, value in os.environ.items() if name not in left}
    return inherited | own
