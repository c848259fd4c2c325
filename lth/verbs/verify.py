"""`lth verify`: check every file of a results folder, and the chains between them."""

import dataclasses
import random
import time
from collections.abc import Iterator
from pathlib import Path

from lth.files.origins import MEND
from lth.files.paths import RESULTS
from lth.files.terminal import printable
from lth.study import catalog
from lth.study.faults.choices import FAULTS
from lth.study.faults.documents import document_faults
from lth.study.graph import Study
from lth.study.results import ChangedParentError, FaultyParentError, Results, plan_of

PARTS = {"datasets": 0, "runs": 1, "origins": 2}  # files follow from one another in this order
LISTED = 20  # lines of files that are named without being faults


@dataclasses.dataclass
class Findings:
    """What is found.

    `faults` are (file, words), `changed` are parents that are other ones now (file, parent, words).
    A file waits where one that it was made from has a fault. Those that should be trained once more
    and could not be are `untrained`. `keys` are by name of the file.
    """

    faults: list[tuple[Path, str]] = dataclasses.field(default_factory=list)
    changed: list[tuple[Path, Path, str]] = dataclasses.field(default_factory=list)
    waiting: list[Path] = dataclasses.field(default_factory=list)
    untrained: list[Path] = dataclasses.field(default_factory=list)
    keys: dict[str, str] = dataclasses.field(default_factory=dict)

    def settle(self) -> None:
        """A file whose changed parent has a fault itself waits for that one."""
        faulty = {path for path, _ in self.faults}
        for path, parent, fault in self.changed:
            if parent in faulty:
                self.waiting.append(path)
            else:
                self.faults.append((path, fault))
        if not self.faults:  # then nothing else explains why a file cannot be checked
            fault = f"what it was made from does not fit its settings; {MEND}"
            self.faults = [(path, fault) for path in self.waiting]
            self.waiting = []


def verify(folder: Path, *, recompute: int | None, seed: int | None) -> None:
    """Prints each fault with its file, and a summary.

    Checked are the files of the study whose `params.yaml` lies beside the folder, else all files in
    it: wholeness and content, kind and path, exactly the arrays of the kind, keys against settings
    and parents; and by kind what `lth.study.faults` says: every mask is pruned once more. Then
    `recompute` of the training runs, drawn by a seed, are trained once more (see `recomputing`).
    Raises ValueError where there is a fault or nothing to check.
    """
    if not (folder / "runs").is_dir():
        mend = "run snakemake first, or name the results folder (not a part of it)"
        raise ValueError(f"{folder}: no folder runs in it; {mend}")
    study, found = _study(folder), Findings()
    results = Results(folder, study)
    known = results.names if study is None else results.names & (study.files() | study.arrays())
    for name in sorted(known, key=_order):
        _check(name, results, known, found)
    found.settle()
    if recompute:
        _recompute(
            results, found, known, recompute, random.randrange(1000) if seed is None else seed
        )
    _print_faults(found)
    _print_others(results, known, found)
    if found.faults:
        raise ValueError(f"{folder}: {_summary(found)}")
    if found.untrained:
        what = f"{len(found.untrained)} files could not be trained once more"
        raise ValueError(f"{folder}: no fault was found, but {what}")
    count = sum(name.endswith(".h5") for name in known)
    pictures = sum(name.endswith((".svg", ".png")) for name in known)
    others = len(known) - count - pictures
    what = f"{count} HDF5 files and {others} others"
    print(f"{folder}: {what} are whole, in place, and follow from one another")
    print(f"{folder}: {pictures} pictures are as they were drawn")


def _recompute(results: Results, found: Findings, names: set[str], count: int, seed: int) -> None:
    """Trains some of the files of training runs once more, and prints a line for each."""
    from lth.study import recomputing  # loads the engines

    bad = {path for path, _ in found.faults} | set(found.waiting)
    whole = [name for name in sorted(names) if results.path(name) not in bad]
    runs = [name for name in whole if results.trained(name)]
    chosen = recomputing.drawn(runs, count, seed)
    many = f"{len(chosen)} of {len(runs)} files of training runs"
    print(f"{results.folder}: trains {many} once more (--seed {seed})")
    for name in chosen:
        path, began = results.path(name), time.monotonic()
        try:
            agrees, faults = recomputing.trained_again(name, results)
        except ValueError as error:
            found.untrained.append(path)
            agrees, faults = f"cannot be trained once more: {error}", []
        found.faults += [(path, fault) for fault in faults]
        said = f"trained once more, {len(faults)} arrays differ" if faults else agrees
        print(
            f"{printable(path)}: {printable(said)} ({time.monotonic() - began:.0f} s)", flush=True
        )


def _study(folder: Path) -> Study | None:
    """The study beside the results, if there is one. A line says so where it cannot be read."""
    top = folder.absolute().parent
    if not (top / "params.yaml").exists():
        return None
    try:
        return Study(catalog.read(top / "params.yaml", top / catalog.CATALOG))
    except ValueError as error:
        why = f"since that beside it cannot be read ({error})"
        print(printable(f"{folder}: compared with no study, {why}"))
        return None


def _order(name: str) -> tuple[int, str]:
    return PARTS.get(Path(name).parts[1], len(PARTS)), name


