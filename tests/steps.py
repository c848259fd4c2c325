"""The steps of a random walk over a tiny study (`walk.py`): edits, checkouts, losses, kills.

Each is a function whose arguments are plain data. It can be taken in every state, so that steps can
be left out of a list of them.
"""

import dataclasses
import json
import os
import random
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml
from workspace import Workspace

from lth import config

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
    figures: [early-stopping, loss-curves]
    curves: {panels: [[dense/round-0/ticket, iterative/round-1/ticket]]}
style:
  width: 3.0
  height: 2.5
  font: 9
  dpi: 50
  colors: {ticket: "tab:blue", reinit: "tab:orange"}
"""
CODE: Mapping[str, tuple[str, str, str]] = {
    "training": ("lth/training.py", "CHUNK = 1_000", "CHUNK = 1_001"),
    "pruning": ("lth/pruning.py", "return round(rate * survivors)", "return int(rate * survivors)"),
    "tables": (
        "lth/tables.py",
        '("experiment", "strategy", "branch",',
        '("strategy", "experiment", "branch",',
    ),
    "headlines": ("lth/tables.py", "round(value, 6)", "round(value, 5)"),
    "figures": ("lth/figures.py", 'REMAINING = "Percent', 'REMAINING = "Per cent'),
    "caption": ("workflow/catalog/figures.yaml", "Validation loss over", "The loss over"),
    "comment": ("lth/gradients.py", "# iterations from which", "# the iterations from which"),
    "docstring": ("lth/training.py", '"""Training a stack', '"""The training of a stack'),
    "unused branch": (
        "lth/tickets.py",
        "BRANCHES: Mapping[str, Branch] = {",
        'BRANCHES: Mapping[str, Branch] = {"other": Branch(reinit), ',
    ),
}
ABSENT = "absent"  # in place of a value: the key is taken away
WORDS = {"all": (), "results": ("results",), "metadata": (".snakemake/metadata",), "none": None}
QUARTER = 7_889_400  # seconds of a year
PATIENCE = 300.0  # seconds for any one command
STARTED = re.compile(
    r"""^(?:local)?rule[ ]\w+:\n
    (?:[ ]{4}.*\n)*?[ ]{4}output:[ ](?P<files>.*)\n
    (?:[ ]{4}.*\n)*?[ ]{4}jobid:[ ](?P<id>\d+)\n
    (?:[ ]{4}.*\n)*?[ ]{4}reason:[ ](?P<reason>.*)\n""",
    re.MULTILINE | re.VERBOSE,
)
FINISHED = re.compile(r"^Finished jobid: (\d+)", re.MULTILINE)

Step = dict[str, Any]  # `do`, the name of a function in STEPS, and its arguments


class FaultError(AssertionError):
    """What a walk has found, of a kind that stays the same while steps are left out."""

    def __init__(self, kind: str, text: str):
        super().__init__(f"{kind}: {text}")
        self.kind = kind


@dataclasses.dataclass(frozen=True)
class After:
    """What a step says of the build that follows it: whether the study must be whole already, which
    files were being made at a kill, and the output of the build where the step was one itself.
    """

    whole: bool = False
    under_way: frozenset[str] = frozenset()
    output: str | None = None


@dataclasses.dataclass
class Walk:
    """Where a walk is: its folder, the workspace in it, digests of builds from nothing by the text
    of their project, and what was counted.
    """

    folder: Path
    workspace: Workspace
    references: dict[str, dict[str, str]] = dataclasses.field(default_factory=dict)
    counts: Counter[str] = dataclasses.field(default_factory=Counter)

    @property
    def top(self) -> Path:
        return self.workspace.folder

    def run(self, *command: str, status: int | None = 0) -> str:
        """The output of a command. Any status is good where `status` is None."""
        process = self.workspace.start(*command)
        try:
            output, _ = process.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            end_all(process.pid)
            raise FaultError("command", f"{' '.join(command)} does not end") from None
        if status is not None and process.returncode != status:
            ended = f"{' '.join(command)} ended with {process.returncode}"
            raise FaultError("command", f"{ended}:\n{output}")
        return output

    def tags(self) -> list[str]:
        """The recorded commits, first one first."""
        return self.run("git", "tag", "--sort=version:refname").split()


def started(folder: Path) -> Walk:
    """A walk at its beginning: a study that `dvc repro` built, recorded and pushed."""
    workspace = Workspace(folder / "study", PARAMS)
    workspace.environment |= {"OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""}
    for file, old, _ in CODE.values():
        text = (workspace.folder / file).read_text(encoding="utf-8")
        assert old in text, f"{file} has no {old!r}"
    walk = Walk(folder, workspace)
    rewrite(workspace.folder / "params.yaml", lambda data: None)  # as later edits write it
    workspace.under_version_control()
    workspace.dvc("remote", "add", "-q", "-d", "store", str(folder / "remote"))
    workspace.dvc("repro")
    record(walk, by_dvc=True)
    return walk


def copied(start: Walk, folder: Path) -> Walk:
    """A fresh walk from the same beginning. It knows the references, and counts on."""
    shutil.copytree(start.top, folder / "study", symlinks=True, copy_function=shutil.copy2)
    workspace = Workspace.__new__(Workspace)
    workspace.folder, workspace.environment = folder / "study", start.workspace.environment
    walk = Walk(folder, workspace, start.references, start.counts)
    walk.run("dvc", "remote", "modify", "store", "url", str(folder / "remote"))
    walk.run("git", "commit", "-q", "-a", "-m", "a store of its own")
    walk.run("git", "tag", "-f", walk.tags()[-1])
    return walk


def edit(walk: Walk, settings: Sequence[Sequence[Any]] = (), code: Sequence[str] = ()) -> After:
    """Sets settings, and makes edits of code or undoes them."""
    for key, value in settings:
        change_setting(walk.top, key, value)
    for name in code:
        file, old, new = CODE[name]
        path = walk.top / file
        text = path.read_text(encoding="utf-8")
        there = new in text  # asked first, since the new text may hold the old one
        path.write_text(text.replace(*((new, old) if there else (old, new))), encoding="utf-8")
    return After()


def change_setting(top: Path, key: str, value: Any) -> None:
    """Sets a dotted key in params.yaml, or does nothing where the study would be refused."""
    before = (top / "params.yaml").read_text(encoding="utf-8")

    def change(data: dict[str, Any]) -> None:
        *parents, last = key.split(".")
        for name in parents:
            data = data[name]
        if value == ABSENT:
            data.pop(last, None)
        else:
            data[last] = value

    rewrite(top / "params.yaml", change)
    try:
        config.read(top / "params.yaml", top / config.CATALOG)
    except ValueError:
        (top / "params.yaml").write_text(before, encoding="utf-8")


def rewrite(path: Path, change: Callable[[dict[str, Any]], None]) -> None:
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    change(data)
    plain = json.loads(json.dumps(data))  # without tuples and aliases
    path.write_text(yaml.safe_dump(plain, sort_keys=False), encoding="utf-8")


def repro(walk: Walk) -> After:
    """`dvc repro`. Where DVC has a recorded build of the same study, it checks that out instead."""
    output = walk.run("dvc", "repro")
    return After(whole=True) if "is cached" in output else After(output=output)


def record(walk: Walk, by_dvc: bool) -> After:
    """Commits with a tag; without DVC, code and settings go ahead of the recorded results."""
    if by_dvc:
        walk.run("dvc", "commit", "-f")
    walk.run("git", "add", "-A")
    walk.run("git", "commit", "-q", "--allow-empty", "-m", "a state of the study")
    walk.run("git", "tag", f"{len(walk.tags())}-{'recorded' if by_dvc else 'ahead'}")
    return After(whole=True)


def checkout(walk: Walk, tag: int, outs: str) -> After:
    """An earlier commit, and DVC's outputs of it: all, some or none."""
    tags = walk.tags()
    chosen = tags[tag % len(tags)]
    walk.run("git", "checkout", "-q", "-f", chosen)
    if (targets := WORDS[outs]) is not None:
        walk.run("dvc", "checkout", "--force", *targets)
    return After(whole=outs == "all" and chosen.endswith("recorded"))


