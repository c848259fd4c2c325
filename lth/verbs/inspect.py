"""`lth inspect`: one HDF5 file, told to a person."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from lth.files import hdf5
from lth.files.hdf5 import File
from lth.files.terminal import printable
from lth.lottery import masks


def inspect(file: Path) -> None:
    """Prints what a file is, its key and inputs, and a table.

    The table has densities of a mask, spreads of weights, or the measures of a run.
    """
    if file.suffix != ".h5":
        what = "an HDF5 file (.h5) of kind theta0, rewound, mask or run"
        raise ValueError(f"{file}: expected {what}")
    found = hdf5.read(file)
    origin = found.origin
    _say(f"{file}: {origin.kind}", origin.coordinates)
    print(printable(f"key     {origin.key} (code {origin.code})"))
    for role, items in origin.inputs.items():
        for item in items:
            print(printable(f"from    {item.key} {role}: {item.path}"))
    _say("on     ", found.made_on)
    describe = {"mask": _mask, "theta0": _weights, "rewound": _weights, "run": _run}
    _print_table(list(describe.get(origin.kind, _arrays)(found)))


def _say(what: str, facts: Mapping[str, object]) -> None:
    mark = "," if what.rstrip() == what else ""
    print(
        printable(f"{what}{mark} " + ", ".join(f"{name} {value}" for name, value in facts.items()))
    )


def _print_table(rows: Sequence[Sequence[str]]) -> None:
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = [cell.rjust(width) for cell, width in zip(row, widths, strict=True)]
        print(printable("  ".join(cells)))


def _arrays(file: File) -> Iterator[Sequence[str]]:
    yield ["array", "shape"]
    for name, array in file.arrays.items():
        yield [name, str(array.shape)]


def _mask(file: File) -> Iterator[Sequence[str]]:
    kept = file.group("mask")
    yield ["percent left", *(f"trial {trial}, repeat {repeat}" for trial, repeat in file.pairs)]
    for name, mask in kept.items():
        yield [name, *(f"{100 * each.mean():.3f}" for each in mask)]
    yield ["all", *(f"{100 * share:.3f}" for share in masks.density(kept))]
    yield ["weights", *(f"{count:,}" for count in masks.survivors(kept))]


def _weights(file: File) -> Iterator[Sequence[str]]:
    yield ["standard deviation", *(f"trial {trial}" for trial in file.arrays["trial"])]
    for name, value in file.group("weights").items():
        if value.any():
            yield [name, *(f"{np.std(each):.6f}" for each in value)]


def _run(file: File) -> Iterator[Sequence[str]]:
    early = ["left %", "early stop", "val. loss", "test %", "train %"]
    yield ["trial", "repeat", *early, "end: test %", "train %", "diverged"]
    measures = file.group("measures")
    for index, (trial, repeat) in enumerate(file.pairs):
        own = {name: values[index] for name, values in measures.items()}
        yield [str(trial), str(repeat), *_measured(own), _diverged(own)]


def _measured(own: Mapping[str, np.generic]) -> list[str]:
    shares = [
        f"{100 * float(own[f'{stop}_{side}_accuracy']):.2f}"
        for stop in ("early_stop", "final")
        for side in ("test", "train")
    ]
    density, loss = float(own["density"]), float(own["early_stop_validation_loss"])
    return [f"{100 * density:.3f}", str(own["early_stop_iteration"]), f"{loss:.4f}", *shares]


def _diverged(own: Mapping[str, np.generic]) -> str:
    if own["diverged"]:
        return "yes"
    return "before" if own["ancestor_diverged"] else "no"
