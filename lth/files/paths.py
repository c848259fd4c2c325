"""The names that paths are made of: the results folder, blocks, and many paths as one word.

The path of each kind of file is stated by its plan (`lth.study.plans`).
"""

import re
from collections.abc import Sequence

RESULTS = "results"
NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")  # of an experiment, a data set or a figure
BLOCK = re.compile(r"trials-(\d{1,9})-(\d{1,9})")


def block_of(trials: range) -> str:
    """The name of a block of trials: `trials-0-4` for range(0, 5)."""
    return f"trials-{trials[0]}-{trials[-1]}"


def trials_of(block: str) -> range:
    """The trials of a block: range(0, 5) for `trials-0-4`. Raises ValueError for another form."""
    match = BLOCK.fullmatch(block)
    if match is None or int(match[1]) > int(match[2]):
        raise ValueError(f"block: expected trials-FIRST-LAST such as trials-0-4, got {block!r}")
    return range(int(match[1]), int(match[2]) + 1)


def braced(paths: Sequence[str]) -> str:
    """Paths as words that bash expands to exactly these.

    The runs of an experiment are all lines of all blocks, and become one word
    `results/runs/NAME/{BLOCK,...}/{LINE,...}`. Written out, the runs of a large study would not
    fit into the one argument in which bash takes a command (128 KiB).
    """
    words: list[str] = []
    experiments: dict[str, list[tuple[str, str]]] = {}
    for path in paths:
        parts = path.split("/", 4)
        if len(parts) == 5:
            experiment = "/".join(parts[:3])
            experiments.setdefault(experiment, []).append((parts[3], parts[4]))
        else:
            words.append(path)
    words += [_word(experiment, runs) for experiment, runs in experiments.items()]
    return " ".join(words)


def _word(experiment: str, runs: Sequence[tuple[str, str]]) -> str:
    """One word for the runs (block, line) of an experiment."""
    blocks = list(dict.fromkeys(block for block, _ in runs))
    lines = list(dict.fromkeys(line for _, line in runs))
    assert list(runs) == [(block, line) for block in blocks for line in lines], (
        f"{experiment}: every block has the same lines, and blocks come one after the other"
    )
    return f"{experiment}/{_alternatives(blocks)}/{_alternatives(lines)}"


def _alternatives(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{{{','.join(names)}}}"