def _print_faults(found: Findings) -> None:
    for path, fault in found.faults:
        print(printable(fault if fault.startswith(f"{path}: ") else f"{path}: {fault}"))
    for path in found.waiting:
        why = "since a file that it was made from has a fault"
        print(f"{printable(path)}: not checked, {why}")


def _print_others(results: Results, known: set[str], found: Findings) -> None:
    """Files that are no fault: strangers, and those that are missing or outdated."""
    what = "does not belong to the study, so it was not checked"
    _list(results, sorted(results.names - known), what, "`lth tidy` lists them all")
    if results.study is None:
        return
    missing = sorted(results.study.files() - results.names)
    _list(results, missing, "is not there yet", "`snakemake -n` says what makes it")
    named = {path for path, _ in found.faults} | set(found.waiting)
    outdated = [
        name for name in results.study.outdated(found.keys) if results.path(name) not in named
    ]
    what = "is not what params.yaml and the code ask for now"
    _list(results, outdated, what, "`snakemake -n` says what runs again")


def _list(results: Results, names: list[str], what: str, more: str) -> None:
    """Names files, not all of them where they are many."""
    for name in names[:LISTED]:
        print(f"{printable(results.path(name))}: {what}")
    if len(names) > LISTED:
        print(f"{results.folder}: and {len(names) - LISTED} more files; {more}")


def _summary(found: Findings) -> str:
    count = "1 fault" if len(found.faults) == 1 else f"{len(found.faults)} faults"
    waiting = ""
    if found.waiting:
        one = len(found.waiting) == 1
        files = "1 file that was" if one else f"{len(found.waiting)} files that were"
        waiting = f", and {files} made from {'it' if len(found.faults) == 1 else 'these'}"
    mend = "do what each line says, or else delete its file (not those marked `not checked`)"
    return f"{count}{waiting}; {mend}, then run snakemake again"


def _check(name: str, results: Results, known: set[str], found: Findings) -> None:
    """One file. Whatever goes wrong is its fault, and the others are checked all the same."""
    path = results.path(name)
    try:
        for fault in _faults(name, results, known, found.keys):
            found.faults.append(_placed(fault, path, results))
    except FaultyParentError:
        found.waiting.append(path)
    except ChangedParentError as error:
        parent, fault = error.args
        found.changed.append((path, results.path(parent), fault))
    except ValueError as error:
        found.faults.append(_placed(str(error), path, results))
    except Exception as error:  # files made to harm have faults of any kind: recursion, memory
        reason = f"{type(error).__name__}: {' '.join(str(error).split())}"
        found.faults.append((path, f"cannot be checked ({reason}); {MEND}"))


def _placed(fault: str, path: Path, results: Results) -> tuple[Path, str]:
    """A fault with the file that has it, which may be one that was made with the file at `path`."""
    if fault.startswith(f"{results.folder}/"):
        return Path(fault.partition(": ")[0]), fault
    return path, fault


def _faults(name: str, results: Results, known: set[str], keys: dict[str, str]) -> Iterator[str]:
    """The faults of a file. Its key is put among the `keys`, by name."""
    part = Path(name).parts[1]
    if name.endswith(".h5"):
        keys[name] = results.stored(name).origin.key
        yield from _file_faults(name, results)
    elif part == "origins":
        keys[name] = results.document(name).origin.key
        yield from _origin_faults(name, results, known)
    elif part == "datasets":
        manifest = str(Path(name).with_suffix(".json"))
        if name == manifest:
            keys[name] = results.data(name).key
        elif manifest not in known:
            yield f"has no manifest {manifest} beside it; {MEND}"
    elif _origin_of(name) not in known:
        yield f"no file in {RESULTS}/origins says what it was made from; {MEND}"


def _origin_of(name: str) -> str:
    """The origin file that a table, a figure or the metrics must have."""
    inner = Path(*Path(name).parts[1:])
    return str(Path(RESULTS, "origins", inner).with_suffix(".json"))


def _file_faults(name: str, results: Results) -> Iterator[str]:
    """An HDF5 file: its kind and path, its inputs, and what its kind must fulfil."""
    found = results.stored(name)
    plan = plan_of(found.origin)
    if plan.KIND not in FAULTS:
        yield f"kind {plan.KIND!r} has no HDF5 file"
        return
    if name != plan.path:
        yield f"is the file of {plan.path}"
        return
    expected = sorted(plan.inputs())
    if sorted(found.origin.inputs) != expected:
        yield f"expected inputs {', '.join(expected)}, got {', '.join(found.origin.inputs)}"
        return
    for role, items in found.origin.inputs.items():
        if len(items) != 1:
            yield f"expected one input as {role}, got {len(items)}"
            return
        if items[0].path not in results.names:
            what = f"{items[0].path} ({role}), which is missing"
            yield f"was made from {what}; run snakemake again"
            return
    yield from FAULTS[plan.KIND](results.file(name), plan, results)


def _origin_faults(name: str, results: Results, known: set[str]) -> Iterator[str]:
    """An origin file, and the files that it is the origin of."""
    found = results.document(name)
    plan = plan_of(found.origin)
    yield from document_faults(name, found, plan, results)
    if plan.KIND == "metrics":
        tables = {other for other in known if other.startswith(f"{RESULTS}/origins/tables/")}
        if missing := tables - {item.path for item in found.origin.inputs["tables"]}:
            yield f"has no numbers of {min(missing)}; {MEND}"
