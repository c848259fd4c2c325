"""`lth verify`: every file of a results folder, and the chains between them, checked from the files alone."""

import dataclasses
import functools
import itertools
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from lth import config, datasets, networks, pruning, settings, store, tables, tickets
from lth.places import RESULTS, path_of
from lth.store import File
from lth.strategies import SEARCH
from lth.study import Study
from lth.verbs.prune import Plan, remade

SHARED = ("dataset", "validation", "seed", "network", "recipe")  # by a file and its parents, and by all runs of a table


@dataclasses.dataclass
class Findings:
    """Faults in words, files that are not checked because a file that they were made from has a fault, keys by name, and all runs without their
    weights.
    """

    faults: list[str] = dataclasses.field(default_factory=list)
    waiting: list[Path] = dataclasses.field(default_factory=list)
    keys: dict[str, str] = dataclasses.field(default_factory=dict)
    runs: list[File] = dataclasses.field(default_factory=list)


class FaultyParentError(Exception):
    """A file that another was made from has a fault of its own, so the other cannot be checked."""


@dataclasses.dataclass(frozen=True)
class Parents:
    """What a file was made from: HDF5 files by role, and the manifest of its data set where that is among them."""

    files: dict[str, File]
    manifest: dict[str, Any] | None

    def distribution(self, plan: Mapping[str, Any]) -> tickets.Distribution:
        """Where the weights of a θ0 or run file come from."""
        assert self.manifest is not None, "only masks of later rounds have no data set among their inputs"
        network = networks.read(plan["network"], "network")
        architecture = networks.architecture(network, tuple(self.manifest["shape"]), self.manifest["classes"])
        return tickets.Distribution(architecture, network.initialization)


def verify(results: Path) -> None:
    """Prints each fault with its file, and a summary. Raises ValueError where there is a fault or nothing to check.

    Checked are: wholeness and content, kind and place, keys against settings and parents; masks bit-equal to what their method makes of
    the mask before, survivors exactly right in number; starting weights bit-equal to what the branch makes of θ0 and the mask; pruned
    weights exactly 0 after training; data set, split, seed, network and recipe the same in all of an experiment; tables against runs,
    metrics against tables; figures whole.
    """
    if not (results / "runs").is_dir():
        raise ValueError(f"{results}: no folder runs in it; run snakemake first, or name the results folder (not a part of it)")
    found = Findings()
    get = functools.lru_cache(maxsize=8)(lambda name: store.read(results / Path(name).relative_to(RESULTS)))  # a parent is soon needed again
    paths = sorted(results.rglob("*.h5"))
    for path in paths:
        _check(f"{RESULTS}/{path.relative_to(results).as_posix()}", path, get, results, found)
    texts = [path for pattern in ("*.json", "*.csv", "*.svg", "*.png") for path in sorted(results.rglob(pattern))]
    broken = bool(found.faults)
    for path in texts:
        faults = [f"{path}: {fault}" for fault in _text_faults(path, found.runs, results)]
        if broken and faults and path.parent.name == "tables":
            found.waiting.append(path)
        else:
            found.faults += faults
    for fault in found.faults:
        print(fault)
    for path in found.waiting:
        print(f"{path}: not checked, since a file that it was made from has a fault")
    if found.faults:
        count = "1 fault" if len(found.faults) == 1 else f"{len(found.faults)} faults"
        waiting = f", and {len(found.waiting)} files that were made from these" if found.waiting else ""
        mend = "do what each line says (or delete that file; nothing, where it says `not checked`), then run snakemake again"
        raise ValueError(f"{results}: {count}{waiting}; {mend}")
    pictures = sum("figures" in path.parts for path in texts)
    print(f"{results}: {len(paths)} HDF5 files and {len(texts) - pictures} others are whole, in place, and follow from one another")
    print(f"{results}: {pictures} pictures are whole")
    if others := _outdated(found.keys, results.parent):
        print(f"{others} of them are not what params.yaml and the code ask for now; snakemake -n says what runs again")


def _outdated(keys: Mapping[str, str], top: Path) -> int:
    """How many files of the study beside the results, if there is one, have another key than planned. That is no fault: it may have changed."""
    try:
        return len(Study(config.read(top / "params.yaml", top / config.CATALOG)).outdated(keys))
    except ValueError:
        return 0


def _check(name: str, path: Path, get: Callable[[str], File], results: Path, found: Findings) -> None:
    """One HDF5 file, whose name is that by which others record it."""
    checks: dict[str, Callable[[File, Parents], Iterator[str]]] = {
        "theta0": _theta0_faults,
        "rewound": _rewound_faults,
        "mask": _mask_faults,
        "run": _run_faults,
    }
    try:
        file = get(name)
    except ValueError as error:
        found.faults.append(str(error))
        return
    if file.origin.kind not in checks:
        found.faults.append(f"{path}: kind {file.origin.kind!r} has no place in results")
        return
    if name != path_of(file.origin.kind, file.origin.settings):
        found.faults.append(f"{path}: is the file of {path_of(file.origin.kind, file.origin.settings)}")
        return
    found.keys[name] = file.origin.key
    try:
        if file.origin.kind == "run":
            found.runs.append(file.without("weights"))
        parents = _parents(file, get, results)
    except FaultyParentError:
        found.waiting.append(path)
    except ValueError as error:
        found.faults.append(f"{path}: {str(error).removeprefix(f'{path}: ')}")
    else:
        try:
            found.faults += [f"{path}: {fault}" for fault in checks[file.origin.kind](file, parents)]
        except (ValueError, KeyError, IndexError) as error:
            found.faults.append(f"{path}: cannot be checked, so another version of lth made it ({error}); delete it and run snakemake again")


