"""What the pipeline costs beside training: seconds a job, and what it takes to plan a large study.

    python benchmarks/pipeline.py

Both run real `snakemake` over copies of this checkout in temporary folders. Nothing heavy is
imported here, since a child's peak memory would begin from this process's.
"""

import argparse
import contextlib
import json
import os
import platform
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[1]
Study = Mapping[str, Mapping[str, Any]]  # experiments and figures by name
TINY: Study = {
    "experiments": {
        "tiny": {
            "extends": "lenet-digits",
            "trials": 2,
            "block": 2,
            "recipe": {"iterations": 1, "evaluate_every": 1},
            "strategies": {"iterative": {"rounds": 12, "branches": {"ticket": 1, "reinit": None}}},
        }
    },
    "figures": {
        "early-stopping": {
            "extends": "early-stopping",
            "over": {"tiny": ""},
            "lines": {"iterative/reinit": None},
        }
    },
}
FIGURES = ("early-stopping", "end-of-training", "accuracy-curves", "loss-curves")
NAMES = [f"large-{number}" for number in range(8)]
LARGE: Study = {
    "experiments": {
        name: {"extends": "lenet", "trials": 25, "block": 5, "seed": number}
        for number, name in enumerate(NAMES)
    },
    "figures": {
        f"{name}-{figure}": {"extends": figure, "over": {name: ""}}
        for name in NAMES
        for figure in FIGURES
    },
}
OUTPUT = "output.txt"  # what the last command in a workspace said
STARTS = {
    "Python alone": ["-c", "pass"],
    "`lth train --help`, imports neither": ["-m", "lth", "train", "--help"],
    "imports of `lth prune`: NumPy, h5py": ["-c", "import lth.verbs.prune"],
    "imports of `lth train`: torch as well": ["-c", "import lth.verbs.train"],
    "imports of `lth plot`: Matplotlib": ["-c", "import lth.verbs.plot"],
}


def main() -> None:
    """Prints three tables."""
    about = "Overhead of the pipeline, as Markdown tables."
    argparse.ArgumentParser(description=about).parse_args()
    machine = f"Python {platform.python_version()}, {os.cpu_count()} cores"
    print(f"{machine}; load average before: {os.getloadavg()[0]:.1f}")
    with workspace(TINY) as folder:
        starting(folder)
        overhead(folder)
    with workspace(LARGE) as folder:
        planning(folder)


def starting(folder: Path) -> None:
    """Prints how long the processes of jobs take to start, before they do anything."""
    print("\nSeconds to start a process, 5 times each\n\n| what | best | median |\n|---|--:|--:|")
    for what, arguments in STARTS.items():
        times = [measured([sys.executable, *arguments], folder)[0] for _ in range(5)]
        print(f"| {what} | {min(times):.2f} | {statistics.median(times):.2f} |", flush=True)


def overhead(folder: Path) -> None:
    """Prints seconds a job, where each training run is one iteration.

    They go from the start of one job to that of the next, so Snakemake's share is in them.
    """
    began = time.time()
    seconds, _ = measured([sys.executable, "-m", "snakemake", "--cores", "1"], folder)
    jobs = started(folder)
    starts = [start for start, _ in jobs] + [began + seconds]
    costs: dict[str, list[float]] = {}
    for (start, rule), following in zip(jobs, starts[1:], strict=True):
        costs.setdefault(rule, []).append(following - start)
    print("\nSeconds a job, one job at a time, training runs of one iteration:")
    print("from a job's start to the next one's (or to the end)\n")
    print("| rule | jobs | median | minimum | maximum |\n|---|--:|--:|--:|--:|")
    for rule, values in sorted(costs.items(), key=lambda item: -len(item[1])):
        numbers = (statistics.median(values), min(values), max(values))
        print(f"| {rule} | {len(values)} | {' | '.join(f'{number:.2f}' for number in numbers)} |")
    before = f"{starts[0] - began:.1f} s of it before the first of {len(jobs)} jobs"
    print(f"\n{seconds:.1f} s in all, {before}", flush=True)


def planning(folder: Path) -> None:
    """Prints seconds and peak memory of `snakemake -n` over a study of about 3,000 jobs."""
    seconds, megabytes = measured([sys.executable, "-m", "snakemake", "-n"], folder)
    output = (folder / OUTPUT).read_text(encoding="utf-8")
    jobs = int(re.findall(r"^total\s+(\d+)", output, flags=re.MULTILINE)[-1])
    assert jobs >= 3_000, f"a study of at least 3,000 jobs is meant, got {jobs}"
    print("\nPlanning with `snakemake -n`\n")
    print("| jobs | seconds | wanted | peak memory | wanted |\n|--:|--:|--:|--:|--:|")
    print(f"| {jobs:,} | {seconds:.1f} | under 8 | {megabytes:.0f} MB | under 200 MB |")


@contextlib.contextmanager
def workspace(study: Study) -> Iterator[Path]:
    """A temporary copy of the pipeline with a study of its own."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copy(ROOT / "Snakefile", folder)
        for part in ("workflow", "profiles", "lth"):
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(ROOT / part, folder / part, ignore=ignored)
        style = yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))["style"]
        text = json.dumps({**study, "style": style})
        (folder / "params.yaml").write_text(text, encoding="utf-8")
        yield folder


def measured(command: list[str], folder: Path) -> tuple[float, float]:
    """Runs a command in a workspace.

    Gives seconds, and the peak memory in MB of the largest of its processes.
    """
    began = time.perf_counter()
    with (folder / OUTPUT).open("w", encoding="utf-8") as output:
        process = subprocess.Popen(command, cwd=folder, stdout=output, stderr=subprocess.STDOUT)
        _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        said = (folder / OUTPUT).read_text(encoding="utf-8")[-3000:]
        sys.exit(f"{' '.join(command)} failed:\n{said}")
    return seconds, usage.ru_maxrss / 1024


def started(folder: Path) -> list[tuple[float, str]]:
    """The jobs that ran, in order: start time in seconds since 1970, and rule.

    They are from Snakemake's records, of which each output has one. A job has one log.
    """
    jobs: dict[str, tuple[float, str]] = {}
    for path in (folder / ".snakemake" / "metadata").rglob("*"):
        if path.is_file():
            record = json.loads(path.read_text(encoding="utf-8"))
            log, start = record["log"][0], (record["starttime"], record["rule"])
            jobs[log] = min(jobs.get(log, start), start)
    return sorted(jobs.values())


if __name__ == "__main__":
    main()
