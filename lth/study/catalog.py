"""The reader of `params.yaml` and the catalog: frozen and complete values of a whole study.

An entry says which other one it `extends` and what it changes of it. Mappings merge key by key,
anything else replaces what was there, and `null` removes an inherited key.
"""

import dataclasses
import difflib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lth import settings
from lth.data.source import Source
from lth.data.sources.choices import SOURCES
from lth.files.paths import NAME
from lth.files.texts import DEEPEST
from lth.report.figures.choices import Figure
from lth.report.style import Style
from lth.settings import expected, shown, unknown
from lth.study import yaml
from lth.study.checks import check_experiment, check_measured
from lth.study.experiment import Experiment
from lth.study.subjects import subject_of

CATALOG = Path("workflow/catalog")
SECTIONS = ("experiments", "datasets", "figures")  # of files of the catalog
NEEDED = ("experiments", "figures", "style")  # of params.yaml
MOST_JOBS = 100_000  # `lth` alone needs 2 s and 120 MB to plan 40,000 training runs


@dataclasses.dataclass(frozen=True)
class Config:
    """A whole study: experiments and figures by name, all data sets that are known, the style.

    Figures are resolved: they have a round in place of each level.
    """

    experiments: Mapping[str, Experiment]
    datasets: Mapping[str, Source]
    figures: Mapping[str, Figure]
    style: Style


def read(params: Path | str = "params.yaml", catalog: Path | str = CATALOG) -> Config:
    """Reads the study of a params file over a catalog folder.

    A fault is a ValueError of one line: file or dotted key, what was found, what is legal.
    """
    params, catalog = Path(params), Path(catalog)
    entries = entries_of(catalog)
    if not entries["experiments"]:
        raise ValueError(f"{catalog}: no experiments found in its *.yaml files; {yaml.TOP}")
    study = _sections(params, NEEDED, required=NEEDED)
    known = _sources(entries["datasets"], catalog)
    experiments = _experiments(study["experiments"], entries["experiments"], known)
    _check_size(experiments, params, entries["experiments"])
    figures = _figures(study["figures"], entries["figures"], experiments, known)
    style = settings.read(Style, study["style"], "style")
    for branch in style.colors:
        check_measured(branch, f"style.colors.{branch}")
    return Config(experiments, known, figures, style)


def sources(catalog: Path | str = CATALOG) -> dict[str, Source]:
    """All data sets by name: those of `lth`, and those that the catalog describes."""
    return _sources(entries_of(Path(catalog))["datasets"], Path(catalog))


def entries_of(catalog: Path) -> dict[str, dict[str, Any]]:
    """The entries of all files of a catalog folder as plain data, by section and name."""
    found: dict[str, dict[str, Any]] = {section: {} for section in SECTIONS}
    for file in sorted(catalog.glob("*.yaml")):
        for section, entries in _sections(file, SECTIONS, required=()).items():
            if twice := found[section].keys() & entries.keys():
                fault = f"{section}.{min(twice)} is in another file of the catalog too"
                raise ValueError(f"{file}: {fault}; rename one")
            for name in entries:
                _check_name(name, f"{file}: {section}.{name}")
            found[section] |= entries
    return found


def extended(name: str, data: Any, entries: Mapping[str, Any], where: str) -> dict[str, Any]:
    """An entry with all that it inherits."""
    _check_name(name, where)
    changes = [data]
    section = where.partition(".")[0]
    seen: list[str] = []
    while "extends" in _mapping(changes[-1], where):
        parent = changes[-1]["extends"]
        if not isinstance(parent, str) or parent not in entries:
            raise unknown(f"{where}.extends", "catalog entry", parent, entries)
        if parent in seen:
            circle = " -> ".join([*seen, parent])
            raise ValueError(f"{where}.extends: {circle} goes in a circle")
        if len(seen) >= DEEPEST:
            limit = f"expected at most {DEEPEST} entries that extend one another"
            raise ValueError(f"{where}.extends: {limit}, got more")
        seen.append(parent)
        changes.append(entries[parent])
        where = f"{section}.{parent}"
    whole: Any = {}
    for change in reversed(changes):
        whole = _merged(whole, {key: value for key, value in change.items() if key != "extends"})
    return whole


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


def _figures(
    asked: Mapping[str, Any],
    entries: Mapping[str, Any],
    experiments: Mapping[str, Experiment],
    known: Mapping[str, Source],
) -> dict[str, Figure]:
    subjects = {name: subject_of(item, known) for name, item in experiments.items()}
    figures: dict[str, Figure] = {}
    for name, data in asked.items():
        where = f"figures.{name}"
        figure = settings.read(Figure, extended(name, data, entries, where), where)
        figures[name] = figure.resolved(subjects, where)
    return figures


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
        if not isinstance(value, dict):
            raise expected(f"{path}: {name}", "a mapping", value)
    for name in required:
        if name not in data:
            raise ValueError(f"{path}: missing key {name!r}; it needs {', '.join(known)}")
    return data


def _check_name(name: str, where: str) -> None:
    """Names become parts of paths."""
    if not NAME.fullmatch(name):
        raise expected(where, "a name of lower-case letters and digits, joined by '-'", name)


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


def _mapping(data: Any, where: str) -> dict[str, Any]:
    if not isinstance(data, dict):
        raise ValueError(
            f"{where}: expected a mapping such as {{extends: NAME}}, got {shown(data)}"
        )
    for name in data:  # or all that it was to inherit would be missing
        if name != "extends" and difflib.get_close_matches(str(name), ["extends"], cutoff=0.8):
            raise ValueError(f"{where}: unknown key {name!r}; did you mean 'extends'?")
    return data


def _merged(base: Any, change: Any) -> Any:
    if not (isinstance(base, dict) and isinstance(change, dict)):
        return change
    result = {
        key: _merged(base.get(key), value) for key, value in change.items() if value is not None
    }
    return {key: value for key, value in base.items() if key not in change} | result