def _parents(file: File, get: Callable[[str], File], results: Path) -> Parents:
    """Raises ValueError where a parent is missing or not the one that the file was made from, FaultyParentError where it is itself at fault."""
    files: dict[str, File] = {}
    manifest = None
    for role, (source, key) in file.origin.inputs.items():
        if not (results / Path(source).relative_to(RESULTS)).exists():
            raise ValueError(f"was made from {source} ({role}), which is missing")
        try:
            if role == "dataset":
                manifest = datasets.read_manifest(results / Path(source).relative_to(RESULTS), Path(source).stem)
                there = manifest["key"]
            else:
                files[role] = get(source)
                there = files[role].origin.key
        except ValueError as error:
            raise FaultyParentError(source) from error
        if role in files and path_of(files[role].origin.kind, files[role].origin.settings) != source:
            raise FaultyParentError(source)
        if there != key:
            raise ValueError(f"was made from {source} ({role}) when that had key {key}; now it has key {there}")
        if role in files and not _related(file, role, files[role]):
            raise ValueError(f"was made from {source}, which is not a {role} for it")
    return Parents(files, manifest)


def _related(file: File, role: str, parent: File) -> bool:
    """Whether a parent is of the kind, place and settings that its role asks for."""
    own, its = file.origin.settings, parent.origin.settings
    making = own.get("making", {})
    match file.origin.kind, role:
        case "mask", "mask":
            expected = {"strategy": making["strategy"], "round": making["round"]}
            kind = "mask"
        case "mask", _ if making["weights"] == "theta0":
            expected, kind = {}, "theta0"
        case "mask", _:
            expected = {"strategy": making["strategy"], "round": making["round"], "branch": making["weights"]}
            kind = "run"
        case _, "mask":
            expected, kind = {"strategy": own["strategy"], "round": own["round"]}, "mask"
        case _ if own["branch"] == SEARCH:  # by whose weights the mask was made is checked with the mask
            expected, kind = {}, "run"
        case _ if own.get("start_iteration"):
            expected, kind = {"iteration": own["start_iteration"]}, "rewound"
        case _:
            expected, kind = {}, "theta0"
    expected |= {"experiment": own["experiment"], "block": own["block"]} | {name: own[name] for name in SHARED if name in own and name in its}
    return parent.origin.kind == kind and all(its.get(name) == value for name, value in expected.items())


def _stack_faults(file: File, repeats: int) -> Iterator[str]:
    """The networks of a stack are all repeats of the first trial of the block, then of the second, and so on."""
    if file.pairs != list(itertools.product(file.origin.trials, range(repeats))):
        yield f"the stack is not that of {file.origin.settings['block']} with {repeats} repeats"


def _theta0_faults(file: File, parents: Parents) -> Iterator[str]:
    plan, weights = file.origin.settings, file.group("weights")
    yield from _stack_faults(file, 1)
    for index, trial in enumerate(file.origin.trials):
        drawn = parents.distribution(plan).draw(plan["seed"], "initialization", trial=trial)
        if any(not np.array_equal(weights[name][index], value) for name, value in drawn.items()):
            yield f"trial {trial} is not the draw that seed {plan['seed']} makes"


def _rewound_faults(file: File, parents: Parents) -> Iterator[str]:
    yield from _stack_faults(file, 1)
    before = parents.files["start"].group("weights")
    if all(np.array_equal(value, before[name]) for name, value in file.group("weights").items()):
        yield f"is not trained: its weights are those of {parents.files['start'].path}"


def _mask_faults(file: File, parents: Parents) -> Iterator[str]:
    masks = file.group("mask")
    if not parents.files:
        yield from _stack_faults(file, 1)
        yield from (f"{name}: the dense mask is not all ones" for name, mask in masks.items() if not mask.all())
        return
    plan, before, trained = file.origin.settings, parents.files["mask"], parents.files.get("weights")
    yield from _stack_faults(file, plan["repeats"])
    if trained and trained.origin.kind == "run" and trained.origin.inputs["mask"][1] != before.origin.key:
        yield f"was pruned from {before.path} by weights that were not trained under it"
        return
    expected = remade(settings.build(Plan, plan, "settings"), before, trained)
    for name, mask in masks.items():
        for index, (trial, repeat) in enumerate(file.pairs):
            found, wanted = int(mask[index].sum()), int(expected[name][index].sum())
            if found != wanted:
                yield f"{name}, trial {trial}, repeat {repeat}: {found} weights left, expected {wanted}"
            elif differing := int((mask[index] & ~expected[name][index]).sum()):
                method = plan["making"]["method"]
                yield f"{name}, trial {trial}, repeat {repeat}: {differing} of {found} weights are not those that method {method!r} leaves"


