"""Milliseconds per network-iteration of Lenet/MNIST training beside a plain PyTorch loop and the bare matrix products, as a Markdown table.

    python benchmarks/training.py [--quick]

Needs only torch, torchvision, h5py and this checkout. Every row is measured in a process of its own by `measure.py`: the thread pools of a
process are fixed when it starts, and the peak memory is the row's own.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
ARRAYS = ROOT / "results" / "datasets" / "mnist.npz"
# Device, threads, networks; the rows of a GPU only where there is one.
ROWS = [("cpu", 1, 1), ("cpu", 1, 5), ("cpu", 2, 1), ("cpu", 2, 5), ("cuda", 1, 1), ("cuda", 1, 5), ("cuda", 1, 20)]
QUICK = [("cpu", 1, 1), ("cpu", 2, 5), ("cuda", 1, 20)]
WAYS = ("ours", "careful", "usual", "products")
HEAD = """
Lenet-300-100 on MNIST, batch 60, Adam, half of the weights masked; validation (5,000) and test (10,000) set evaluated every 100 iterations.
Milliseconds per network and iteration, evaluation included: median (minimum to maximum) of n segments of 100 iterations that take turns.

- **ours**: `lth.training.train`, N networks in one stack, compiled
- **(a)**: `nn.Module`, `DataLoader` over a `TensorDataset` of floats, `torch.optim.Adam`, `torch.nn.utils.prune`; one network
- **(a')**: the same over `torchvision.datasets.MNIST` with `ToTensor`, as most tutorials have it; one network
- **(b)**: nothing but the matrix products of a segment, forward, backward and evaluation; best of 3 in each turn
- ratios are those of the medians
- compilation: what the first segment took longer than the others; it is in no other column. PyTorch's cache of compiled code is empty at first
- peak memory: of the process when only ours had compiled and trained

| device, threads | N | n | ours | (a) | (a') | (b) | (a)/ours | (a')/ours | ours/(b) | compilation | peak memory |
|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|"""


def main() -> None:
    """Measures every row in turn and prints the table."""
    parser = argparse.ArgumentParser(description="Speed of training, as a Markdown table.")
    parser.add_argument("--quick", action="store_true", help="fewer rows and repeats: about a minute instead of four")
    parser.add_argument("--arrays", type=Path, default=ARRAYS, metavar="FILE", help="MNIST as `lth prepare` writes it (default: %(default)s)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as cache:
        machine = measure("--machine", threads=1, cache=cache)
        print(f"torch {machine['torch']}, Python {machine['python']}; {machine['cpu']}, {os.cpu_count()} cores; GPU: {machine['gpu'] or 'none'}")
        print(f"Load average before: {os.getloadavg()[0]:.1f} (numbers are good at about 0: threads of one process wait for each other)")
        print(HEAD)
        sources: set[str] = set()
        for device, threads, networks in (row for row in (QUICK if options.quick else ROWS) if row[0] == "cpu" or machine["gpu"]):
            arguments = {"device": device, "networks": networks, "seconds": 3 if options.quick else 35, "arrays": options.arrays.resolve()}
            settings = [f"--{name}={value}" for name, value in ({"threads": threads} | arguments).items()]
            result = measure(*settings, threads=threads, cache=cache)
            print(line(device, threads, networks, result), flush=True)
            sources.add(result["data"])
    print(f"\nImages: {'; '.join(sources)}")


def measure(*arguments: str, threads: int, cache: str) -> dict[str, Any]:
    """What `measure.py` says, run with a fixed number of threads."""
    settings = {"OMP_NUM_THREADS": str(threads), "TORCHINDUCTOR_CACHE_DIR": cache, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, str(Path(__file__).with_name("measure.py")), *arguments]
    done = subprocess.run(command, env=os.environ | settings, cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{done.stderr}")
    *said, answer = done.stdout.splitlines()
    print(*said, sep="\n", end="\n" if said else "")
    return json.loads(answer)


def line(device: str, threads: int, networks: int, result: dict[str, Any]) -> str:
    """One row of the table."""
    times: dict[str, list[float]] = result["milliseconds"]
    ours, careful, usual, floor = (statistics.median(times[name]) for name in WAYS)
    ratios = [careful / ours, usual / ours, ours / floor]
    cells = [
        f"{device}, {threads}",
        str(networks),
        str(len(times["ours"])),
        *(spread(times[name]) for name in WAYS),
    ]
    cells += [*(f"{ratio:.1f}" for ratio in ratios), f"{result['compilation']:.1f} s", f"{result['peak']:,.0f} MB"]
    return f"| {' | '.join(cells)} |"


def spread(values: list[float]) -> str:
    """Median, minimum and maximum with three digits that count."""
    return f"{statistics.median(values):#.3g} ({min(values):#.3g} to {max(values):#.3g})"


if __name__ == "__main__":
    main()
