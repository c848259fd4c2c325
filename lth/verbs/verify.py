"""`lth verify`: every file of a results folder, and the chains between them, checked from the files alone."""

import dataclasses
import functools
import itertools
import math
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from lth import config, contents, datasets, networks, origins, pruning, settings, store, tables, tickets
from lth.appearance import figure_of
from lth.origins import MEND as AGAIN
from lth.origins import Input, Origin
from lth.places import RESULTS, path_of, products_of
from lth.store import File, Stored
from lth.strategies import SEARCH
from lth.study import Study
from lth.terminal import printable
from lth.verbs import prune, tabulate

SHARED = ("dataset", "validation", "seed", "network", "recipe")  # by a file and its parents, and by all runs of a table
PARTS = {"datasets": 0, "runs": 1, "origins": 2}  # in the order in which files follow from one another
MOST = 1 << 30  # bytes of a file that are read whatever the study plans
LISTED = 20  # lines of files that are named without being faults


class FaultyParentError(Exception):
    """A file that another was made from has a fault of its own, so the other cannot be checked."""


class ChangedParentError(Exception):
    """A file that another was made from is another one now: its name, and what has become of it."""


@dataclasses.dataclass
class Findings:
    """Faults (file and words), changed parents (file, parent and words), files that are not checked because a file that they were made from
    has a fault, and keys by name.
    """

    faults: list[tuple[Path, str]] = dataclasses.field(default_factory=list)
    changed: list[tuple[Path, Path, str]] = dataclasses.field(default_factory=list)
    waiting: list[Path] = dataclasses.field(default_factory=list)
    keys: dict[str, str] = dataclasses.field(default_factory=dict)

    def settle(self) -> None:
        """Where a parent has a fault itself, that explains why it is another one now, and the file waits."""
        faulty = {path for path, _ in self.faults}
        for path, parent, fault in self.changed:
            if parent in faulty:
                self.waiting.append(path)
            else:
                self.faults.append((path, fault))
        if not self.faults:  # then nothing else explains why a file cannot be checked
            self.faults = [(path, f"what it was made from does not fit its settings; {AGAIN}") for path in self.waiting]
            self.waiting = []


class Results:
    """A results folder: its files by the names under which they record one another, and the study that they may be of."""

    def __init__(self, folder: Path, study: Study | None):
        self.folder, self.study = folder, study
        self.planned = {node.path: node for node in study.nodes()} if study else {}
        self.names = {
            f"{RESULTS}/{path.relative_to(folder).as_posix()}" for path in folder.rglob("*") if not path.is_dir() and path.suffix != ".part"
        }
        self.stored = functools.lru_cache(maxsize=1000)(self._stored)
        self.file = functools.lru_cache(maxsize=8)(self._file)  # a parent is soon needed again
        self.document = functools.lru_cache(maxsize=1000)(self._document)
        self.manifest = functools.cache(self._manifest)

    def path(self, name: str) -> Path:
        """Where a file lies. Raises ValueError for a name that would lead out of the folder."""
        parts = Path(name).parts
        if parts[:1] != (RESULTS,) or ".." in parts:
            raise ValueError(f"{name}: expected a path below {RESULTS}")
        return self.folder.joinpath(*parts[1:])

    def _stored(self, name: str) -> Stored:
        return store.find(self.path(name))

    def _file(self, name: str) -> File:
        """A file with exactly the arrays that its kind has. Raises ValueError."""
        found = self.stored(name)
        template = self.template(found)
        if (size := contents.size(template)) > MOST and size > self._planned_size(name):
            raise ValueError(f"unpacks to {size:,} bytes, and the study plans no file of that size; it is not read")
        return found.load(template, exactly=True)

    def _planned_size(self, name: str) -> int:
        """Bytes that a file has as the study plans it, 0 where it plans none."""
        node = self.planned.get(name)
        if node is None or self.study is None:
            return 0
        source = self.study.config.datasets[self.study.experiments[node.settings["experiment"]].dataset]
        origin = Origin(node.kind, node.settings, "", {})
        return contents.size(contents.whole(origin, source.shape, source.classes))

    def _document(self, name: str) -> origins.Document:
        found = origins.read(self.path(name))
        return dataclasses.replace(found, files={str(self.path(file)): digest for file, digest in found.files.items()})

    def _manifest(self, name: str) -> dict[str, Any]:
        """A manifest, if the arrays beside it are what it says. Raises FaultyParentError."""
        try:
            return self.data(name)
        except ValueError as error:
            raise FaultyParentError(name) from error

    def data(self, name: str) -> dict[str, Any]:
        """A manifest, after a look at the arrays beside it. Raises ValueError where they are not what it says, or far more than is planned."""
        manifest = datasets.read_manifest(self.path(name), Path(name).stem)
        size = (math.prod(manifest["shape"]) + 8) * (manifest["training"] + manifest["test"])
        source = self.study.config.datasets.get(Path(name).stem) if self.study else None
        if size > MOST and (source is None or size > (math.prod(source.shape) + 8) * (source.training + source.test)):
            raise ValueError(f"images and labels of {size:,} bytes, and the study knows no data set of that size; they are not read")
        return datasets.read(self.path(name), Path(name).stem)[0]

    def template(self, found: Stored) -> contents.Template:
        """The arrays that a file must have."""
        if "shapes" in found.origin.settings:
            return contents.whole(found.origin, (), 0)
        manifest = self.manifest(found.origin.inputs["dataset"][0].path)
        return contents.whole(found.origin, manifest["shape"], manifest["classes"])

    def distribution(self, origin: Origin) -> tickets.Distribution:
        """Where the weights of a θ0, rewound or run file come from."""
        manifest = self.manifest(origin.inputs["dataset"][0].path)
        network = networks.read(origin.settings["network"], "network")
        architecture = networks.architecture(network, tuple(manifest["shape"]), manifest["classes"])
        return tickets.Distribution(architecture, network.initialization)


