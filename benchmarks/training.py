"""Milliseconds per network-iteration of every network, as a Markdown table.

    python benchmarks/training.py [--quick]

Beside ours stand a plain PyTorch loop and the bare arithmetic. Every row is measured in a process
of its own by `measure.py`: the thread pools of a process are fixed when it starts, and the peak
memory is the row's own. Needs only torch, torchvision, h5py, msgspec and this checkout.
"""

import argparse
import json
import math
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
NETWORKS = ("lenet", "conv-2", "conv-4", "conv-6", "resnet-18", "vgg-19")
# Network, device, threads, networks in the stack; the rows of a GPU only where there is one.
ROWS = [(network, "cpu", threads, 1) for threads in (1, 2) for network in NETWORKS]
ROWS += [(network, "cpu", 2, 5 if network == "lenet" else 2) for network in NETWORKS]
ROWS += [(network, "cuda", 1, count) for network in NETWORKS for count in (1, 5, 20)]
QUICK = [
    ("lenet", "cpu", 1, 1),
    ("conv-2", "cpu", 2, 1),
    ("resnet-18", "cpu", 2, 2),
    ("lenet", "cuda", 1, 20),
    ("resnet-18", "cuda", 1, 5),
]
WAYS = ("ours", "plain", "floor")
HEAD = """
Lenet-300-100 on 28x28 at batch 60, Conv-2, -4, -6 on 3x32x32 at batch 60 (Adam), Resnet-18 at 128
and VGG-19 at 64 (SGD with momentum, weight decay, flip and crop). Random bytes as images, half of
the weights masked, 15,000 images evaluated every 100 iterations (in proportion where a segment is
shorter). Milliseconds per network and iteration, evaluation included: median (minimum to maximum)
of n segments that take turns.

- **ours**: `lth.training.loop.train`, N networks in one stack, in a run of 30,000 iterations
- **plain**: `nn.Module`, `torch.optim`, `torch.nn.utils.prune`, floats in memory, a batch is an
  index; one network
- **floor**: only the convolutions and matrix products of a segment, forward, backward and
  evaluation, channels-last; one network
- ratios are those of the fastest segments, which other work on the machine disturbs least
- first: what the first segment took longer than the others (compilation; PyTorch's cache of
  compiled code is empty at the first row)
- memory: of the process, before training (images, weights and masks as they were given) and at its
  peak

"""
COLUMNS = ("network", "device, threads", "N", "n", *WAYS, "plain/ours", "ours/floor")
COLUMNS += ("first", "memory")


def main() -> None:
    """Measures every row in turn and prints the table."""
    parser = argparse.ArgumentParser(description="Speed of training, as a Markdown table.")
    parser.add_argument(
        "--quick",
        action="store_true",
        help="fewer rows and repeats: two minutes instead of fifteen",
    )
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as cache:
        machine = measure("--machine", threads=1, cache=cache)
        print_machine(machine)
        print_head()
        for network, device, threads, count in QUICK if options.quick else ROWS:
            if device == "cuda" and not machine["gpu"]:
                continue
            arguments = {
                "network": network,
                "device": device,
                "networks": count,
                "seconds": 3 if options.quick else 8,
                "threads": threads,
            }
            words = [f"--{name}={value}" for name, value in arguments.items()]
            result = measure(*words, threads=threads, cache=cache)
            print(line(network, f"{device}, {threads}", count, result), flush=True)


def print_machine(machine: dict[str, Any]) -> None:
    """What the numbers hold for."""
    versions = f"torch {machine['torch']}, Python {machine['python']}"
    gpu = machine["gpu"] or "none"
    print(f"{versions}; {machine['cpu']}, {os.cpu_count()} cores; GPU: {gpu}")
    load = f"Load average before: {os.getloadavg()[0]:.1f}"
    print(f"{load} (numbers are good at about 0: threads of one process wait for each other)\n")


def print_head() -> None:
    """The head of the table."""
    print(HEAD + f"| {' | '.join(COLUMNS)} |")
    print(f"|---|---|{'--:|' * (len(COLUMNS) - 2)}", flush=True)


def measure(
    *arguments: str, threads: int, cache: str, timeout: float | None = None
) -> dict[str, Any]:
    """What `measure.py` says, run with a fixed number of threads, in at most so many seconds."""
    settings = {
        "OMP_NUM_THREADS": str(threads),
        "TORCHINDUCTOR_CACHE_DIR": cache,
        "PYTHONPATH": str(ROOT),
    }
    command = [sys.executable, str(Path(__file__).with_name("measure.py")), *arguments]
    done = subprocess.run(
        command,
        env=os.environ | settings,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=timeout,
    )
    if done.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{done.stderr}")
    *said, answer = done.stdout.splitlines()
    print(*said, sep="\n", end="\n" if said else "")
    return json.loads(answer)


def line(network: str, where: str, count: int, result: dict[str, Any]) -> str:
    """One row of the table."""
    times: dict[str, list[float]] = result["milliseconds"]
    ours, plain, floor = (min(times[name]) for name in WAYS)
    cells = [
        network,
        where,
        str(count),
        str(len(times["ours"])),
        *(spread(times[name]) for name in WAYS),
    ]
    cells += [
        f"{plain / ours:.2f}",
        f"{ours / floor:.2f}",
        f"{result['compilation']:.0f} s",
        f"{result['before']:,.0f} to {result['peak']:,.0f} MB",
    ]
    return f"| {' | '.join(cells)} |"


def spread(values: list[float]) -> str:
    """Median, minimum and maximum with three digits, or all before the point."""
    median, low, high = (
        f"{each:,.{max(0, 2 - math.floor(math.log10(each)))}f}"
        for each in (statistics.median(values), min(values), max(values))
    )
    return f"{median} ({low} to {high})"


if __name__ == "__main__":
    main()
