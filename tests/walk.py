"""A random walk over a tiny study under real snakemake, dvc and git: `make walk STEPS=1000 SEED=7`.

After each step one build must leave what a build from nothing makes, byte for byte, by running just
the jobs that were foreseen. A step is plain data that can be taken in every state, so a list of
steps that leads to a fault can be replayed, and shortened by leaving steps out.
"""

import argparse
import hashlib
import json
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from draws import drawn
from joblog import begun
from steps import take
from walking import PATIENCE, After, FaultError, Step, Walk, copied, started
from workspace import digest

REFERENCE = Path(__file__).with_name("reference.py")


# What must be true after each step


def check(walk: Walk, after: After, nodes: list[dict[str, Any]]) -> set[str]:
    """The build after a step, and all that it must fulfil. Returns the jobs that ran.

    `nodes` are the study as it was when the step's own build began, or as the step left it.
    """
    if after.whole and (left := foreseen(nodes, set())):
        raise FaultError("not whole", f"nothing should be left to do, but these: {sorted(left)}")
    making = reference(walk)
    try:
        output = walk.run("snakemake") if after.output is None else after.output
        ran = check_jobs(walk, output, nodes, after.under_way)
        check_whole(walk)
    finally:
        digests = making()
    planned = [file for node in nodes for file in node["files"]]
    found = {file: digest_or_lost(walk.top / file) for file in planned}
    wrong = [file for file in planned if found[file] != digests.get(file)]
    if wrong:
        raise FaultError("bytes", f"not what a build from nothing makes: {sorted(wrong)}")
    return ran


def check_jobs(
    walk: Walk, output: str, nodes: list[dict[str, Any]], under_way: frozenset[str]
) -> set[str]:
    """The jobs that ran, which must be those that were foreseen and those that a kill left."""
    jobs = {file: node["job"] for node in nodes for file in node["files"]}
    reasons: dict[str, str] = {}
    for job in begun(output):
        reasons |= {jobs.get(file, file): job["reason"] for file in job["files"].split(", ")}
    ran = set(reasons)
    walk.counts["builds"] += 1
    walk.counts["jobs run"] += len(ran)
    again = ran & {jobs[file] for file in under_way if file in jobs}
    expected = foreseen(nodes, again)
    if ran != expected:
        missing = [f"did not run: {job}" for job in sorted(expected - ran)]
        surplus = [f"ran for nothing: {job} ({reasons[job]})" for job in sorted(ran - expected)]
        raise FaultError("jobs", "\n".join([*missing, *surplus]))
    return ran


def check_whole(walk: Walk) -> None:
    """A second build has nothing to do, and `lth verify` finds nothing."""
    verifying = walk.workspace.start("python", "-m", "lth", "verify")
    planning = walk.run("snakemake", "-n")
    verified, _ = verifying.communicate(timeout=PATIENCE)
    if "Nothing to be done" not in planning:
        raise FaultError("plan", f"a second run would not be empty:\n{planning}")
    if verifying.returncode:
        raise FaultError("verify", verified)


def state(walk: Walk) -> list[dict[str, Any]]:
    """The nodes of the study as it is now, and what its files say of themselves."""
    return json.loads(walk.run("python", str(REFERENCE), "state"))


def foreseen(nodes: list[dict[str, Any]], surely: set[str]) -> set[str]:
    """The jobs that a build must run, from the files alone.

    These are jobs of which a file is lost, has another key than planned, or was made from other
    contents than its inputs have; and jobs that take what such jobs make.
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
    """Begins a build from nothing of the same project, if that is not known.

    The result is a function that waits for it, and gives the digest of each file.
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
        *sorted(top.glob("workflow/catalog/**/*.yaml")),
        *sorted(top.glob("lth/**/*.py")),
    ]
    texts = json.dumps([path.read_text(encoding="utf-8") for path in paths])
    return hashlib.sha256(texts.encode()).hexdigest()


def digest_or_lost(path: Path) -> str:
    return digest(path) if path.exists() else "lost"


# Walking, replaying and shortening


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
    """Fewer steps that lead to the same kind of fault.

    The last ones are tried first, since most faults have a short memory. Then chunks are left out,
    each half as long as those before.
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


Taken = tuple[list[Step], FaultError | None]


def walk_on(start: Walk, folder: Path, steps: Iterator[Step]) -> Taken:
    """Takes steps until one ends in a fault, and prints a line for each. Returns those taken."""
    walk, taken = copied(start, folder), []
    for number, step in enumerate(steps, 1):
        since = time.monotonic()
        taken.append(step)
        try:
            ran = go(walk, step)
        except FaultError as fault:
            print(f"{number:5} FAULT {json.dumps(step)}\n{fault}", flush=True)
            return taken, fault
        seconds = time.monotonic() - since
        print(f"{number:5} {seconds:5.1f} s, {len(ran):2} jobs: {json.dumps(step)}", flush=True)
    return taken, None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=100)
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000))
    parser.add_argument("--replay", type=Path, metavar="FILE", help="steps as JSON, one a line")
    parser.add_argument("--out", type=Path, metavar="FILE", help="where counts go, as JSON")
    options = parser.parse_args()
    since = time.monotonic()
    draws = random.Random(options.seed)
    if options.replay:
        steps = iter([json.loads(line) for line in options.replay.read_text().splitlines() if line])
    else:
        print(f"seed {options.seed}, {options.steps} steps", flush=True)
        steps = (drawn(draws) for _ in range(options.steps))
    with tempfile.TemporaryDirectory(prefix="walk-") as folder:
        start = started(Path(folder, "start"))
        taken, fault = walk_on(start, Path(folder, "walk"), steps)
        seconds = time.monotonic() - since
        sums = dict(sorted(start.counts.items()))
        counts = {"steps": len(taken), "seconds": round(seconds), **sums}
        print("\n".join(f"{name}: {count}" for name, count in counts.items()), flush=True)
        shortest = shortened(start, taken, fault.kind) if fault else []
    if fault:
        print(f"{fault}\nThese steps lead to it (put them in a file for --replay):")
        print("\n".join(json.dumps(step) for step in shortest))
    if options.out:
        seed = None if options.replay else options.seed
        told = {"seed": seed, "fault": str(fault) if fault else None, "shortest": shortest}
        options.out.write_text(json.dumps(counts | told, indent=1) + "\n", encoding="utf-8")
    sys.exit(1 if fault else 0)


if __name__ == "__main__":
    main()
