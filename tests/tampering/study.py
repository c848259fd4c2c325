"""The study that is tampered with: how it is made, files of it at random, and chains mended."""

import dataclasses
import os
import random
from collections.abc import Callable, Mapping
from contextlib import redirect_stdout, suppress
from io import StringIO
from pathlib import Path
from typing import Any

from byhand import TINY, TINY_FIGURES, make
from project import copied

from lth.files import hdf5, origins
from lth.files.origins import Document, Input, Origin
from lth.study.graph import Study
from lth.study.node import Node

Settings = Mapping[str, Any]
Kind = Callable[[Study, random.Random], str]  # changes a file of the folder, and returns its path
DATASET, TABLE, METRICS = (
    "results/datasets/digits",
    "results/tables/tiny.csv",
    "results/metrics.json",
)
STYLE = {
    "width": 3.0,
    "height": 2.5,
    "font": 9,
    "dpi": 50,
    "bars": "range",
    "colors": {"ticket": "tab:blue", "reinit": "tab:orange"},
}


def build(folder: Path) -> Study:
    """The tiny study, made in a folder, which becomes the current one."""
    project = copied(folder, {"tiny": TINY}, TINY_FIGURES)
    project.set("style", STYLE)
    study = project.study()
    os.chdir(folder)
    with redirect_stdout(StringIO()):
        for node in study.nodes():
            make(study, node)
    return study


# Which file


def pick(
    study: Study,
    chance: random.Random,
    *kinds: str,
    where: Callable[[Settings], bool] = lambda _: True,
) -> str:
    """The path of a file of some kinds, whose settings are as asked for."""
    paths = [node.path for node in study.nodes() if node.kind in kinds and where(node.settings)]
    return chance.choice(sorted(paths))


def any_hdf5(study: Study, chance: random.Random) -> str:
    return pick(study, chance, "theta0", "rewound", "mask", "run")


def any_file(study: Study, chance: random.Random) -> str:
    return chance.choice(sorted({*study.files(), f"{DATASET}.npz"}))


def pruned(settings: Settings) -> bool:
    return settings["round"] > 0


def dense(settings: Settings) -> bool:
    return not pruned(settings)


def drawn(settings: Settings) -> bool:
    return pruned(settings) and settings["making"]["method"] == "random"


def ranked(settings: Settings) -> bool:
    return pruned(settings) and not drawn(settings)


def pruned_with_weights(settings: Settings) -> bool:
    return pruned(settings) and settings["keep_weights"]


# Chains


def rewrite(path: str, **changes: Any) -> None:
    """Writes an HDF5 file with other `arrays`, or another field of its origin, and its own key."""
    file = hdf5.find(path)
    found = file.load(file.everything(1 << 30))
    arrays = changes.pop("arrays", found.arrays)
    hdf5.write(path, dataclasses.replace(file.origin, **changes), arrays, file.made_on)


def remake_origin(study: Study, path: str) -> None:
    """Mends the origin that says the SHA-256 of a text or a picture, and all chains."""
    (node,) = (node for node in study.nodes() if path in node.files)
    document = origins.read(node.path)
    _rewrite_document(document, document.origin)
    heal(study)


def heal(study: Study) -> None:
    """Makes every file record its inputs as they are now, so that no chain gives a forgery away."""
    done: set[str] = set()
    for node in study.nodes():
        _heal(node, done)


def _heal(node: Node, done: set[str]) -> None:
    """Mends a file after all that it was made from."""
    for item in (item for items in node.inputs.values() for item in items):
        if item.path not in done:
            _heal(item, done)
    done.add(node.path)
    if node.kind != "dataset":
        with suppress(ValueError):  # what cannot be read is a fault of its own
            _record_inputs(node.path)


def _record_inputs(path: str) -> None:
    found = hdf5.find(path) if path.endswith(".h5") else origins.read(path)
    every = found.origin.inputs
    inputs = {role: tuple(_recorded(item) for item in items) for role, items in every.items()}
    if inputs == every:
        return
    if isinstance(found, Document):
        _rewrite_document(found, dataclasses.replace(found.origin, inputs=inputs))
    else:
        rewrite(path, inputs=inputs)


def _recorded(item: Input) -> Input:
    found = origins.header(item.path)
    return Input(item.path, found.key, found.content) if found else item


def _rewrite_document(document: Document, origin: Origin) -> None:
    origins.write(document.path, origin, map(Path, document.files), dict(document.made_on))