def clone(walk: Walk) -> After:
    """Records, pushes, clones and pulls. The walk goes on in the clone."""
    record(walk, by_dvc=True)
    walk.run("dvc", "push", "--all-tags")
    former, folder = walk.top, walk.folder / f"clone-{len(walk.tags())}"
    walk.run("git", "clone", "-q", str(former), str(folder))
    walk.workspace.folder = folder
    walk.run("dvc", "pull")
    walk.run("dvc", "fetch", "--all-tags")
    shutil.rmtree(former)
    return After(whole=True)


def experiment(walk: Walk, key: str, value: Any) -> After:
    """`dvc exp run` in a folder of its own, and what it made applied here."""
    record(walk, by_dvc=True)
    name = f"experiment-{len(walk.tags())}"
    walk.run("dvc", "exp", "run", "--temp", "-n", name, "-S", f"{key}={value}")
    walk.run("dvc", "exp", "apply", name)
    return After(whole=True)


def lose(walk: Walk, files: str, which: Sequence[int]) -> After:
    """Files of one sort, some or (where `which` is empty) all of them."""
    for path in some(sorted(walk.top.glob(files)), which):
        path.unlink(missing_ok=True)
    for manifest in walk.top.glob("results/datasets/*.json"):
        if not manifest.with_suffix(".npz").exists():  # no output of a rule; the README says so
            where = str(manifest.relative_to(walk.top))
            walk.run("python", "-m", "lth", "prepare", manifest.stem, "--out", where)
    return After()


