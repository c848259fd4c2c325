"""The reader of `params.yaml` and the catalog: frozen and complete values of a whole study."""

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from lth import settings
from lth.data.source import Source
from lth.data.sources.choices import SOURCES
from lth.report.claims import Claim
from lth.report.figures.choices import Figure
from lth.report.formulas import Names
from lth.report.listed import Difference
from lth.report.style import Style
from lth.report.subject import Subject
from lth.settings import expected, unknown
from lth.study import yaml
from lth.study.altered import altered
from lth.study.checks import check_experiment, check_measured
from lth.study.claim_names import names_of_claims, read_claims
from lth.study.entries import check_name, extended
from lth.study.experiment import Experiment
from lth.study.overs import named
from lth.study.paper import SCALES, Numbered, Scale, figure_at, file_of, words_of
from lth.study.subjects import subject_of
from lth.study.sweeps import Sweep, check_setting, swept

CATALOG = Path("workflow/catalog")
SECTIONS = ("experiments", "sweeps", "datasets", "figures", "paper", "claims", "differences")
NEEDED = ("experiments", "figures", "style")  # of params.yaml
KNOWN = (*NEEDED, "sweeps", "scale")  # of params.yaml
Entries = dict[str, dict[str, Any]]  # by section and name
MOST_JOBS = 100_000  # `lth` alone needs 2 s and 120 MB to plan 40,000 training runs


@dataclasses.dataclass(frozen=True)
class Drawn:
    """Figures by name, and the experiments that they draw.

    Figures are resolved: they have a round in place of each level. `faults` say of others why they
    cannot be drawn.
    """

    experiments: Mapping[str, Experiment]
    figures: Mapping[str, Figure]
    faults: Mapping[str, str] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class Config:
    """A whole study: what `params.yaml` asks for, and what can be asked for beside it.

    `paper` are the figures of the paper that were read with it, at `scales`. An experiment of
    `params.yaml` stands in for the paper's of the same name, so some of them may have faults.
    `words` are the names in words of all figures of the paper by their numbers, and `scale` is the
    one at which they are asked for. `differences` are those between the catalog and the paper.
    `sweeps` are the experiments of each sweep, and `names` what each claim names. `changed` are the
    experiments of `params.yaml` that are not the catalog's (`lth.study.altered`).
    """

    asked: Drawn
    paper: Drawn
    scales: Sequence[Scale]
    words: Mapping[str, str]
    scale: Scale
    differences: tuple[Difference, ...]
    datasets: Mapping[str, Source]
    style: Style
    sweeps: Mapping[str, tuple[str, ...]]
    claims: Mapping[str, Claim]
    names: Mapping[str, Names]
    changed: frozenset[str]

    @property
    def experiments(self) -> Mapping[str, Experiment]:
        """All experiments by name."""
        return {**self.paper.experiments, **self.asked.experiments}

    @property
    def figures(self) -> Mapping[str, Figure]:
        """All figures by name."""
        return {**self.paper.figures, **self.asked.figures}


def read(
    params: Path | str = "params.yaml",
    catalog: Path | str = CATALOG,
    scales: Sequence[Scale] = (),
) -> Config:
    """Reads the study of a params file over a catalog folder, and the paper's figures at `scales`.

    A fault is a ValueError of one line: file or dotted key, what was found, what is legal.
    """
    params, catalog = Path(params), Path(catalog)
    entries = entries_of(catalog)
    if not entries["experiments"]:
        raise ValueError(f"{catalog}: no experiments found in its *.yaml files; {yaml.TOP}")
    study = _sections(params, KNOWN, required=NEEDED)
    known = _sources(entries["datasets"], catalog)
    sweeps = sweeps_of(entries["sweeps"], entries)
    own_sweeps = sweeps_of(study.get("sweeps", {}), entries)
    members = _members(own_sweeps, study["experiments"], f"{params}: experiments")
    asked = study["experiments"] | members
    experiments = _experiments(asked, entries["experiments"], known)
    _check_size(experiments, params, entries["experiments"])
    _check_shared(own_sweeps, asked, entries["experiments"], "experiment of the study")
    over = {name: item for name, item in (sweeps | own_sweeps).items() if name not in asked}
    figures = _figures(study["figures"], entries, over)
    subjects = _subjects(experiments, known)
    members_of = {name: tuple(item.members(name)) for name, item in (sweeps | own_sweeps).items()}
    resolved = {name: item.resolved(subjects, f"figures.{name}") for name, item in figures.items()}
    drawn = Drawn(experiments, resolved)
    claims = read_claims(entries["claims"], entries["paper"])
    every = {**entries["experiments"], **asked}
    return Config(
        asked=drawn,
        paper=_paper(scales, drawn, entries, sweeps, known),
        scales=scales,
        words=words_of(entries["paper"]),
        scale=settings.read(Scale, study.get("scale", SCALES[0]), "scale"),
        differences=_differences(entries["differences"]),
        datasets=known,
        style=_style(study["style"]),
        sweeps=members_of,
        claims=claims,
        names=names_of_claims(claims, every, entries["paper"], members_of),
        changed=altered(asked, entries["experiments"]),
    )


