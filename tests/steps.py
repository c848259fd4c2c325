"""The steps of a random walk over a tiny study (`walk.py`): edits, checkouts, losses, kills.

Each is a function whose arguments are plain data. It can be taken in every state, so that steps can
be left out of a list of them.
"""

import os
import random
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from edits import rewrite, set_to, turn
from joblog import begun, under_way
from mounts import mounted
from processes import end_all, wait_for_all
from walking import PATIENCE, After, FaultError, Step, Walk

WORDS = {"all": (), "results": ("results",), "metadata": (".snakemake/metadata",), "none": None}
QUARTER = 7_889_400  # seconds of a year
SIGNALS: Mapping[str, Callable[[int], None]] = {
    "SIGKILL": end_all,
    "SIGINT": lambda leader: os.killpg(leader, signal.SIGINT),
    "SIGTERM": lambda leader: os.kill(leader, signal.SIGTERM),
}  # to every process, to the group as a terminal sends it, to Snakemake alone


def take(walk: Walk, step: Step) -> After:
    """One step."""
    return STEPS[step["do"]](walk, **{name: value for name, value in step.items() if name != "do"})


# Edits, and what is done by DVC and git


def edit(walk: Walk, settings: Sequence[Sequence[Any]] = (), code: Sequence[str] = ()) -> After:
    """Sets settings, and makes edits of code or undoes them.

    A setting with which the study would be refused stays as it was.
    """
    params = walk.top / "params.yaml"
    for key, value in settings:
        before = params.read_text(encoding="utf-8")
        rewrite(params, partial(set_to, key=key, value=value))
        if params.read_text(encoding="utf-8") != before and not walk.accepted():
            walk.counts["settings refused"] += 1
            params.write_text(before, encoding="utf-8")
    for name in code:
        turn(walk.top, name)
    return After()


def repro(walk: Walk) -> After:
    """`dvc repro`. Where DVC has a recorded build of the same study, it checks that out instead."""
    output = walk.run("dvc", "repro")
    return After(whole=True) if "is cached" in output else After(output=output)


def record(walk: Walk, by_dvc: bool) -> After:
    """A commit."""
    walk.record(by_dvc=by_dvc)
    return After(whole=True)


def checkout(walk: Walk, tag: int, outs: str) -> After:
    """An earlier commit, and DVC's outputs of it: all, some or none."""
    tags = walk.tags()
    commit = tags[tag % len(tags)]
    walk.run("git", "checkout", "-q", "-f", commit)
    if (targets := WORDS[outs]) is not None:
        walk.run("dvc", "checkout", "--force", *targets)
    return After(whole=outs == "all" and commit.endswith("recorded"))


def clone(walk: Walk) -> After:
    """Records, pushes, clones and pulls. The walk goes on in the clone."""
    walk.record(by_dvc=True)
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
    walk.record(by_dvc=True)
    name = f"experiment-{len(walk.tags())}"
    walk.run("dvc", "exp", "run", "--temp", "-n", name, "-S", f"{key}={value}")
    walk.run("dvc", "exp", "apply", name)
    return After(whole=True)


# Losses, and times that lie


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
    """A folder with all that is in it."""
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
        marked = folder / path.relative_to(walk.top / ".snakemake/metadata")
        marked.parent.mkdir(parents=True, exist_ok=True)
        marked.write_text('{"external_jobid": null}', encoding="utf-8")
    return After()


def records(top: Path) -> list[Path]:
    """What Snakemake remembers of files."""
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


# Work that does not come to its end


def kill(walk: Walk, first: Step, name: str, jobs: int, delay: float) -> After:
    """Gives Snakemake something to do, and ends it by a signal while it is at work.

    The signal comes `delay` seconds after more than so many jobs were started.
    """
    take(walk, first)
    output = killed(walk, SIGNALS[name], jobs, delay)
    walk.run("snakemake", "--unlock")
    return After(under_way=under_way(output))


def killed(walk: Walk, end: Callable[[int], None], jobs: int, delay: float) -> str:
    """The output of a Snakemake that is ended, after the last of its processes has ended too.

    It goes to a file, where it can be read while Snakemake writes.
    """
    with tempfile.TemporaryFile("w+", encoding="utf-8") as log:
        process = subprocess.Popen(
            ["snakemake"],
            cwd=walk.top,
            env=walk.workspace.environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

        def written() -> str:
            return os.pread(log.fileno(), 1 << 24, 0).decode()

        while process.poll() is None and len(begun(written())) <= jobs:
            time.sleep(0.05)
        time.sleep(delay)
        if process.poll() is None:
            walk.counts["kills"] += 1
            end(process.pid)
        try:
            process.wait(PATIENCE)
            wait_for_all(process.pid, PATIENCE)  # or a job would write into the next build
        except subprocess.TimeoutExpired:
            end_all(process.pid)
            raise FaultError("command", f"snakemake does not end:\n{written()}") from None
        return written()


def unwritable(walk: Walk, first: Step, folder: str, size: int) -> After:
    """One run on a folder of so many kilobytes, or where that is 0, on one that is read-only."""
    take(walk, first)
    if not (walk.top / folder).is_dir():
        return After()
    with mounted(walk.top / folder, size) as there:
        if there:
            walk.run("snakemake", status=None)
        else:
            walk.counts["mounts not allowed"] += 1
    return After()


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
