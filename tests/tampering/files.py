"""Forgeries of whole files: their bytes, HDF5 by other tools, settings and places."""

import json
import os
import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from byhand import RUNS
from signing import edited

from lth.files import hdf5
from lth.study.graph import Study
from tampering.arrays import Change
from tampering.study import Kind, Settings, any_file, any_hdf5, heal, pick, rewrite

Bytes = Callable[[bytearray, random.Random], bytes | bytearray]
Raw = Callable[[h5py.File], None]


def bytes_of(change: Bytes) -> Kind:
    """Changes the bytes of any file."""

    def tamper(study: Study, chance: random.Random) -> str:
        path = any_file(study, chance)
        Path(path).write_bytes(change(bytearray(Path(path).read_bytes()), chance))
        return path

    return tamper


def a_flipped_bit(study: Study, chance: random.Random) -> str:
    """Flips a bit of any file."""
    path = any_file(study, chance)
    content = bytearray(Path(path).read_bytes())
    content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    Path(path).write_bytes(content)
    return path


def cut_the_end(content: bytearray, chance: random.Random) -> bytearray:
    return content[: chance.randrange(len(content))]


# HDF5 files by a tool that knows nothing of lth


def raw(change: Raw) -> Kind:
    """Changes an HDF5 file in place."""

    def tamper(study: Study, chance: random.Random) -> str:
        path = any_hdf5(study, chance)
        with edited(path, libver=("v110", "v110")) as file:
            change(file)
        return path

    return tamper


def other_value(file: h5py.File) -> None:
    file["trial"][0] += 1


def other_type(file: h5py.File) -> None:
    values = file["trial"][()].astype(np.int32)
    del file["trial"]
    file["trial"] = values


def other_array(file: h5py.File) -> None:
    file.create_dataset("extra", data=np.zeros(3))


# HDF5 files sealed anew, with the chains from them mended


def forged(change: Change, *kinds: str, where: Callable[[Settings], bool] = lambda _: True) -> Kind:
    """Changes arrays of an HDF5 file."""

    def tamper(study: Study, chance: random.Random) -> str:
        path = pick(study, chance, *kinds, where=where)
        file = hdf5.find(path)
        found = file.load(file.everything(1 << 30)).arrays
        arrays = {name: array.copy() for name, array in found.items()}
        change(arrays, chance)
        rewrite(path, arrays=arrays)
        heal(study)
        return path

    return tamper


def resettled(
    *names: str,
    value: Any,
    kinds: tuple[str, ...],
    where: Callable[[Settings], bool] = lambda _: True,
) -> Kind:
    """Changes a setting of an HDF5 file. `names` lead to it."""

    def tamper(study: Study, chance: random.Random) -> str:
        path = pick(study, chance, *kinds, where=where)
        settings = json.loads(json.dumps(hdf5.find(path).origin.settings))
        *parents, last = names
        inner = settings
        for name in parents:
            inner = inner[name]
        inner[last] = value
        rewrite(path, settings=settings)
        heal(study)
        return path

    return tamper


def untrained(study: Study, chance: random.Random) -> str:
    path, theta0 = f"{RUNS}/dense/round-0/iteration-15.h5", hdf5.find(f"{RUNS}/theta0.h5")
    rewrite(path, arrays=theta0.load(theta0.everything(1 << 30)).arrays)
    heal(study)
    return path


# Places


def exchanged(study: Study, chance: random.Random) -> str:
    paths = [node.path for node in study.nodes() if node.kind in ("mask", "run")]
    one, other = chance.sample(sorted(paths), 2)
    first = Path(one).read_bytes()
    Path(one).write_bytes(Path(other).read_bytes())
    Path(other).write_bytes(first)
    return one


def copied_over(study: Study, chance: random.Random) -> str:
    paths = [node.path for node in study.nodes() if node.kind == "run"]
    source, target = chance.sample(sorted(paths), 2)
    shutil.copy(source, target)
    return target


def strange(study: Study, chance: random.Random) -> str:
    folder = f"{RUNS}/{chance.choice(['iterative', 'oneshot'])}"
    path = f"{folder}/{chance.choice(['run.h5', 'notes.txt', 'mask.csv'])}"
    shutil.copy(any_hdf5(study, chance), path)
    return path


def gone(study: Study, chance: random.Random) -> str:
    """Something from which another file was made, or which is made together with one."""
    nodes = study.nodes()
    inputs = {item.path for node in nodes for items in node.inputs.values() for item in items}
    products = {path for node in nodes for path in node.files[:-1]}
    path = chance.choice(sorted(inputs | products))
    Path(path).unlink()
    return path


def a_pipe(study: Study, chance: random.Random) -> str:
    path = any_file(study, chance)
    Path(path).unlink()
    os.mkfifo(path)
    return path


def a_link(study: Study, chance: random.Random) -> str:
    path = any_hdf5(study, chance)
    other = pick(study, chance, "run", where=lambda settings: settings["branch"] == "ticket")
    Path(path).unlink()
    Path(path).symlink_to(Path(other).resolve() if other != path else "/dev/null")
    return path
