"""The tickets of an experiment, to publish: what they start from, and the masks of all rounds."""

from collections.abc import Iterator, Mapping

import numpy as np

from lth import code
from lth.files import hdf5
from lth.files.hdf5 import File, Stored
from lth.files.origins import MEND, Input, Origin
from lth.lottery import lifetimes
from lth.lottery.names import DENSE
from lth.settings import expected, unknown
from lth.study import tabled
from lth.study.results import Results
from lth.study.tabled import RUN

SHARED = ("experiment", "dataset", "seed", "validation", "network", "recipe")  # by all runs
Arrays = dict[str, np.ndarray]
Chain = list[Stored]  # the runs of a block's tickets, from the dense network on


def release(experiment: str, strategy: str) -> tuple[Origin, Arrays]:
    """The origin and the arrays of a file of tickets.

    `weights/NAME` are what they start from [networks, ...], and `last_round/NAME` is the last round
    whose mask keeps each weight. `density` is [networks, rounds + 1]. `experiment` is a name or a
    table in its results folder. Raises ValueError where there are no such tickets, or their masks
    are not nested.
    """
    found = tabled.find(experiment)
    if found.results is None or found.document is None:
        raise expected(str(found.path), "a table in its results folder", "a table alone")
    strategies = found.document.origin.settings["strategies"]
    if strategy not in strategies:
        raise unknown("--strategy", f"strategy of {found.name}", strategy, strategies)
    chains = _chains(found.results, list(found.runs.values()), strategy)
    blocks = [_block(found.results, chain) for chain in chains]
    arrays = {name: np.concatenate([block[name] for _, block in blocks]) for name in blocks[0][1]}
    settings = chains[0][-1].origin.settings
    plain = {name: settings[name] for name in SHARED} | {"strategy": strategy}
    inputs = {
        "starts": tuple(chain[-1].origin.inputs["start"][0] for chain in chains),
        "masks": tuple(item for items, _ in blocks for item in items),
    }
    return Origin("tickets", plain, code.digest("verbs.release"), inputs), arrays


def _chains(results: Results, runs: list[Input], strategy: str) -> list[Chain]:
    """The runs of tickets that a table was made from, block by block."""
    blocks: dict[str, dict[int, Stored]] = {}
    for run in runs:
        match = RUN.fullmatch(run.path)
        if match and match["branch"] == "ticket" and match["strategy"] in (DENSE, strategy):
            stored = results.stored(run.path)
            _check(stored, run)
            blocks.setdefault(match["block"], {})[int(match["round"])] = stored
    chains = [[rounds[at] for at in sorted(rounds)] for rounds in blocks.values()]
    if not chains or len(chains[0]) < 2:
        raise expected("--strategy", "a strategy with tickets (branch ticket)", strategy)
    return chains


def _block(results: Results, chain: Chain) -> tuple[list[Input], Arrays]:
    """The masks of a block, and its part of the arrays."""
    items = [run.origin.inputs["mask"][0] for run in chain]
    start = _read(results, chain[-1].origin.inputs["start"][0])
    lives: Mapping[str, np.ndarray] = {}
    for round, mask in enumerate(_masks(results, items, start)):
        lives = lifetimes.extended(lives, mask, round) if round else lifetimes.dense(mask)
    density = [lifetimes.density(lives, round) for round in range(len(chain))]
    arrays = hdf5.index(start.pairs) | {"density": np.array(density).T}
    arrays |= {f"weights/{name}": array for name, array in start.group("weights").items()}
    return items, arrays | {f"last_round/{name}": array for name, array in lives.items()}


def _masks(results: Results, items: list[Input], start: File) -> Iterator[Mapping[str, np.ndarray]]:
    """The masks of all rounds. Raises ValueError where a trial has several."""
    for item in items:
        mask = _read(results, item)
        if mask.pairs != start.pairs:
            raise expected(item.path, "one mask a trial, so tickets can be told apart", mask.pairs)
        yield mask.group("mask")


def _read(results: Results, item: Input) -> File:
    file = results.file(item.path)
    _check(file, item)
    return file


def _check(stored: Stored, item: Input) -> None:
    """Raises ValueError where a file is not the one that others were made from."""
    if (stored.origin.key, stored.content) != (item.key, item.content):
        fault = "not the file that the table's networks were made from"
        raise ValueError(f"{stored.path}: {fault}; {MEND}")
