"""Forgeries of a finished study by hand, and what `lth verify` says of them."""

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from byhand import RUNS, lth
from tampering.study import rewrite

from lth.files import hdf5

Arrays = dict[str, np.ndarray]
ITERATIVE = f"{RUNS}/iterative"
THETA0, DENSE_MASK = f"{RUNS}/theta0.h5", f"{RUNS}/dense/round-0/mask.h5"
MASK, TICKET = f"{ITERATIVE}/round-2/mask.h5", f"{ITERATIVE}/round-2/ticket/run.h5"
BEFORE = f"{ITERATIVE}/round-1/mask.h5"  # the mask that MASK was made from
REINIT = f"{ITERATIVE}/round-2/reinit/run.h5"
SEARCH = f"{RUNS}/continued/round-1/search/run.h5"
REWOUND = f"{RUNS}/dense/round-0/iteration-15.h5"
RANDOM = f"{RUNS}/random/round-1/mask.h5"
TABLE, METRICS = "results/tables/tiny.csv", "results/metrics.json"
TABLE_ORIGIN, METRICS_ORIGIN = "results/origins/tables/tiny.json", "results/origins/metrics.json"
WAITS = "not checked, since a file that it was made from has a fault"


def verified(capsys: pytest.CaptureFixture[str]) -> list[str]:
    """The lines that verify prints where it finds no fault."""
    capsys.readouterr()
    lth("verify")
    return capsys.readouterr().out.splitlines()


def faults(capsys: pytest.CaptureFixture[str]) -> tuple[list[str], str]:
    """The lines that verify prints where it finds faults, and its last word."""
    capsys.readouterr()
    with pytest.raises(SystemExit) as caught:
        lth("verify")
    return capsys.readouterr().out.splitlines(), str(caught.value)


def arrays_of(path: str) -> Arrays:
    """Copies of all arrays of a file."""
    file = hdf5.find(path)
    found = file.load(file.everything(1 << 30)).arrays
    return {name: array.copy() for name, array in found.items()}


def forge(path: str, change: Callable[[Arrays], None]) -> None:
    """Changes arrays and writes the file as `lth` would, with right digests and key."""
    arrays = arrays_of(path)
    change(arrays)
    rewrite(path, arrays=arrays)


def resettled(path: str, **settings: Any) -> None:
    """Other settings under a right seal and key. None takes one away."""
    before = hdf5.find(path).origin.settings
    changed = {**before, **settings}
    rewrite(path, settings={name: value for name, value in changed.items() if value is not None})


def remade(path: str, **inputs: str) -> None:
    """Writes a file anew as one that was made from other files."""
    origin = hdf5.find(path).origin
    others = {
        role: (dataclasses.replace(hdf5.find(other).as_input(), path=other),)
        for role, other in inputs.items()
    }
    rewrite(path, inputs={**origin.inputs, **others})


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-40])


def edit(path: str, old: str, new: str) -> None:
    """Replaces text that must be there."""
    text = Path(path).read_text(encoding="utf-8")
    assert old in text
    Path(path).write_text(text.replace(old, new), encoding="utf-8")
