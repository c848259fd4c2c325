"""A results folder: its files by the names under which they record one another."""

import dataclasses
import functools
from collections.abc import Mapping
from pathlib import Path

from lth import settings
from lth.data import arrays as data_arrays
from lth.data.source import Manifest, read_manifest
from lth.files import hdf5, origins
from lth.files.atomic import PART
from lth.files.hdf5 import File, Stored
from lth.files.origins import MEND, Document, Input, Origin
from lth.files.paths import RESULTS
from lth.lottery.initializations.distribution import Distribution
from lth.study.contents import template
from lth.study.graph import Study
from lth.study.plans.choices import PLANS
from lth.study.plans.plan import Plan
from lth.study.plans.theta0 import Theta0
from lth.study.plans.training import Training


class FaultyParentError(Exception):
    """A file that another was made from has a fault of its own, so the other is not checked."""


class ChangedParentError(Exception):
    """A file that another was made from is another one now: its name, and what became of it."""


class Results:
    """A results folder, and the study that its files may be of."""

    def __init__(self, folder: Path, study: Study | None):
        self.folder, self.study = folder, study
        self.planned = {node.path: node for node in study.known()} if study else {}
        found = [path for path in folder.rglob("*") if not path.is_dir() and path.suffix != PART]
        self.names = {f"{RESULTS}/{path.relative_to(folder).as_posix()}" for path in found}
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
        return hdf5.find(self.path(name))

    def _file(self, name: str) -> File:
        """A file with exactly the arrays that its kind has. Raises ValueError."""
        found = self.stored(name)
        expected = self._template(found.origin)
        size = hdf5.size(expected)
        if size > hdf5.MOST and size > self._planned_size(name):
            what = f"unpacks to {size:,} bytes, and the study plans no file of that size"
            raise ValueError(f"{what}; it is not read")
        return found.load(expected, exactly=True)

    def _template(self, origin: Origin) -> hdf5.Template:
        plan = plan_of(origin)
        if not isinstance(plan, (Theta0, Training)):
            return template(plan, (), 0)
        manifest = self.manifest_of(origin)
        return template(plan, manifest.shape, manifest.classes)

    def _planned_size(self, name: str) -> int:
        """Bytes that a file has as the study plans it, 0 where it plans none."""
        node = self.planned.get(name)
        if node is None or self.study is None:
            return 0
        experiment = self.study.experiments[node.settings["experiment"]]
        source = self.study.config.datasets[experiment.dataset]
        return hdf5.size(template(node.plan, source.shape, source.classes))

    def _document(self, name: str) -> Document:
        found = origins.read(self.path(name))
        files = {str(self.path(file)): digest for file, digest in found.files.items()}
        return dataclasses.replace(found, files=files)

    def _manifest(self, name: str) -> Manifest:
        """A manifest, if the arrays beside it are what it says. Raises FaultyParentError."""
        try:
            return self.data(name)
        except ValueError as error:
            raise FaultyParentError(name) from error

    def data(self, name: str) -> Manifest:
        """A manifest, after a look at the arrays beside it.

        Raises ValueError where they are not what it says, or far more than is planned.
        """
        dataset = Path(name).stem
        manifest = read_manifest(self.path(name), dataset)
        source = self.study.config.datasets.get(dataset) if self.study else None
        if manifest.size > max(hdf5.MOST, source.size if source else 0):
            what = f"images and labels of {manifest.size:,} bytes"
            why = "and the study knows no data set of that size; they are not read"
            raise ValueError(f"{what}, {why}")
        return data_arrays.read(self.path(name), dataset)[0]

    def manifest_of(self, origin: Origin) -> Manifest:
        """The manifest of the data set that a file was made from."""
        return self.manifest(origin.inputs["dataset"][0].path)

    def trained(self, name: str) -> bool:
        """Whether a file is of training runs."""
        return name.endswith(".h5") and self.stored(name).origin.kind in ("run", "rewound")

    def distribution(self, plan: Theta0 | Training, origin: Origin) -> Distribution:
        """Where the initial weights behind a file come from."""
        manifest = self.manifest_of(origin)
        architecture = plan.network.architecture(manifest.shape, manifest.classes)
        return Distribution(architecture, plan.network.initialization)

    def parents(self, file: File, plan: Plan) -> dict[str, File]:
        """The HDF5 files that one was made from, by role.

        Raises ValueError where one cannot be a parent of it, ChangedParentError where it is another
        one now, and FaultyParentError where it is itself at fault.
        """
        parents: dict[str, File] = {}
        for role, (item,) in file.origin.inputs.items():
            if role == "dataset":
                there = self._data_as_input(item)
            else:
                parents[role] = self._parent(item)
                there = dataclasses.replace(parents[role].as_input(), path=item.path)
            check_unchanged(item, there, role)
            if role in parents and plan.inputs()[role].fault(parents[role].origin):
                raise ValueError(f"was made from {item.path}, which is not a {role} for it")
        return parents

    def _data_as_input(self, item: Input) -> Input:
        try:
            manifest = self.manifest(item.path)
        except Exception as error:  # what is wrong with it is said where it is checked itself
            raise FaultyParentError(item.path) from error
        return manifest.as_input(Path(item.path))

    def _parent(self, item: Input) -> File:
        try:
            found = self.file(item.path)
            right = plan_of(found.origin).path == item.path
        except Exception as error:
            raise FaultyParentError(item.path) from error
        if not right:
            raise FaultyParentError(item.path)
        return found


def plan_of(origin: Origin) -> Plan:
    """The plan of a file. Raises ValueError where its settings are not those of its kind."""
    if origin.kind not in PLANS:
        raise ValueError(f"kind {origin.kind!r} does not belong in {RESULTS}")
    plan: Plan = settings.read(PLANS[origin.kind], dict(origin.settings), "settings")
    return plan


def check_unchanged(item: Input, there: Input, role: str) -> None:
    """Raises ChangedParentError where an input is not the one that a file was made from."""
    source = f"was made from {item.path} ({role}) when"
    if there.key != item.key:
        found = f"that had key {item.key}; now it has key {there.key}"
        raise ChangedParentError(item.path, f"{source} {found}; {MEND}")
    if there.content != item.content:
        found = f"its content was {item.content[:12]}...; now it is {there.content[:12]}..."
        raise ChangedParentError(item.path, f"{source} {found}; {MEND}")


def shared_settings(one: Mapping[str, object], other: Mapping[str, object]) -> str:
    """The first setting that all files of an experiment share, and these do not; "" if none."""
    for name in ("experiment", "dataset", "validation", "seed", "network", "recipe"):
        if name in one and name in other and one[name] != other[name]:
            return name
    return ""