def _run_faults(file: File, parents: Parents) -> Iterator[str]:
    plan, measures = file.origin.settings, file.group("measures")
    yield from _stack_faults(file, plan["repeats"])
    if plan["branch"] == SEARCH and parents.files["mask"].origin.inputs["weights"][1] != parents.files["start"].origin.key:
        yield f"does not go on from the run that {parents.files['mask'].path} was pruned by"
        return
    rows, first = parents.files["mask"].rows(file.pairs), parents.files["start"].rows(file.pairs)
    masks = {name: mask[rows] for name, mask in parents.files["mask"].group("mask").items()}
    given = {name: value[first] for name, value in parents.files["start"].group("weights").items()}
    address = {name: plan[name] for name in ("strategy", "round", "branch")}
    start = tickets.start(plan["branch"], plan["seed"], address, file.pairs, masks, given, parents.distribution(plan))
    for index, digest in enumerate(file.arrays["start_digest"]):
        if tickets.digest({name: value[index] for name, value in start.items()}) != digest.decode():
            yield f"network {index}: did not start from what branch {plan['branch']!r} makes of its start and the mask"
    for name, value in file.group("weights").items():
        if name in masks and (value[~masks[name]] != 0).any():
            yield f"{name}: a pruned weight is not 0 after training"
    if measures["largest_pruned_weight"].any():
        yield "a pruned weight was not 0 after training"
    for name, value in (("weights_left", pruning.survivors(masks)), ("density", pruning.density(masks))):
        if not np.array_equal(measures[name], value):
            yield f"{name} is not what the mask has"
    loss = file.arrays["curves/validation_loss"]
    stop = np.where(np.isfinite(loss), loss, np.inf).argmin(axis=1)
    if not np.array_equal(measures["early_stop_iteration"], file.arrays["iterations"][stop]):
        yield "early_stop_iteration is not the first minimum of the validation loss"


def _text_faults(path: Path, runs: list[File], results: Path) -> Iterator[str]:
    try:
        place = path.relative_to(results).parts
        if place[0] == "datasets":
            datasets.read(path, path.stem)
        elif place[0] == "tables":
            yield from _table_faults(path, runs)
        elif place == ("metrics.json",):
            expected: dict[str, Any] = {table.stem: tables.headlines(tables.read_csv(table)) for table in sorted(results.glob("tables/*.csv"))}
            found = _json(path)
            yield from (
                f"{name} is not what its table says; delete it and run snakemake again"
                if name in expected
                else f"has numbers of {name}, and no table of that is there; run snakemake again"
                for name in found
                if found[name] != expected.get(name)
            )
        elif place[0] == "figures":
            end = path.read_bytes()[-16:]
            if (b"</svg>" if path.suffix == ".svg" else b"IEND") not in end:
                yield "is not a whole picture; delete it and run snakemake again"
    except (ValueError, KeyError, TypeError) as error:
        yield str(error).removeprefix(f"{path}: ")


def _json(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise ValueError("is not JSON as `lth summarize` writes it; delete it and run snakemake again")
    return found


def _table_faults(path: Path, runs: list[File]) -> Iterator[str]:
    """Every row must be a row of a run; a run of which the table has a row must be there with all its rows, in order."""
    table, runs = tables.read_csv(path), [run for run in runs if run.origin.settings["experiment"] == path.stem]
    moments = tables.moments_of(list(table[0])) if table else []
    branches: dict[str, dict[str, None]] = {}
    for row in table:
        branches.setdefault(row["strategy"], {})[row["branch"]] = None
    there = {(name, run.origin.settings["round"], run.origin.settings["branch"]) for run in runs if (name := run.origin.settings["strategy"])}
    for strategy, round, branch in sorted({(row["strategy"] if row["round"] else "dense", row["round"], row["branch"]) for row in table} - there):
        yield f"has rows of {strategy}/round-{round}/{branch}, and no run of that is there; run snakemake again"
        return
    compared: list[File] = []
    seen = {tables.to_csv([row], moments) for row in table}  # as text, since a NaN equals nothing
    expected: list[tables.Row] = []
    for run in runs:
        rows = tables.assemble(tables.rows(run, moments), {name: list(chosen) for name, chosen in branches.items()})
        if any(tables.to_csv([row], moments) in seen for row in rows):
            expected += rows
            compared.append(run)
    for name, run in itertools.product(SHARED, compared):
        if run.origin.settings[name] != compared[0].origin.settings[name]:
            mend = "delete the one that is not of this study, and run snakemake again"
            yield f"compares {compared[0].path} and {run.path}, which are not of the same {name}; {mend}"
            return
    if tables.to_csv(table, moments) != tables.to_csv(tables.ordered(expected), moments):
        yield "its rows are not what the runs say; delete it and run snakemake again"