def verify(folder: Path) -> None:
    """Prints each fault with its file, and a summary. Raises ValueError where there is a fault or nothing to check.

    Checked are the files of the study whose `params.yaml` lies beside the folder, else all files in it: wholeness and content, kind and
    place, exactly the arrays of the kind, keys against settings and parents; masks bit-equal to what their method makes of the mask before,
    survivors exactly right in number; starting weights bit-equal to what the branch makes of θ0 and the mask; pruned weights exactly 0 after
    training; measures against curves; data set, split, seed, network and recipe the same in all of an experiment; tables against runs,
    metrics against tables; figures against what their inputs are drawn as.
    """
    if not (folder / "runs").is_dir():
        raise ValueError(f"{folder}: no folder runs in it; run snakemake first, or name the results folder (not a part of it)")
    study, found = _study(folder), Findings()
    results = Results(folder, study)
    planned = results.names if study is None else results.names & _known(study)
    for name in sorted(planned, key=lambda name: (PARTS.get(Path(name).parts[1], len(PARTS)), name)):
        _check(name, results, planned, found)
    found.settle()
    for path, fault in found.faults:
        print(printable(fault if fault.startswith(f"{path}: ") else f"{path}: {fault}"))
    for path in found.waiting:
        print(f"{printable(path)}: not checked, since a file that it was made from has a fault")
    strangers = sorted(results.names - planned)
    _list(results, strangers, "does not belong to the study, so it was not checked", "`lth tidy` lists them all")
    if study is not None:
        missing = sorted(study.files() - results.names)
        _list(results, missing, "is not there yet", "`snakemake -n` says what makes it")
    named = {path for path, _ in found.faults} | set(found.waiting)
    outdated = [name for name in (study.outdated(found.keys) if study else []) if results.path(name) not in named]
    _list(results, outdated, "is not what params.yaml and the code ask for now", "`snakemake -n` says what runs again")
    if found.faults:
        count = "1 fault" if len(found.faults) == 1 else f"{len(found.faults)} faults"
        files = "1 file that was" if len(found.waiting) == 1 else f"{len(found.waiting)} files that were"
        waiting = f", and {files} made from these" if found.waiting else ""
        mend = "do what each line says (or delete that file; nothing, where it says `not checked`), then run snakemake again"
        raise ValueError(f"{folder}: {count}{waiting}; {mend}")
    count = sum(name.endswith(".h5") for name in planned)
    pictures = sum(name.endswith((".svg", ".png")) for name in planned)
    others = len(planned) - count - pictures
    print(f"{folder}: {count} HDF5 files and {others} others are whole, in place, and follow from one another")
    print(f"{folder}: {pictures} pictures are those that were drawn")


