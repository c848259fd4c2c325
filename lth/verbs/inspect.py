"""`lth inspect`: one HDF5 file, told to a person."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from lth import pruning, store
from lth.terminal import printable


def inspect(path: Path) -> None:
    """Prints what the file is, its key and inputs, and a table: densities of a mask, spreads of weights, or the measures of a run."""
    if path.suffix != ".h5":
        raise ValueError(f"{path}: expected an HDF5 file (.h5) of kind theta0, rewound, mask or run")
    found = store.find(path)
    origin = found.origin
    file = found.load(found.everything(1 << 30))  # a few bytes may unpack to more than there is memory
    print(printable(f"{path}: {origin.kind}, " + ", ".join(f"{name} {value}" for name, value in origin.coordinates.items())))
    print(printable(f"key     {origin.key} (code {origin.code})"))
    for role, items in origin.inputs.items():
        for item in items:
            print(printable(f"from    {item.key} {role}: {item.path}"))
    print(printable("on      " + ", ".join(f"{name} {value}" for name, value in file.made_on.items())))
    rows = list(KINDS[origin.kind](file)) if origin.kind in KINDS else [["array", "shape"], *([n, str(a.shape)] for n, a in file.arrays.items())]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        print(printable("  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True))))


def _mask(file: store.File) -> Iterator[Sequence[str]]:
    masks = file.group("mask")
    yield ["percent left", *(f"trial {trial}, repeat {repeat}" for trial, repeat in file.pairs)]
    for name, mask in masks.items():
        yield [name, *(f"{100 * each.mean():.3f}" for each in mask)]
    yield ["all", *(f"{100 * share:.3f}" for share in pruning.density(masks))]
    yield ["weights", *(f"{count:,}" for count in pruning.survivors(masks))]


def _weights(file: store.File) -> Iterator[Sequence[str]]:
    yield ["standard deviation", *(f"trial {trial}" for trial in file.arrays["trial"])]
    for name, value in file.group("weights").items():
        if value.any():
            yield [name, *(f"{np.std(each):.6f}" for each in value)]


def _run(file: store.File) -> Iterator[Sequence[str]]:
    measures = file.group("measures")
    yield ["trial", "repeat", "left %", "early stop", "val. loss", "test %", "train %", "end: test %", "train %", "diverged"]
    for index, (trial, repeat) in enumerate(file.pairs):
        value = {name: array[index] for name, array in measures.items()}
        shares = [f"{100 * value[name]:.2f}" for name in ("early_stop_test_accuracy", "early_stop_train_accuracy")]
        ends = [f"{100 * value[name]:.2f}" for name in ("final_test_accuracy", "final_train_accuracy")]
        stop = [f"{100 * value['density']:.3f}", str(value["early_stop_iteration"]), f"{value['early_stop_validation_loss']:.4f}"]
        yield [str(trial), str(repeat), *stop, *shares, *ends, "yes" if value["diverged"] else "before" if value["ancestor_diverged"] else "no"]


KINDS = {"mask": _mask, "theta0": _weights, "rewound": _weights, "run": _run}
