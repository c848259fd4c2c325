"""`lth verify`: every file of a results folder, and the chains between them, checked from the files alone."""

import dataclasses
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from lth import datasets, networks, pruning, settings, store, tables, tickets
from lth.store import File
from lth.study import RESULTS, path_of

Files = dict[str, File]


@dataclasses.dataclass(frozen=True)
class Parents:
    """What a file was made from: HDF5 files by role, and the manifest of its data set where that is among them."""

    files: Files
    manifest: dict[str, Any] | None

    def architecture(self, plan: Mapping[str, Any]) -> networks.Architecture:
        """The network of a θ0 or run file."""
        assert self.manifest is not None, "only masks of later rounds have no data set among their inputs"
        network = settings.build(settings.Network, plan["network"], "network")
        return networks.build(network, tuple(self.manifest["shape"]), self.manifest["classes"])


def verify(results: Path) -> None:
    """Prints each fault with its file, and a summary. Raises ValueError where there is a fault or nothing to check.

    Checked are: wholeness and content, kind and place, keys against settings and parents; masks nested, survivors exactly right in number;
    starting weights bit-equal to what the branch makes of θ0; pruned weights exactly 0 after training; tables against runs, metrics
    against tables; figures whole.
    """
    faults: list[str] = []
    files: Files = {}
    for path in sorted(results.rglob("*.h5")):
        try:
            files[_name(path, results)] = store.read(path)
        except ValueError as error:
            faults.append(str(error))
    for name, file in files.items():
        faults += [f"{file.path}: {fault}" for fault in _faults(name, file, files, results)]
    texts = [path for pattern in ("*.json", "*.csv", "*.svg", "*.png") for path in sorted(results.rglob(pattern))]
    for path in texts:
        faults += [f"{path}: {fault}" for fault in _text_faults(path, files, results)]
    for fault in faults:
        print(fault)
    if faults:
        raise ValueError(f"{results}: {len(faults)} faults; delete the files named above and run snakemake again")
    if not files:
        raise ValueError(f"{results}: no HDF5 file found; run snakemake first, or name the results folder")
    print(f"{results}: {len(files)} HDF5 files and {len(texts)} others are whole, in place, and follow from one another")


def _name(path: Path, results: Path) -> str:
    """A file's path as its inputs' records name it."""
    return f"{RESULTS}/{path.relative_to(results).as_posix()}"


def _faults(name: str, file: File, files: Files, results: Path) -> Iterator[str]:
    checks: dict[str, Callable[[File, Parents], Iterator[str]]] = {"theta0": _theta0_faults, "mask": _mask_faults, "run": _run_faults}
    origin = file.origin
    if origin.kind not in checks:
        yield f"kind {origin.kind!r} has no place in results"
        return
    if name != path_of(origin.kind, origin.settings):
        yield f"is the file of {path_of(origin.kind, origin.settings)}"
        return
    parents = Parents({role: files[source] for role, (source, _) in origin.inputs.items() if source in files}, _manifest(origin, results))
    found = {role: file.origin.key for role, file in parents.files.items()} | ({"dataset": parents.manifest["key"]} if parents.manifest else {})
    broken = [(role, source, key) for role, (source, key) in origin.inputs.items() if found.get(role) != key]
    for role, source, key in broken:
        yield f"was made from a {role} with key {key}, but {source} " + (f"has key {found[role]}" if role in found else "is missing or damaged")
    if not broken:
        yield from checks[origin.kind](file, parents)


def _manifest(origin: store.Origin, results: Path) -> dict[str, Any] | None:
    if "dataset" not in origin.inputs:
        return None
    try:
        return datasets.read_manifest(results / Path(origin.inputs["dataset"][0]).relative_to(RESULTS))
    except ValueError:
        return None


def _theta0_faults(file: File, parents: Parents) -> Iterator[str]:
    plan, weights = file.origin.settings, file.group("weights")
    for index, trial in enumerate(file.origin.trials):
        drawn = tickets.draw(parents.architecture(plan), plan["network"]["initialization"], plan["seed"], "initialization", trial=trial)
        if any(not np.array_equal(weights[name][index], value) for name, value in drawn.items()):
            yield f"trial {trial} is not the draw that seed {plan['seed']} makes"