def _study(folder: Path) -> Study | None:
    """The study beside the results, if there is one. A line says so where it cannot be read."""
    top = folder.absolute().parent
    if not (top / "params.yaml").exists():
        return None
    try:
        return Study(config.read(top / "params.yaml", top / config.CATALOG))
    except ValueError as error:
        print(printable(f"{folder}: compared with no study, since that beside it cannot be read ({error})"))
        return None


def _known(study: Study) -> set[str]:
    files = study.files()
    return files | {str(datasets.arrays_of(Path(path))) for path in files if path.startswith(f"{RESULTS}/datasets/")}


def _list(results: Results, names: list[str], what: str, more: str) -> None:
    """Names files that are no fault, not all of them where they are many."""
    for name in names[:LISTED]:
        print(f"{printable(results.path(name))}: {what}")
    if len(names) > LISTED:
        print(f"{results.folder}: so are {len(names) - LISTED} more files; {more}")


def _check(name: str, results: Results, planned: set[str], found: Findings) -> None:
    """One file. Whatever goes wrong is its fault, and the others are checked all the same."""
    path = results.path(name)
    try:
        for fault in _faults(name, results, planned, found.keys):
            found.faults.append(_placed(fault, path, results))
    except FaultyParentError:
        found.waiting.append(path)
    except ChangedParentError as error:
        parent, fault = error.args
        found.changed.append((path, results.path(parent), fault))
    except ValueError as error:
        found.faults.append(_placed(str(error), path, results))
    except Exception as error:  # files made to harm have faults of any kind: recursion, memory, types
        reason = f"{type(error).__name__}: {' '.join(str(error).split())}"
        found.faults.append((path, f"cannot be checked ({reason}); {AGAIN}"))


def _placed(fault: str, path: Path, results: Results) -> tuple[Path, str]:
    """A fault with the file that has it, which may be one that was made together with the file at `path`."""
    if fault.startswith(f"{results.folder}/"):
        return Path(fault.partition(": ")[0]), fault
    return path, fault


def _faults(name: str, results: Results, planned: set[str], keys: dict[str, str]) -> Iterator[str]:
    """The faults of a file. Its key is put among the `keys`, by name."""
    part = Path(name).parts[1]
    if name.endswith(".h5"):
        keys[name] = results.stored(name).origin.key
        yield from _file_faults(name, results)
    elif part == "origins":
        keys[name] = results.document(name).origin.key
        yield from _document_faults(name, results, planned)
    elif part == "datasets":
        manifest = Path(name).with_suffix(".json")
        if name == str(manifest):
            keys[name] = results.data(name)["key"]
        elif str(manifest) not in planned:
            yield f"has no manifest {manifest} beside it; {AGAIN}"
    elif not _origin_name(name) & planned:
        yield f"no file in {RESULTS}/origins says what it was made from; {AGAIN}"


def _origin_name(name: str) -> set[str]:
    """The origin file that a table, a figure or the metrics must have."""
    inner = Path(*Path(name).parts[1:])
    return {str(Path(RESULTS, "origins", inner).with_suffix(".json"))}


def _file_faults(name: str, results: Results) -> Iterator[str]:
    checks: dict[str, Callable[[File, Results, Mapping[str, File]], Iterator[str]]] = {
        "theta0": _theta0_faults,
        "rewound": _rewound_faults,
        "mask": _mask_faults,
        "run": _run_faults,
    }
    found = results.stored(name)
    if found.origin.kind not in checks:
        yield f"kind {found.origin.kind!r} has no place in results"
        return
    if name != (place := path_of(found.origin.kind, found.origin.settings)):
        yield f"is the file of {place}"
        return
    for role, (item,) in found.origin.inputs.items():
        if item.path not in results.names:
            yield f"was made from {item.path} ({role}), which is missing; run snakemake again"
            return
    file = results.file(name)
    yield from checks[found.origin.kind](file, results, _parents(file, results))


