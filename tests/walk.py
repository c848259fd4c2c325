"""A random walk over a tiny study under real snakemake, dvc and git: `make walk STEPS=1000 SEED=7`.

After each step one build must leave what a build from nothing makes, byte for byte, by running just
the jobs that were foreseen. A step is plain data that can be taken in every state, so that a list of
steps that leads to a fault can be replayed, and shortened by leaving steps out.
"""

import argparse
import dataclasses
import hashlib
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
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

REFERENCE = Path(__file__).with_name("reference.py")
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
OTHER = {
    "extends": "lenet-digits",
    "trials": 1,
    "block": 1,
    "network": {"hidden": [6]},
    "recipe": {"iterations": 10, "evaluate_every": 10},
    "strategies": {"iterative": {"rounds": 1, "branches": {"reinit": None}}},
    "figures": ["end-of-training"],
}
ABSENT = "absent"  # in place of a value: the key is taken away
LINES = ["dense/round-0/ticket", "iterative/round-1/ticket", "iterative/round-2/ticket"]
SETTINGS: Mapping[str, Sequence[Any]] = {
    "experiments.tiny.recipe.learning_rate": (0.005, 0.01, 0.02),
    "experiments.tiny.recipe.iterations": (20, 30),
    "experiments.tiny.strategies.iterative.rates.hidden": (0.2, 0.3),
    "experiments.tiny.strategies.iterative.rounds": (1, 2),
    "experiments.tiny.strategies.iterative.branches.reinit": (None, 1, 2),
    "experiments.tiny.trials": (1, 2, 3),
    "experiments.tiny.block": (1, 2, 3),
    "experiments.tiny.seed": (1, 2),
    "experiments.tiny.moments": ([], [10], [10, 20]),
    "experiments.tiny.figures": (["early-stopping"], ["early-stopping", "loss-curves"]),
    "experiments.tiny.curves.panels": ([LINES[:1]], [LINES[:2]], [LINES[:2], LINES[2:]]),
    "experiments.other": (OTHER, ABSENT),
    "style.dpi": (50, 60),
    "style.colors.ticket": ("tab:blue", "tab:red"),
}
CODE: Mapping[str, tuple[str, str, str]] = {
    "training": ("lth/training.py", "CHUNK = 1_000", "CHUNK = 1_001"),
    "pruning": ("lth/pruning.py", "return round(rate * survivors)", "return int(rate * survivors)"),
    "tables": ("lth/tables.py", r'lineterminator="\n"', r'lineterminator="\r\n"'),
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
LOSSES = (
    "results/runs/**/run.h5",
    "results/runs/**/mask.h5",
    "results/runs/**/theta0.h5",
    "results/tables/*",
    "results/figures/**/*.*g",
    "results/origins/**/*.json",
    "results/metrics.json",
    "results/datasets/*.json",
    "results/datasets/*.npz",
)
FOLDERS = ("results/tables", "results/figures/tiny", "results/runs/tiny/trials-0-0", "results")
DATED = ("results/**/*", ".snakemake/**/*", "lth/**/*", "*", "results/runs/**/mask.h5")
WORDS = {"all": (), "results": ("results",), "metadata": (".snakemake/metadata",), "none": None}
HOUR, YEAR = 3_600, 31_536_000
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
    """Where a walk is: its folder, the workspace in it, digests of builds from nothing by the text of
    their project, and what was counted.
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
            raise FaultError(
                "command", f"{' '.join(command)} ended with {process.returncode}:\n{output}"
            )
        return output

    def tags(self) -> list[str]:
        """The recorded commits, first one first."""
        return self.run("git", "tag", "--sort=creatordate", "--sort=version:refname").split()


def started(folder: Path) -> Walk:
    """A walk at its beginning: a study that `dvc repro` built, recorded and pushed."""
    workspace = Workspace(folder / "study", PARAMS)
    workspace.environment |= {"OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""}
    for file, old, _ in CODE.values():
        assert old in (workspace.folder / file).read_text(encoding="utf-8"), (
            f"{file} has no {old!r}"
        )
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


# Steps. Each takes arguments that `drawn` made, and must be possible in every state.


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
            path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    return After()


def mark(walk: Walk, which: Sequence[int]) -> After:
    """Marks of jobs that a kill would leave, foreign ones here; all marks lost, where none is named."""
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
            moment = now - moments.uniform(0, YEAR / 4)
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
    """Gives Snakemake something to do, and ends it: `delay` seconds after it has started more than so
    many jobs. SIGTERM goes to Snakemake alone, SIGINT to the group as from a terminal, SIGKILL to all.
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
            raise FaultError(
                "command", f"snakemake does not end after {name}:\n{written()}"
            ) from None
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
    """A small file system over a folder, or the folder itself read-only; False where that is forbidden."""
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
OFTEN = {
    "edit": 40,
    "repro": 4,
    "record": 6,
    "checkout": 9,
    "clone": 2,
    "experiment": 1,
    "lose": 12,
    "lose folder": 3,
    "lose records": 8,
    "mark": 3,
    "shuffle times": 2,
    "shift times": 4,
    "kill": 10,
    "unwritable": 4,
}  # out of about a hundred steps


def drawn(draws: random.Random) -> Step:
    """A step with its arguments."""
    name = draws.choices(list(OFTEN), list(OFTEN.values()))[0]
    which = [draws.randrange(1000) for _ in range(draws.choice((1, 1, 2, 3)))]
    match name:
        case "edit":
            return drawn_edit(draws)
        case "record":
            return {"do": name, "by_dvc": draws.random() < 0.7}
        case "checkout":
            outs = draws.choice(("all", "all", "all", "results", "metadata", "none"))
            return {"do": name, "tag": draws.randrange(1000), "outs": outs}
        case "experiment":
            key = "experiments.tiny.recipe.learning_rate"
            return {"do": name, "key": key, "value": draws.choice((0.03, 0.04, 0.05))}
        case "lose":
            return drawn_loss(draws)
        case "lose folder":
            return {"do": name, "folder": draws.choice(FOLDERS)}
        case "lose records":
            how = draws.choice(("lost", "lost", "cut", "cut", "all", "everything"))
            return {"do": name, "how": how, "which": which}
        case "mark":
            return {"do": name, "which": draws.choice(([], which))}
        case "shuffle times":
            return {"do": name, "seed": draws.randrange(1000)}
        case "shift times":
            return {"do": name, "files": draws.choice(DATED), "seconds": draws.choice((HOUR, YEAR))}
        case "kill":
            moment = {"jobs": draws.randrange(5), "delay": round(draws.uniform(0, 4), 2)}
            word = draws.choice(("SIGKILL", "SIGKILL", "SIGTERM", "SIGINT"))
            return {"do": name, "first": drawn_work(draws), "name": word} | moment
        case "unwritable":
            sizes = {"folder": draws.choice(FOLDERS[:3]), "size": draws.choice((0, 8, 16, 64))}
            return {"do": name, "first": drawn_work(draws)} | sizes
        case _:
            return {"do": name}


def drawn_edit(draws: random.Random) -> Step:
    """Mostly one edit, of settings twice as often as of code."""
    step: Step = {"do": "edit", "settings": [], "code": []}
    for _ in range(draws.choice((1, 1, 1, 2, 3))):
        if draws.random() < 0.67:
            key = draws.choice(list(SETTINGS))
            step["settings"].append([key, draws.choice(SETTINGS[key])])
        else:
            step["code"].append(draws.choice(list(CODE)))
    return step


def drawn_work(draws: random.Random) -> Step:
    """An edit after which every training has to run, or whatever else."""
    if draws.random() < 0.5:
        return draws.choice((drawn_edit, drawn_loss))(draws)
    names = ("experiments.tiny.recipe.learning_rate", "experiments.tiny.seed")
    return {"do": "edit", "settings": [[name, draws.choice(SETTINGS[name])] for name in names]}


def drawn_loss(draws: random.Random) -> Step:
    which = [draws.randrange(1000) for _ in range(draws.choice((0, 1, 1, 1, 3)))]
    return {"do": "lose", "files": draws.choice(LOSSES), "which": which}


def take(walk: Walk, step: Step) -> After:
    return STEPS[step["do"]](walk, **{name: value for name, value in step.items() if name != "do"})


# What must be true after each step.


def check(walk: Walk, after: After, nodes: list[dict[str, Any]]) -> set[str]:
    """The build after a step, and all that it must fulfil. `nodes` are the study as it was when the
    step's own build began, or as the step left it. Returns the jobs that ran.
    """
    if after.whole and (left := foreseen(nodes, set())):
        raise FaultError(
            "not whole", f"the study should be whole, but these have to run: {sorted(left)}"
        )
    making = reference(walk)
    jobs = {file: node["job"] for node in nodes for file in node["files"]}
    try:
        output = walk.run("snakemake") if after.output is None else after.output
        reasons = {
            jobs.get(file, file): job["reason"]
            for job in begun(output)
            for file in job["files"].split(", ")
        }
        ran = set(reasons)
        walk.counts["builds"] += 1
        walk.counts["jobs run"] += len(ran)
        again = ran & {jobs[file] for file in after.under_way if file in jobs}
        if ran != (expected := foreseen(nodes, again)):
            missing = [f"did not run: {job}" for job in sorted(expected - ran)]
            surplus = [f"ran for nothing: {job} ({reasons[job]})" for job in sorted(ran - expected)]
            raise FaultError("jobs", "\n".join([*missing, *surplus]))
        verifying = walk.workspace.start("python", "-m", "lth", "verify")
        planning = walk.run("snakemake", "-n")
        verified, _ = verifying.communicate(timeout=PATIENCE)
        if "Nothing to be done" not in planning:
            raise FaultError("plan", f"a second run would not be empty:\n{planning}")
        if verifying.returncode:
            raise FaultError("verify", verified)
    finally:
        digests = making()
    planned = [file for node in nodes for file in node["files"]]
    found = {file: digest(walk.top / file) for file in planned}
    wrong = [file for file in planned if found[file] != digests.get(file)]
    if wrong:
        raise FaultError("bytes", f"not what a build from nothing makes: {sorted(wrong)}")
    return ran


def state(walk: Walk) -> list[dict[str, Any]]:
    """The nodes of the study as it is now, and what its files say of themselves."""
    return json.loads(walk.run("python", str(REFERENCE), "state"))


def foreseen(nodes: list[dict[str, Any]], surely: set[str]) -> set[str]:
    """The jobs that a build must run, from the files alone: where one is lost, has another key than
    planned or was made from other contents than its inputs have; and what is made from such.
    """
    by_path = {node["path"]: node for node in nodes}
    makes: dict[str, list[dict[str, Any]]] = {}
    for node in nodes:
        makes.setdefault(node["job"], []).append(node)
    known: dict[str, bool] = {}

    def runs(job: str) -> bool:
        if job not in known:
            known[job] = job in surely or any(
                node["lost"]
                or node["says"].get("key") != node["key"]
                or (node["kind"] != "dataset" and node["says"]["inputs"] != node["now"])
                or any(runs(by_path[path]["job"]) for path in node["inputs"])
                for node in makes[job]
            )
        return known[job]

    return {job for job in makes if runs(job)}


def reference(walk: Walk) -> Callable[[], dict[str, str]]:
    """Begins a build from nothing of the same project, if that is not known. The result is a function
    that waits for it, and gives the digest of each file.
    """
    name = project(walk.top)
    if name in walk.references:
        return lambda: walk.references[name]
    folder = Path(tempfile.mkdtemp(prefix="reference-", dir=walk.folder))
    shutil.copy(walk.top / "params.yaml", folder)
    for part in ("lth", "workflow"):
        shutil.copytree(walk.top / part, folder / part)
    command = [sys.executable, str(REFERENCE), "make"]
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    process = subprocess.Popen(command, cwd=folder, env=walk.workspace.environment, **streams)

    def finished() -> dict[str, str]:
        output, _ = process.communicate(timeout=PATIENCE)
        if process.returncode:
            raise FaultError("reference", output)
        paths = [path for path in folder.glob("results/**/*") if path.is_file()]
        walk.references[name] = {str(path.relative_to(folder)): digest(path) for path in paths}
        walk.counts["references"] += 1
        shutil.rmtree(folder)
        return walk.references[name]

    return finished


def project(top: Path) -> str:
    """A digest of all that results depend on."""
    paths = [
        top / "params.yaml",
        *sorted(top.glob("workflow/catalog/*")),
        *sorted(top.glob("lth/**/*.py")),
    ]
    return hashlib.sha256(
        json.dumps([path.read_text(encoding="utf-8") for path in paths]).encode()
    ).hexdigest()


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else "lost"


# Walking, replaying and shortening.


def go(walk: Walk, step: Step) -> set[str]:
    """One step, with its build and checks. Raises FaultError."""
    walk.counts[f"step {step['do']}"] += 1
    before = state(walk) if step["do"] == "repro" else None
    after = take(walk, step)
    return check(walk, after, before if before and after.output is not None else state(walk))


def faulty(start: Walk, steps: Sequence[Step], kind: str) -> int | None:
    """How many of the steps, taken from the beginning, lead to a fault of this kind, if they do."""
    folder = Path(tempfile.mkdtemp(prefix="replay-", dir=start.folder))
    try:
        walk = copied(start, folder)
        for index, step in enumerate(steps):
            try:
                go(walk, step)
            except FaultError as fault:
                return index + 1 if fault.kind == kind else None
        return None
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def shortened(start: Walk, steps: list[Step], kind: str, tries: int = 40) -> list[Step]:
    """Fewer steps that lead to the same kind of fault. The last ones alone are tried first, since most
    faults have a short memory; then chunks are left out, each half as long as those before.
    """
    left = [tries]

    def leads(candidate: list[Step]) -> list[Step] | None:
        if left[0] and candidate:
            left[0] -= 1
            count = faulty(start, candidate, kind)
            return None if count is None else candidate[:count]
        return None

    length = 1
    while length < len(steps):
        if shorter := leads(steps[-length:]):
            steps = shorter
            break
        length *= 2
    chunk = len(steps) // 2
    while chunk:
        at = 0
        while at < len(steps):
            if shorter := leads(steps[:at] + steps[at + chunk :]):
                steps = shorter
            else:
                at += chunk
        chunk //= 2
    return steps


def walk_on(
    start: Walk, folder: Path, steps: Iterator[Step]
) -> tuple[list[Step], FaultError | None]:
    """Takes steps until one ends in a fault, and prints a line for each. Returns those taken."""
    walk, taken = copied(start, folder), []
    for number, step in enumerate(steps, 1):
        begun = time.monotonic()
        taken.append(step)
        try:
            ran = go(walk, step)
        except FaultError as fault:
            print(f"{number:5} FAULT {json.dumps(step)}\n{fault}", flush=True)
            return taken, fault
        seconds = time.monotonic() - begun
        print(f"{number:5} {seconds:5.1f} s, {len(ran):2} jobs: {json.dumps(step)}", flush=True)
    return taken, None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=100)
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000))
    parser.add_argument("--replay", type=Path, metavar="FILE", help="steps as JSON, one a line")
    parser.add_argument("--out", type=Path, metavar="FILE", help="where counts go, as JSON")
    options = parser.parse_args()
    begun = time.monotonic()
    draws = random.Random(options.seed)
    if options.replay:
        steps = iter([json.loads(line) for line in options.replay.read_text().splitlines() if line])
    else:
        print(f"seed {options.seed}, {options.steps} steps", flush=True)
        steps = (drawn(draws) for _ in range(options.steps))
    with tempfile.TemporaryDirectory(prefix="walk-") as folder:
        start = started(Path(folder, "start"))
        taken, fault = walk_on(start, Path(folder, "walk"), steps)
        seconds = time.monotonic() - begun
        counts = {"steps": len(taken), "seconds": round(seconds), **sorted_counts(start.counts)}
        print("\n".join(f"{name}: {count}" for name, count in counts.items()), flush=True)
        shortest = shortened(start, taken, fault.kind) if fault else []
    if fault:
        print(f"{fault}\nThese steps lead to it (put them in a file for --replay):")
        print("\n".join(json.dumps(step) for step in shortest))
    if options.out:
        told = {"seed": options.seed, "fault": str(fault) if fault else None, "shortest": shortest}
        options.out.write_text(json.dumps(counts | told, indent=1) + "\n", encoding="utf-8")
    sys.exit(1 if fault else 0)


def sorted_counts(counts: Counter[str]) -> dict[str, int]:
    return dict(sorted(counts.items()))


if __name__ == "__main__":
    main()
