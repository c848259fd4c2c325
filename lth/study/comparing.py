"""Two experiments by their files alone: settings, runs, lines, masks and claims that differ."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from lth.files.hdf5 import File, Stored
from lth.files.origins import Input
from lth.keys import canonical
from lth.report.comparison import differences, files, networks, overlap, tables
from lth.report.comparison.networks import listed
from lth.report.comparison.section import Column, Section
from lth.report.rows import Row
from lth.settings import expected
from lth.study.tabled import Tabled
from lth.study.verdicts import verdicts

MASKS = {
    "strategy": Column(""),
    "round": Column("round", "d"),
    **{name: column for name, column in overlap.COLUMNS.items() if name != "layer"},
}


def compared(one: Tabled, other: Tabled) -> list[Section]:
    """The sections of two experiments. One that says so alone where they are the same.

    Raises ValueError where they are of other data sets, or have no trial in common.
    """
    if same := _same(one, other):
        return same
    trials = one.trials & other.trials
    if not trials:
        what = f"one of the trials {listed(one.trials)} of {one.path}"
        raise expected(str(other.path), what, listed(other.trials))
    return [
        _settings(one.stored(), other.stored()),
        *_runs(one.runs, other.runs),
        _trials(trials),
        _lines(tables.of_trials(one.rows, trials), tables.of_trials(other.rows, trials)),
        _masks(one, other),
        *verdicts(one.name, one.rows, other.rows),
    ]


def _same(one: Tabled, other: Tabled) -> list[Section]:
    """A section that says so, where two tables are the same and were made from the same."""
    if one.document and other.document:
        return differences.same(one.document, other.document)
    if one.path.read_bytes() != other.path.read_bytes():
        return []
    return [Section("same", f"the same table of {len(one.rows)} networks")]


def _settings(one: Mapping[str, Stored], other: Mapping[str, Stored]) -> Section:
    """Settings, code and machine of files that both have. Equal differences are one row."""
    both = [name for name in one if name in other]
    if not both:
        return Section("settings", "settings: not compared, since no run of a line is in both")
    found: dict[str, dict[str, Any]] = {}
    for name in both:
        files.check_data(one[name], other[name])
        for row in differences.differences(_facts(one[name]), _facts(other[name])):
            known = found.setdefault(canonical(row), {**row, "files": 0, "where": []})
            known["files"] += 1
            known["where"].append(name)
    return differences.section("settings", list(found.values()), files=Column("files", "d"))


def _facts(file: Stored) -> Row:
    settings = differences.without_coordinates(file.origin.settings)
    return {**settings, "code": file.origin.code, "made_on": file.made_on}


def _runs(one: Mapping[str, Input], other: Mapping[str, Input]) -> Iterator[Section]:
    """How many run files have other keys or contents, in words and as one row."""
    if both := one.keys() & other.keys():
        other_keys = sum(one[name].key != other[name].key for name in both)
        contents = sum(one[name].content != other[name].content for name in both)
        row = {"a": len(one), "b": len(other), "both": len(both)}
        row |= {"other_keys": other_keys, "other_contents": contents}
        counts = f"{len(one)} in A, {len(other)} in B, {len(both)} in both"
        others = f"of these {other_keys} have another key, {contents} another content"
        yield Section("runs", f"run files: {counts}; {others}", rows=[row])


def _trials(trials: Collection[int]) -> Section:
    rows = [{"trial": trial} for trial in sorted(trials)]
    return Section("trials", f"trials in both: {listed(trials)}", rows=rows)


def _lines(one: Sequence[Row], other: Sequence[Row]) -> Section:
    rows = list(tables.lines(one, other))
    count = len(tables.rounds(one) | tables.rounds(other))
    title = f"rounds of lines that differ: {len(rows)} of {count}"
    more = "; means, and B - A with a 95 % interval over trials"
    return Section("lines", title + (more if rows else ""), tables.COLUMNS, rows)


def _masks(one: Tabled, other: Tabled) -> Section:
    rows = list(_overlaps(one, other))
    if not rows:
        return Section("masks", "masks: none of the same strategy, round and layers in both")
    apart = [row for row in rows if row["jaccard"].low < 1]
    title = f"masks that differ: {len(apart)} of {len(rows)}"
    more = "; all layers, mean [lowest, highest]"
    return Section("masks", title + (more if apart else ""), MASKS, apart)


def _overlaps(one: Tabled, other: Tabled) -> Iterator[Row]:
    """A row for each pruned round of a strategy whose masks both have, of the same layers."""
    shared = tables.rounds(one.rows) & tables.rounds(other.rows)
    for strategy, round in sorted({(strategy, round) for strategy, _, round in shared if round}):
        left, right = one.masks(strategy, round), other.masks(strategy, round)
        if left and right and files.layers(left[0]) == files.layers(right[0]):
            places = networks.in_common(_pairs(left), _pairs(right))
            *_, together = overlap.overlap(_stacked(left), _stacked(right), places)
            yield {"strategy": strategy, "round": round, **together}


def _pairs(blocks: Sequence[File]) -> list[tuple[int, int]]:
    return [pair for block in blocks for pair in block.pairs]


def _stacked(blocks: Sequence[File]) -> dict[str, np.ndarray]:
    """The masks of all blocks as one stack by layer."""
    names = blocks[0].group("mask")
    return {name: np.concatenate([block.group("mask")[name] for block in blocks]) for name in names}