def _parents(file: File, results: Results) -> dict[str, File]:
    """The HDF5 files that one was made from, by role. Raises ValueError where one cannot be a parent of it, ChangedParentError where it is
    another one now, and FaultyParentError where it is itself at fault.
    """
    parents: dict[str, File] = {}
    for role, (item,) in file.origin.inputs.items():
        try:
            if role == "dataset":
                manifest = results.manifest(item.path)
                there = Input(item.path, manifest["key"], manifest["digest"])
            else:
                parents[role] = results.file(item.path)
                there = dataclasses.replace(parents[role].as_input(), path=item.path)
        except Exception as error:  # whatever is wrong with it is said where it is checked itself
            raise FaultyParentError(item.path) from error
        if role in parents and path_of(parents[role].origin.kind, parents[role].origin.settings) != item.path:
            raise FaultyParentError(item.path)
        _check_unchanged(item, there, role)
        if role in parents and not _related(file, role, parents[role]):
            raise ValueError(f"was made from {item.path}, which is not a {role} for it")
    return parents


def _check_unchanged(item: Input, there: Input, role: str) -> None:
    """Raises ChangedParentError where an input is another one than that from which a file was made."""
    source = f"was made from {item.path} ({role}) when"
    if there.key != item.key:
        raise ChangedParentError(item.path, f"{source} that had key {item.key}; now it has key {there.key}; {AGAIN}")
    if there.content != item.content:
        before, now = item.content[:12], there.content[:12]
        raise ChangedParentError(item.path, f"{source} its content was {before}...; now it is {now}...; {AGAIN}")


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


def _theta0_faults(file: File, results: Results, parents: Mapping[str, File]) -> Iterator[str]:
    plan, weights = file.origin.settings, file.group("weights")
    yield from _stack_faults(file, 1)
    distribution = results.distribution(file.origin)
    for index, trial in enumerate(file.origin.trials):
        drawn = distribution.draw(plan["seed"], "initialization", trial=trial)
        if any(not np.array_equal(weights[name][index], value) for name, value in drawn.items()):
            yield f"trial {trial} is not the draw that seed {plan['seed']} makes"


def _rewound_faults(file: File, results: Results, parents: Mapping[str, File]) -> Iterator[str]:
    yield from _stack_faults(file, 1)
    before = parents["start"].group("weights")
    if all(np.array_equal(value, before[name]) for name, value in file.group("weights").items()):
        yield f"is not trained: its weights are those of {parents['start'].path}"


def _mask_faults(file: File, results: Results, parents: Mapping[str, File]) -> Iterator[str]:
    masks = file.group("mask")
    if not parents:
        yield from _stack_faults(file, 1)
        yield from (f"{name}: the dense mask is not all ones" for name, mask in masks.items() if not mask.all())
        if file.arrays["ancestor_diverged"].any():
            yield "ancestor_diverged: no training run led to the dense mask"
        return
    plan, before, trained = file.origin.settings, parents["mask"], parents.get("weights")
    yield from _stack_faults(file, plan["repeats"])
    if trained and trained.origin.kind == "run" and trained.origin.inputs["mask"][0].content != before.content:
        yield f"was pruned from {before.path} by weights that were not trained under it"
        return
    if not np.array_equal(file.arrays["ancestor_diverged"], prune.ancestors(file.pairs, before, trained)):
        yield "ancestor_diverged is not what its parents say"
    expected = prune.remade(settings.build(prune.Plan, plan, "settings"), before, trained)
    for name, mask in masks.items():
        for index, (trial, repeat) in enumerate(file.pairs):
            found, wanted = int(mask[index].sum()), int(expected[name][index].sum())
            if found != wanted:
                yield f"{name}, trial {trial}, repeat {repeat}: {found} weights left, expected {wanted}"
            elif differing := int((mask[index] & ~expected[name][index]).sum()):
                method = plan["making"]["method"]
                yield f"{name}, trial {trial}, repeat {repeat}: {differing} of {found} weights are not those that method {method!r} leaves"