def lose_folder(walk: Walk, folder: str) -> After:
    shutil.rmtree(walk.top / folder, ignore_errors=True)
    return After()


def lose_records(walk: Walk, how: str, which: Sequence[int]) -> After:
    """Snakemake's records: some lost, cut off, all, or with everything else that it remembers."""
    if how in ("all", "everything"):
        folder = ".snakemake/metadata" if how == "all" else ".snakemake"
        shutil.rmtree(walk.top / folder, ignore_errors=True)
        return After()
    for path in some(records(walk.top), which):
        if how == "lost":
            path.unlink()
        else:
            content = path.read_bytes()  # without its last byte a record still ends with a brace
            path.write_bytes(content[: -1 if sum(which) % 2 else sum(which) % len(content)])
    return After()


def mark(walk: Walk, which: Sequence[int]) -> After:
    """Marks as a kill leaves them, but of finished jobs; none at all where `which` is empty."""
    folder = walk.top / ".snakemake/incomplete"
    shutil.rmtree(folder, ignore_errors=True)
    for path in some(records(walk.top), which) if which else ():
        place = folder / path.relative_to(walk.top / ".snakemake/metadata")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text('{"external_jobid": null}', encoding="utf-8")
    return After()


def records(top: Path) -> list[Path]:
    return sorted(path for path in top.glob(".snakemake/metadata/**/*") if path.is_file())


def some(paths: Sequence[Path], which: Sequence[int]) -> list[Path]:
    """The chosen ones, whatever their number is; all where none is chosen."""
    if not which or not paths:
        return list(paths)
    return [paths[index] for index in sorted({number % len(paths) for number in which})]


def shuffle_times(walk: Walk, seed: int) -> After:
    """All files get times of the last months, in no order."""
    moments, now = random.Random(seed), time.time()
    for path in sorted(walk.top.rglob("*")):
        if path.is_file() and ".git" not in path.parts:
            moment = now - moments.uniform(0, QUARTER)
            os.utime(path, (moment, moment))
    return After()


def shift_times(walk: Walk, files: str, seconds: int) -> After:
    """The times of some files lie ahead, as after a clock that was set back."""
    for path in walk.top.glob(files):
        if path.is_file():
            moment = time.time() + seconds
            os.utime(path, (moment, moment))
    return After()


