"""What only a GPU can show, in one call that ends within a minute of its time.

    python benchmarks/gpu.py --out FOLDER [--minutes 9] [--params benchmarks/conv-2.yaml]

First come rows of the table of `training.py`, in FOLDER/table.md. Then a study runs without
Snakemake in FOLDER/study, round by round until the time is up. Each table of its training runs so
far is FOLDER/EXPERIMENT.csv. The data sets lie in `data/` of this checkout. Git ignores them, so
they must be copied too.
"""

import argparse
import contextlib
import itertools
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import training

ROOT = training.ROOT
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from commands import call_of  # noqa: E402

from lth.study import catalog  # noqa: E402
from lth.study.graph import Node, Study  # noqa: E402

ROWS = [("lenet", count) for count in (1, 5, 20, 60)]
ROWS += [(network, count) for network in ("conv-2", "resnet-18") for count in (1, 5)]
LONGEST = 90  # seconds of a row
SHARE = 0.4  # of the time, after which no row of the table begins


def main() -> None:
    """Measures, and then trains."""
    parser = argparse.ArgumentParser(description="What only a GPU can show, in one call.")
    parser.add_argument("--out", type=Path, required=True, help="the folder for all that it makes")
    parser.add_argument("--minutes", type=float, default=9, help="when to stop (default: 9)")
    default = Path(__file__).with_name("conv-2.yaml")
    parser.add_argument("--params", type=Path, default=default, help="the study")
    options = parser.parse_args()
    begin = time.monotonic()
    options.out.mkdir(parents=True, exist_ok=True)
    with (options.out / "table.md").open("w") as file, contextlib.redirect_stdout(file):
        measure_rows(until=begin + SHARE * 60 * options.minutes)
    train_study(options.out, options.params.resolve(), until=begin + 60 * options.minutes)


def measure_rows(until: float) -> None:
    """Prints the rows of the GPU, as many as begin in time."""
    with tempfile.TemporaryDirectory() as cache:
        machine = training.measure("--machine", threads=1, cache=cache)
        training.print_machine(machine)
        if not machine["gpu"]:
            return
        training.print_head()
        for network, count in ROWS:
            if time.monotonic() < until:
                print_row(network, count, cache)


def print_row(network: str, count: int, cache: str) -> None:
    """A row of the table, or why there is none."""
    words = [f"--network={network}", "--device=cuda", f"--networks={count}"]
    words += ["--seconds=4", "--threads=1"]
    try:
        result = training.measure(*words, threads=1, cache=cache, timeout=LONGEST)
    except (SystemExit, subprocess.TimeoutExpired) as error:
        print(f"\n{network}, {count} networks: {error}\n", flush=True)
    else:
        print(training.line(network, "cuda, 1", count, result), flush=True)


def train_study(out: Path, params: Path, until: float) -> None:
    """Makes the training runs of a study, those of early rounds first."""
    folder = out.resolve() / "study"
    if folder.exists():
        sys.exit(f"{folder}: is there already; name another folder")
    shutil.copytree(ROOT / "workflow", folder / "workflow")
    shutil.copy(params, folder / "params.yaml")
    (folder / "data").symlink_to(ROOT / "data")
    os.chdir(folder)
    study = Study(catalog.read())
    for experiment in study.experiments:
        done: list[Node] = []
        for run in sorted(study.runs(experiment), key=order):
            if not all(made(study, node, until) for node in needed(run)):
                print(f"{experiment}: the time is up after {len(done)} training runs", flush=True)
                return
            done.append(run)
            tabulate(study.table(experiment), done, folder.parent / f"{experiment}.csv")


def order(run: Node) -> tuple[int, bool]:
    """Rounds in turn, and tickets before their controls."""
    return run.settings["round"], run.settings["branch"] != "ticket"


def needed(node: Node) -> Iterator[Node]:
    """What a file is made from, all the way down, and the file itself."""
    for item in itertools.chain.from_iterable(node.inputs.values()):
        yield from needed(item)
    yield node


def made(study: Study, node: Node, until: float) -> bool:
    """Whether a file is there, or could be made in time."""
    if Path(node.path).exists():
        return True
    with contextlib.suppress(subprocess.TimeoutExpired):
        lth(call_of(study, node), until)
        return True
    return False


def tabulate(table: Node, runs: list[Node], out: Path) -> None:
    """Writes the table of the training runs that are there."""
    paths = [run.path for run in runs]
    files = ["--out", str(out), "--origin", str(out.with_suffix(".json"))]
    lth(["tabulate", "--settings", table.text, "--runs", *paths, *files], time.monotonic() + 60)


def lth(words: list[str], until: float) -> None:
    """Calls a verb. Raises TimeoutExpired if it lasts longer than that."""
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    left = max(until - time.monotonic(), 0.1)
    called = [sys.executable, "-m", "lth", *words]
    subprocess.run(called, env=environment, check=True, timeout=left)


if __name__ == "__main__":
    main()