def _run_faults(file: File, results: Results, parents: Mapping[str, File]) -> Iterator[str]:
    plan = file.origin.settings
    yield from _stack_faults(file, plan["repeats"])
    if plan["branch"] == SEARCH and parents["mask"].origin.inputs["weights"][0].content != parents["start"].content:
        yield f"does not go on from the run that {parents['mask'].path} was pruned by"
        return
    rows, first = parents["mask"].rows(file.pairs), parents["start"].rows(file.pairs)
    masks = {name: mask[rows] for name, mask in parents["mask"].group("mask").items()}
    given = {name: value[first] for name, value in parents["start"].group("weights").items()}
    address = {name: plan[name] for name in ("strategy", "round", "branch")}
    start = tickets.start(plan["branch"], plan["seed"], address, file.pairs, masks, given, results.distribution(file.origin))
    for index, digest in enumerate(file.arrays["start_digest"]):
        if tickets.digest({name: value[index] for name, value in start.items()}).encode() != digest:
            yield f"network {index}: did not start from what branch {plan['branch']!r} makes of its start and the mask"
    for name, value in file.group("weights").items():
        if name in masks and (value[~masks[name]] != 0).any():
            yield f"{name}: a pruned weight is not 0 after training"
    yield from _measure_faults(file, masks, parents["mask"].arrays["ancestor_diverged"][rows])
    yield from _share_faults(file, results.manifest(file.origin.inputs["dataset"][0].path))


def _measure_faults(file: File, masks: Mapping[str, np.ndarray], ancestors: np.ndarray) -> Iterator[str]:
    """Measures that follow from curves, masks and parents."""
    measures, iterations = file.group("measures"), file.arrays["iterations"]
    recipe: settings.Recipe = settings.build(settings.Recipe, file.origin.settings["recipe"], "recipe")
    if iterations.tolist() != recipe.evaluations(file.origin.settings["start_iteration"]):
        yield "iterations are not those at which its recipe evaluates"
        return
    if measures["largest_pruned_weight"].any():
        yield "a pruned weight was not 0 after training"
    expected = {"weights_left": pruning.survivors(masks), "density": pruning.density(masks)}
    expected["ancestor_diverged"] = ancestors
    sources = {"weights_left": "the mask has", "density": "the mask has", "ancestor_diverged": "the mask says"}
    for name, value in contents.from_curves(iterations, file.group("curves")).items():
        expected[name], sources[name] = value, "the curves say"
    for name, value in expected.items():
        if not np.array_equal(measures[name], value, equal_nan=value.dtype.kind == "f"):
            yield f"{name} is not what {sources[name]}"
    last = measures["early_stop_iteration"] == iterations[-1]
    for name in ("train_loss", "train_accuracy"):
        early, end = measures[f"early_stop_{name}"][last], measures[f"final_{name}"][last]
        if not np.array_equal(early, end, equal_nan=True):
            yield f"early_stop_{name} is not final_{name}, though early stopping is at the end"


def _share_faults(file: File, manifest: Mapping[str, Any]) -> Iterator[str]:
    """An accuracy is a number of examples over all of them, and a cross-entropy is not negative."""
    validation = file.origin.settings["validation"]
    counts = {"train": manifest["training"] - validation, "validation": validation, "test": manifest["test"]}
    for name, value in file.arrays.items():
        part = next((part for part in counts if f"{part}_accuracy" in name), None)
        if part is not None:
            right = value * counts[part]
            whole = np.abs(right - np.rint(right)) < 1e-6  # a quotient of two counts below 2^30 has 16 digits
            if not (whole & (value >= 0) & (value <= 1)).all():
                yield f"{name} is no share of {counts[part]} examples"
        elif name.endswith("_loss") and (value < 0).any():
            yield f"{name} is negative"


