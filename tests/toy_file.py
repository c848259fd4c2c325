"""A small mask file, and what it was made from: the toy of all tests of files."""

from pathlib import Path

import numpy as np

from lth.files import hdf5
from lth.files.origins import Input, Origin

SETTINGS = {
    "experiment": "toy",
    "block": "trials-3-4",
    "strategy": "iterative",
    "round": 2,
    "rates": {"fc1.weight": 0.2},
}
MASK = Input("results/mask.h5", "1" * 24, "3" * 64)
RUN = Input("results/run.h5", "2" * 24, "4" * 64)
ORIGIN = Origin("mask", SETTINGS, "c0de", {"mask": (MASK,), "weights": (RUN,)})


def arrays() -> dict[str, np.ndarray]:
    """Masks of 2 networks."""
    return {
        "trial": np.array([3, 4]),
        "repeat": np.array([0, 0]),
        "mask/fc1.weight": np.random.default_rng(0).random((2, 5, 4)) < 0.5,
        "mask/output.weight": np.ones((2, 3, 5), bool),
    }


def written(folder: Path) -> Path:
    """The path of such a file in a folder."""
    path = folder / "mask.h5"
    hdf5.write(path, ORIGIN, arrays())
    return path