def _mask_faults(file: File, parents: Parents) -> Iterator[str]:
    masks = file.group("mask")
    if not parents.files:
        yield from (f"{name}: the dense mask is not all ones" for name, mask in masks.items() if not mask.all())
        return
    before, weights = parents.files["mask"].group("mask"), parents.files["weights"].group("weights")
    first = parents.files["weights"].arrays["repeat"] == 0
    for name, mask in masks.items():
        for index, trial in enumerate(file.origin.trials):
            old, new, trained = before[name][index], mask[index], np.abs(weights[name][first][index])
            expected = int(old.sum()) - pruning.count(int(old.sum()), file.origin.settings["rates"][name])
            if (new & ~old).any():
                yield f"{name}, trial {trial}: is not nested in {parents.files['mask'].path}"
            elif int(new.sum()) != expected:
                yield f"{name}, trial {trial}: {int(new.sum())} weights left, expected {expected}"
            elif (pruned := old & ~new).any() and new.any() and np.nanmax(trained[pruned]) > np.nanmin(trained[new]):
                yield f"{name}, trial {trial}: a pruned weight was larger than a kept one"


def _run_faults(file: File, parents: Parents) -> Iterator[str]:
    plan, measures = file.origin.settings, file.group("measures")
    masks = {name: np.repeat(mask, plan["repeats"], axis=0) for name, mask in parents.files["mask"].group("mask").items()}
    theta0 = parents.files["theta0"].group("weights")
    start = tickets.masked(tickets.start(plan, file.origin.trials, theta0, parents.architecture(plan)), masks)
    for index, digest in enumerate(file.arrays["start_digest"]):
        if tickets.digest({name: value[index] for name, value in start.items()}) != digest.decode():
            yield f"network {index}: did not start from what branch {plan['branch']!r} makes of θ0 and the mask"
    for name, value in file.group("weights").items():
        if name in masks and (value[~masks[name]] != 0).any():
            yield f"{name}: a pruned weight is not 0 after training"
    if measures["largest_pruned_weight"].any():
        yield "a pruned weight was not 0 after training"
    if not np.array_equal(measures["weights_left"], pruning.survivors(masks)):
        yield "weights_left is not what the mask has"
    loss = file.arrays["curves/validation_loss"]
    stop = np.where(np.isfinite(loss), loss, np.inf).argmin(axis=1)
    if not np.array_equal(measures["early_stop_iteration"], file.arrays["iterations"][stop]):
        yield "early_stop_iteration is not the first minimum of the validation loss"


def _text_faults(path: Path, files: Files, results: Path) -> Iterator[str]:
    try:
        place = path.relative_to(results).parts
        if place[0] == "datasets":
            datasets.read(path)
        elif place[0] == "tables":
            yield from _table_faults(path, files)
        elif place == ("metrics.json",):
            expected: dict[str, Any] = {table.stem: tables.headlines(tables.read_csv(table)) for table in sorted(results.glob("tables/*.csv"))}
            found = json.loads(path.read_text(encoding="utf-8"))
            yield from (f"{name} is not what its table says" for name in found if found[name] != expected.get(name))
        elif place[0] == "figures":
            end = path.read_bytes()[-16:]
            if (b"</svg>" if path.suffix == ".svg" else b"IEND") not in end:
                yield "is not a whole picture; delete it and run snakemake again"
    except (ValueError, KeyError, TypeError) as error:
        yield str(error).removeprefix(f"{path}: ")


def _table_faults(path: Path, files: Files) -> Iterator[str]:
    """Every row must be a row of a run; a run of which the table has a row must be there with all its rows, in order."""
    found = tables.read_csv(path)
    branches: dict[str, dict[str, None]] = {}
    for row in found:
        branches.setdefault(row["strategy"], {})[row["branch"]] = None
    runs = [file for file in files.values() if file.origin.kind == "run" and file.origin.settings["experiment"] == path.stem]
    expected: list[tables.Row] = []
    seen = {tuple(row.values()) for row in found}
    for run in runs:
        rows = tables.assemble([run], {name: list(chosen) for name, chosen in branches.items()})
        if any(tuple(row.values()) in seen for row in rows):
            expected += rows
    if tables.to_csv(found) != tables.to_csv(tables.ordered(expected)):
        yield "its rows are not what the runs say; delete it and run snakemake again"