def _document_faults(name: str, results: Results, planned: set[str]) -> Iterator[str]:
    """A table, a figure or the metrics, by the file that says what they were made from."""
    checks: dict[str, Callable[[origins.Document, Results], Iterator[str]]] = {
        "table": _table_faults,
        "figure": _figure_faults,
        "metrics": _metrics_faults,
    }
    found = results.document(name)
    kind, plan = found.origin.kind, found.origin.settings
    if kind not in checks:
        yield f"kind {kind!r} has no place in results"
    elif name != (place := path_of(kind, plan)):
        yield f"is the file of {place}"
    elif sorted(found.files) != sorted(str(results.path(file)) for file in products_of(kind, plan)):
        yield f"is the origin of {', '.join(found.files)}, expected {', '.join(products_of(kind, plan))}"
    else:
        origins.check_files(found)
        _check_inputs(found, results)
        yield from checks[kind](found, results)
        tabled = {other for other in planned if other.startswith(f"{RESULTS}/origins/tables/")}
        if kind == "metrics" and (missing := tabled - {item.path for item in found.origin.inputs["tables"]}):
            yield f"has no numbers of {min(missing)}; {AGAIN}"


def _check_inputs(found: origins.Document, results: Results) -> None:
    for role, items in found.origin.inputs.items():
        for item in items:
            if item.path not in results.names:
                raise ValueError(f"was made from {item.path} ({role}), which is missing; run snakemake again")
            try:
                there = results.stored(item.path) if role == "runs" else results.document(item.path)
            except Exception as error:
                raise FaultyParentError(item.path) from error
            _check_unchanged(item, there.as_input(), role)


def _runs(found: origins.Document, results: Results) -> list[Stored]:
    return [results.stored(item.path) for item in found.origin.inputs.get("runs", ())]


def _tables(found: origins.Document, results: Results) -> list[origins.Document]:
    return [results.document(item.path) for item in found.origin.inputs.get("tables", ())]


def _table_faults(found: origins.Document, results: Results) -> Iterator[str]:
    """The rows are those of its runs, and these belong together."""
    plan: tabulate.Plan = settings.build(tabulate.Plan, found.origin.settings, "settings")
    runs = _runs(found, results)
    for run, name in itertools.product(runs, ("experiment", *SHARED)):
        if run.origin.settings[name] != runs[0].origin.settings[name]:
            yield f"compares {runs[0].path} and {run.path}, which are not of the same {name}; {AGAIN}"
            return
    try:
        text = tables.text(runs, plan.strategies, plan.moments)
    except ValueError as error:
        raise FaultyParentError(found.path) from error
    yield from _text_faults(found, text, "its runs")


def _metrics_faults(found: origins.Document, results: Results) -> Iterator[str]:
    try:
        text = tables.metrics(_tables(found, results))
    except ValueError as error:
        raise FaultyParentError(found.path) from error
    yield from _text_faults(found, text, "its tables")


def _text_faults(found: origins.Document, text: str, source: str) -> Iterator[str]:
    (path,) = found.files
    if Path(path).read_bytes() != text.encode():
        yield f"{path}: is not what {source} say; {AGAIN}"


def _figure_faults(found: origins.Document, results: Results) -> Iterator[str]:
    """Drawn again by the same versions, a figure has the same bytes."""
    from lth import figures  # matplotlib takes half a second to import
    from lth.verbs import plot

    if {name: found.made_on.get(name) for name in figures.versions()} != figures.versions():
        return
    plan: plot.Plan = settings.build(plot.Plan, found.origin.settings, "settings")
    figure = figure_of(plan.figure, "settings.figure")
    try:
        picture = figures.draw(figure, plan.style, plan.curves, _runs(found, results) or _tables(found, results))
    except ValueError as error:
        raise FaultyParentError(found.path) from error
    images = figures.rendered(picture, plan.style.dpi, found.origin.key)
    for path, image in zip(products_of("figure", found.origin.settings), images, strict=True):
        if results.path(path).read_bytes() != image:
            yield f"{results.path(path)}: is not what its inputs are drawn as; {AGAIN}"
