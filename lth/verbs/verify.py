"""`lth verify`: check every file of a results folder, and the chains between them."""

import dataclasses
import random
import time
from pathlib import Path

from lth.files.origins import MEND
from lth.files.terminal import printable
from lth.study import catalog
from lth.study.faults.files import faults_of, key_of
from lth.study.graph import Study
from lth.study.paper import SCALES
from lth.study.results import ChangedParentError, FaultyParentError, Results

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

    The files are those of the study whose `params.yaml` lies beside the folder, and those of the
    paper's figures. Where none lies there, they are all files in the folder. `lth.study.faults`
    says what is checked of each. Then `recompute` of the training runs, drawn by a seed, are
    trained once more (see `recomputing`). Raises ValueError where there is a fault or nothing to
    check.
    """
    if not (folder / "runs").is_dir():
        mend = "run snakemake first, or name the results folder (not a part of it)"
        raise ValueError(f"{folder}: no folder runs in it; {mend}")
    found, results = Findings(), _results(folder)
    study = results.study
    known = results.names if study is None else results.names & study.known_files()
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


def _results(folder: Path) -> Results:
    """A results folder with the study beside it, if there is one.

    The figures of the paper are read where there are files that the study does not ask for. A line
    says so where the study cannot be read.
    """
    top = folder.absolute().parent
    if not (top / "params.yaml").exists():
        return Results(folder, None)
    params, entries = top / "params.yaml", top / catalog.CATALOG
    try:
        alone = Study(catalog.read(params, entries))
        results = Results(folder, alone)
        if results.names <= alone.known_files():
            return results
        return Results(folder, Study(catalog.read(params, entries, SCALES)))
    except ValueError as error:
        why = f"since that beside it cannot be read ({error})"
        print(printable(f"{folder}: compared with no study, {why}"))
        return Results(folder, None)


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
        if key := key_of(name, results):
            found.keys[name] = key
        for fault in faults_of(name, results, known):
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
