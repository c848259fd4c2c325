"""Where every file lies, and the names of blocks and lines that paths are made of. This is the single place for paths."""

import dataclasses
import re
from collections.abc import Mapping, Sequence
from typing import Any

RESULTS = "results"
PATHS = {
    "dataset": "datasets/{dataset}.json",
    "theta0": "runs/{experiment}/{block}/theta0.h5",
    "rewound": "runs/{experiment}/{block}/dense/round-0/iteration-{iteration}.h5",
    "mask": "runs/{experiment}/{block}/{strategy}/round-{round}/mask.h5",
    "run": "runs/{experiment}/{block}/{strategy}/round-{round}/{branch}/run.h5",
    "table": "origins/tables/{experiment}.json",
    "figure": "origins/figures/{experiment}/{name}.json",
    "metrics": "origins/metrics.json",
}  # of the file that says what it was made from
PRODUCTS = {
    "table": ("tables/{experiment}.csv",),
    "figure": ("figures/{experiment}/{name}.svg", "figures/{experiment}/{name}.png"),
    "metrics": ("metrics.json",),
}  # what such a file is the origin of
NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")  # of an experiment, a data set or a figure, as a part of paths
BLOCK = re.compile(r"trials-(\d{1,9})-(\d{1,9})")
LINE = re.compile(r"([a-z]+(?:-[a-z]+)*)/round-(0|[1-9]\d{0,8})/([a-z0-9.-]+)")


def path_of(kind: str, settings: Mapping[str, Any]) -> str:
    """Where a file of a kind and with these settings (its coordinates among them) lies, from the top folder of the project."""
    return f"{RESULTS}/{PATHS[kind].format(**settings)}"


def products_of(kind: str, settings: Mapping[str, Any]) -> tuple[str, ...]:
    """The files that the file at `path_of` is the origin of; none where it is the only one."""
    return tuple(f"{RESULTS}/{place.format(**settings)}" for place in PRODUCTS.get(kind, ()))


def block_of(trials: range) -> str:
    """The name of a block of trials: `trials-0-4` for range(0, 5)."""
    return f"trials-{trials[0]}-{trials[-1]}"


def trials_of(block: str) -> range:
    """The trials of a block: range(0, 5) for `trials-0-4`."""
    match = BLOCK.fullmatch(block)
    if match is None or int(match[1]) > int(match[2]):
        raise ValueError(f"block: expected trials-FIRST-LAST such as trials-0-4, got {block!r}")
    return range(int(match[1]), int(match[2]) + 1)


@dataclasses.dataclass(frozen=True)
class Line:
    """The trainings that make one line of a figure of curves: all trials (and repeats) of a strategy, round and branch."""

    strategy: str
    round: int
    branch: str


def line_of(text: str) -> Line | None:
    """`iterative/round-3/ticket` as a Line, or None where it has another form."""
    match = LINE.fullmatch(text)
    return Line(match[1], int(match[2]), match[3]) if match else None


def braced(paths: Sequence[str]) -> str:
    """Paths as words that bash expands to just these: the runs of an experiment, all lines of all blocks, are one word
    `results/runs/NAME/{BLOCK,...}/{LINE,...}`.

    Written out, the runs of a large study would not fit into the one argument in which bash takes a command (128 KiB).
    """
    words: list[str] = []
    experiments: dict[str, list[tuple[str, str]]] = {}
    for path in paths:
        parts = path.split("/", 4)
        if len(parts) == 5:
            experiments.setdefault("/".join(parts[:3]), []).append((parts[3], parts[4]))
        else:
            words.append(path)
    for top, places in experiments.items():
        blocks, lines = (list(dict.fromkeys(names)) for names in zip(*places, strict=True))
        assert places == [(block, line) for block in blocks for line in lines], (
            f"{top}: every block has the same lines, and blocks come one after the other"
        )
        words.append("/".join([top, *("{" + ",".join(names) + "}" if len(names) > 1 else names[0] for names in (blocks, lines))]))
    return " ".join(words)
