"""Toy files of masks and of runs, to compare with each other."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from lth.files import hdf5
from lth.files.hdf5 import File
from lth.files.origins import Origin

Pairs = Sequence[tuple[int, int]]


def file(
    kind: str,
    pairs: Pairs,
    arrays: Mapping[str, np.ndarray],
    path: str = "one.h5",
    **settings: Any,
) -> File:
    """A file of a kind with the networks of these trials and repeats."""
    whole = {**hdf5.index(pairs), **arrays}
    content = repr({name: array.tolist() for name, array in whole.items()})
    return File(Path(path), Origin(kind, settings, "code", {}), {}, content, {}, whole)


def masks(trials: Sequence[int], *layers: Sequence[str], path: str = "one.h5") -> File:
    """A mask file. A layer is a text for each network, such as `110`: 1 is kept."""
    arrays = {
        f"mask/fc{number}.weight": np.array([[bit == "1" for bit in text] for text in layer])
        for number, layer in enumerate(layers, start=1)
    }
    return file("mask", [(trial, 0) for trial in trials], arrays, path)