def kill(walk: Walk, first: Step, name: str, jobs: int, delay: float) -> After:
    """Gives Snakemake something to do, and ends it `delay` seconds after it has started more than
    so many jobs. SIGTERM goes to Snakemake alone, SIGINT to its group as a terminal sends it,
    SIGKILL to every process.
    """
    take(walk, first)
    with tempfile.TemporaryFile("w+", encoding="utf-8") as log:
        streams = {"stdout": log, "stderr": subprocess.STDOUT, "stdin": subprocess.DEVNULL}
        options = {"cwd": walk.top, "env": walk.workspace.environment, "start_new_session": True}
        process = subprocess.Popen(["snakemake"], **streams, **options)

        def written() -> str:
            return os.pread(log.fileno(), 1 << 24, 0).decode()

        while process.poll() is None and len(begun(written())) <= jobs:
            time.sleep(0.05)
        time.sleep(delay)
        if process.poll() is None:
            walk.counts["kills"] += 1
            if name == "SIGKILL":
                end_all(process.pid)
            elif name == "SIGINT":
                os.killpg(process.pid, signal.SIGINT)
            else:
                process.terminate()
        try:
            process.wait(PATIENCE)
            wait_for_all(process.pid)
        except subprocess.TimeoutExpired:
            end_all(process.pid)
            story = f"snakemake does not end after {name}:\n{written()}"
            raise FaultError("command", story) from None
        output = written()
    walk.run("snakemake", "--unlock")
    done = set(FINISHED.findall(output))
    under_way = [job["files"] for job in begun(output) if job["id"] not in done]
    return After(under_way=frozenset(file for files in under_way for file in files.split(", ")))


def begun(output: str) -> list[dict[str, str]]:
    """The jobs that Snakemake says it has started: `files`, `id` and `reason` of each."""
    return [match.groupdict() for match in STARTED.finditer(output)]


def session(leader: int) -> list[int]:
    """The processes of a session that this walk has started."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdecimal() and os.getsid(int(entry.name)) == leader:
                state = (entry / "stat").read_text().rpartition(")")[2].split()[0]
                found += [int(entry.name)] if state != "Z" else []
        except OSError:
            continue
    return found


def end_all(leader: int) -> None:
    """Kills Snakemake first, or it would start what has not yet been killed again."""
    for victim in [leader, *session(leader)]:
        try:
            os.kill(victim, signal.SIGKILL)
        except ProcessLookupError:
            continue


def wait_for_all(leader: int) -> None:
    """A job that outlives Snakemake would write into the next build."""
    end = time.monotonic() + PATIENCE
    while session(leader):
        if time.monotonic() > end:
            raise subprocess.TimeoutExpired("the jobs of snakemake", PATIENCE)
        time.sleep(0.05)


def unwritable(walk: Walk, first: Step, folder: str, size: int) -> After:
    """One run on a folder of so many kilobytes, or where that is 0, on one that is read-only."""
    take(walk, first)
    if not (walk.top / folder).is_dir():
        return After()
    with mounted(walk.top / folder, size) as there:
        if not there:
            walk.counts["mounts not allowed"] += 1
            return After()
        walk.run("snakemake", status=None)
    return After()


@contextmanager
def mounted(folder: Path, size: int) -> Iterator[bool]:
    """A small file system over a folder, or the folder read-only. False where that is forbidden."""
    small = [["mount", "-t", "tmpfs", "-o", f"size={size}k", "tmpfs", str(folder)]]
    fixed = [
        ["mount", "--bind", str(folder), str(folder)],
        ["mount", "-o", "remount,ro,bind", str(folder)],
    ]
    there = []
    for command in small if size else fixed:
        there.append(not subprocess.run(command, capture_output=True).returncode)
    try:
        yield all(there)
    finally:
        if there[0]:
            subprocess.run(["umount", str(folder)], check=True)


STEPS: dict[str, Callable[..., After]] = {
    "edit": edit,
    "repro": repro,
    "record": record,
    "checkout": checkout,
    "clone": clone,
    "experiment": experiment,
    "lose": lose,
    "lose folder": lose_folder,
    "lose records": lose_records,
    "mark": mark,
    "shuffle times": shuffle_times,
    "shift times": shift_times,
    "kill": kill,
    "unwritable": unwritable,
}


def take(walk: Walk, step: Step) -> After:
    return STEPS[step["do"]](walk, **{name: value for name, value in step.items() if name != "do"})