def _differences(entries: Mapping[str, Any]) -> tuple[Difference, ...]:
    return tuple(
        settings.read(Difference, item, f"differences.{name}") for name, item in entries.items()
    )


def _style(data: Any) -> Style:
    style = settings.read(Style, data, "style")
    for branch in style.colors:
        check_measured(branch, f"style.colors.{branch}")
    return style


def sources(catalog: Path | str = CATALOG) -> dict[str, Source]:
    """All data sets by name: those of `lth`, and those that the catalog describes."""
    return _sources(entries_of(Path(catalog))["datasets"], Path(catalog))


def entries_of(catalog: Path) -> Entries:
    """The entries of all files of a catalog folder as plain data, by section and name.

    Experiments of sweeps are among the experiments.
    """
    found: Entries = {section: {} for section in SECTIONS}
    for file in sorted(catalog.glob("*.yaml")):
        for section, entries in _sections(file, SECTIONS, required=()).items():
            if twice := found[section].keys() & entries.keys():
                fault = f"{section}.{min(twice)} is in another file of the catalog too"
                raise ValueError(f"{file}: {fault}; rename one")
            for name in entries:
                check_name(name, f"{file}: {section}.{name}")
            found[section] |= entries
    sweeps = sweeps_of(found["sweeps"], found)
    members = _members(sweeps, found["experiments"], f"{catalog}")
    found["experiments"] |= members
    _check_shared(sweeps, found["experiments"], found["experiments"], "catalog entry")
    return found


def _experiments(
    asked: Mapping[str, Any], entries: Mapping[str, Any], known: Mapping[str, Source]
) -> dict[str, Experiment]:
    experiments: dict[str, Experiment] = {}
    for name, data in asked.items():
        where = f"experiments.{name}"
        whole = extended(name, data, entries, where)
        experiments[name] = settings.read(Experiment, whole, where)
        check_experiment(experiments[name], known, where)
    return experiments


def sweeps_of(asked: Mapping[str, Any], entries: Entries) -> dict[str, Sweep]:
    """Sweeps by name. Raises ValueError where one is of no experiment, or over no setting of it."""
    sweeps: dict[str, Sweep] = {}
    for name, data in asked.items():
        where = f"sweeps.{name}"
        sweep = settings.read(Sweep, extended(name, data, entries["sweeps"], where), where)
        if sweep.of not in entries["experiments"]:
            raise unknown(f"{where}.of", "catalog entry", sweep.of, entries["experiments"])
        changed = {"extends": sweep.of, **sweep.change}
        check_setting(sweep, extended(name, changed, entries["experiments"], where), where)
        sweeps[name] = sweep
    return sweeps


def _check_shared(
    sweeps: Mapping[str, Sweep],
    experiments: Mapping[str, Any],
    entries: Mapping[str, Any],
    what: str,
) -> None:
    """Raises ValueError where a shared experiment is not there, or has another value."""
    for sweep, item in sweeps.items():
        for value, name in item.shared.items():
            where = f"sweeps.{sweep}.shared.{value}"
            if name not in experiments:
                raise unknown(where, what, name, experiments)
            item.check_shared(value, extended(name, experiments[name], entries, where), where)


