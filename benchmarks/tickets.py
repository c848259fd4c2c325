"""How much faster is a ticket? Milliseconds an iteration of Lenet by the weights that are left.

    python benchmarks/tickets.py [--picture FILE]

Lenet-300-100 on 28x28 at batch 60 by Adam, with 15,000 images evaluated every 100 iterations, one
network on one thread of a CPU. For each density the engines and a plain PyTorch loop take turns of
such a segment. Prints a Markdown table, and draws it where a file is named.
"""

import argparse
import tempfile
from pathlib import Path
from typing import Any

from training import measure, print_machine, spread

PERCENTS = (100.0, 80.0, 51.3, 32.9, 21.1, 13.5, 10.8, 5.6, 3.6, 1.9, 0.5)
WAYS = {"sparse": "sparse engine", "ours": "torch engine", "plain": "plain loop"}
COLUMNS = ("weights left", "n", *WAYS.values(), "torch/sparse", "plain/sparse")
Times = dict[str, list[float]]  # milliseconds an iteration, one a turn


def main() -> None:
    """Measures every density in turn and prints the table."""
    parser = argparse.ArgumentParser(description="Speed of tickets, as a Markdown table.")
    parser.add_argument("--picture", type=Path, help="where to draw it (PNG)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as cache:
        print_machine(measure("--machine", threads=1, cache=cache))
        print(f"| {' | '.join(COLUMNS)} |")
        print(f"|{'--:|' * len(COLUMNS)}", flush=True)
        found: dict[float, Times] = {}
        for percent in PERCENTS:
            words = ["--network=lenet", f"--density={percent / 100}", "--seconds=6"]
            result: dict[str, Any] = measure(*words, threads=1, cache=cache)
            found[percent] = result["milliseconds"]
            print(line(percent, found[percent]), flush=True)
    if options.picture:
        plot({percent: fastest(times) for percent, times in found.items()}, options.picture)


def line(percent: float, times: Times) -> str:
    """One row of the table. Ratios are those of the fastest turns."""
    best = fastest(times)
    ratios = [f"{best[way] / best['sparse']:.1f}" for way in ("ours", "plain")]
    cells = [f"{percent} %", str(len(times["ours"])), *(spread(times[way]) for way in WAYS)]
    return f"| {' | '.join([*cells, *ratios])} |"


def fastest(times: Times) -> dict[str, float]:
    """The fastest turn of each way, which other work on the machine disturbs least."""
    return {way: min(times[way]) for way in WAYS}


def plot(found: dict[float, dict[str, float]], file: Path) -> None:
    """Milliseconds against the percent of weights left, both logarithmic."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5.4, 3.6), layout="constrained")
    axes = figure.subplots()
    percents = sorted(found)
    looks = {"sparse": ("#0072b2", "o"), "ours": ("#d55e00", "s"), "plain": ("#666666", "^")}
    for way, (color, marker) in looks.items():
        times = [found[percent][way] for percent in percents]
        axes.loglog(percents, times, color=color, marker=marker, markersize=4, label=WAYS[way])
    dense = found[max(percents)]["sparse"]
    straight = [dense * percent / max(percents) for percent in percents]
    axes.loglog(
        percents, straight, "--", color="#0072b2", lw=1, label="proportional to weights left"
    )
    axes.invert_xaxis()  # as in the figures of the paper
    ticks = [100, 51.3, 21.1, 10.8, 3.6, 1.9, 0.5]
    axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.set_yticks([0.01, 0.1, 1, 10], ["0.01", "0.1", "1", "10"])
    axes.minorticks_off()
    axes.grid(alpha=0.3)
    axes.set_xlabel("percent of weights left")
    axes.set_ylabel("ms an iteration")
    axes.legend(fontsize=8)
    figure.savefig(file, dpi=150)


if __name__ == "__main__":
    main()