def _members(sweeps: Mapping[str, Sweep], others: Mapping[str, Any], where: str) -> dict[str, Any]:
    """The entries of the experiments of sweeps, by name."""
    members: dict[str, Any] = {}
    for sweep, item in sweeps.items():
        if sweep in others:
            raise ValueError(f"{where}: {sweep} is a sweep and an experiment; rename one")
        for name, entry in item.entries(sweep).items():
            if name in others or name in members:
                raise ValueError(f"{where}: {name} of sweeps.{sweep} is there twice; rename one")
            members[name] = entry
    return members


def _figures(
    asked: Mapping[str, Any], entries: Entries, sweeps: Mapping[str, Sweep]
) -> dict[str, Figure]:
    figures: dict[str, Figure] = {}
    for name, data in asked.items():
        where = f"figures.{name}"
        whole = extended(name, data, entries["figures"], where)
        figures[name] = settings.read(Figure, swept(whole, sweeps), where)
    return figures


def _subjects(
    experiments: Mapping[str, Experiment], known: Mapping[str, Source]
) -> dict[str, Subject]:
    return {name: subject_of(item, known) for name, item in experiments.items()}


def _paper(
    scales: Sequence[Scale],
    asked: Drawn,
    entries: Entries,
    sweeps: Mapping[str, Sweep],
    known: Mapping[str, Source],
) -> Drawn:
    """The figures of the paper at some scales, with experiments that are asked for or cataloged."""
    data: dict[str, Any] = {}
    for scale in scales:
        for name, entry in entries["paper"].items():
            whole = extended(name, {"extends": name}, entries["figures"], f"paper.{name}")
            figure = figure_at(scale, whole, settings.read(Numbered, entry, f"paper.{name}"))
            if (file := file_of(name, scale)) not in asked.figures:
                data[file] = swept(figure, sweeps)
    figures = {name: settings.read(Figure, item, f"paper.{name}") for name, item in data.items()}
    wanted = dict.fromkeys(name for item in data.values() for name in named(item))
    entries_of_them = {name: {"extends": name} for name in wanted if name not in asked.experiments}
    own = _experiments(entries_of_them, entries["experiments"], known)
    subjects = _subjects({**own, **asked.experiments}, known)
    resolved: dict[str, Figure] = {}
    faults: dict[str, str] = {}
    for name, figure in figures.items():
        try:
            resolved[name] = figure.resolved(subjects, f"paper.{name}")
        except ValueError as error:
            faults[name] = str(error)
    return Drawn(own, resolved, faults)


def _sources(described: Mapping[str, Any], catalog: Path) -> dict[str, Source]:
    if twice := SOURCES.keys() & described.keys():
        found = f"{catalog}: datasets.{min(twice)}"
        raise ValueError(f"{found} is a data set of lth itself; take another name")
    own = {name: entry.SOURCE for name, entry in SOURCES.items()}
    for name, data in described.items():
        own[name] = settings.read(Source, data, f"datasets.{name}")
    return own


def _sections(path: Path, known: tuple[str, ...], required: tuple[str, ...]) -> dict[str, Any]:
    data = yaml.load(path)
    if not isinstance(data, dict):
        raise expected(str(path), f"a mapping with {', '.join(known)}", data)
    for name, value in data.items():
        if name not in known:
            raise unknown(str(path), "key", name, known)
        if not isinstance(value, dict) and name != "scale":
            raise expected(f"{path}: {name}", "a mapping", value)
    for name in required:
        if name not in data:
            raise ValueError(f"{path}: missing key {name!r}; it needs {', '.join(known)}")
    return data


def _check_size(experiments: Mapping[str, Experiment], params: Path, known: Any) -> None:
    if not experiments:
        found = f"expected at least one; the catalog has {', '.join(sorted(known))}"
        raise ValueError(f"{params}: experiments: {found}")
    jobs = {name: experiment.jobs for name, experiment in experiments.items()}
    if (count := sum(jobs.values())) > MOST_JOBS:
        most = max(jobs, key=lambda name: jobs[name])
        mend = "take fewer rounds, trials or branches, or a larger block"
        found = f"got {count:,}, most of them in {most}"
        raise ValueError(
            f"{params}: experiments: expected at most {MOST_JOBS:,} training jobs, {found}; {mend}"
        )
