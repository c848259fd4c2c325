"""The only reader of `params.yaml` and the catalog: YAML in, frozen and complete values out.

An experiment of the study says which catalog entry it `extends` and what it changes; a catalog entry may itself extend another. Mappings
merge key by key, anything else replaces what was there, and `null` removes an inherited key.
"""

import dataclasses
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from lth.appearance import Density, Figure, Style, figure_of
from lth.datasets import SOURCES, Source
from lth.experiment import Experiment, check_branch, experiment_of
from lth.places import NAME
from lth.settings import build, shown, unknown
from lth.strategies import STRATEGIES
from lth.texts import DEEPEST, LONGEST, read_text

CATALOG = Path("workflow/catalog")
JOBS = 100_000  # trainings in a study: `lth` alone needs 2 s and 120 MB to plan 40,000 of them
SECTIONS = ("experiments", "datasets", "figures")
PLAIN_COLORS = "black blue brown cyan gold gray green magenta navy olive orange pink purple red teal yellow"
COLOR = re.compile(rf"tab:(blue|orange|green|red|purple|brown|pink|gray|olive|cyan)|C\d|#[0-9a-fA-F]{{6}}|{PLAIN_COLORS.replace(' ', '|')}")


@dataclasses.dataclass(frozen=True)
class Config:
    """A whole study: experiments, the data sets that there are, and figures by name, and the style."""

    experiments: Mapping[str, Experiment]
    datasets: Mapping[str, Source]
    figures: Mapping[str, Figure]
    style: Style


def read(params: Path | str = "params.yaml", catalog: Path | str = CATALOG) -> Config:
    """Reads the study of a params file over a catalog folder. A fault is a ValueError of one line: file or dotted key, value, what is legal."""
    params = Path(params)
    sections = _catalog(Path(catalog))
    entries = sections["experiments"]
    if not entries:
        raise ValueError(f"{catalog}: no experiments found in its *.yaml files; run from the top folder of the project")
    study = _sections(params, {"experiments": dict, "style": dict}, required=("experiments", "style"))
    figures = {name: _figure(data, f"figures.{name}") for name, data in sections["figures"].items()}
    known = sources(catalog)
    experiments = {name: _experiment(name, data, entries, known, figures) for name, data in study["experiments"].items()}
    if not experiments:
        raise ValueError(f"{params}: experiments: expected at least one; the catalog has {', '.join(sorted(entries))}")
    if (jobs := sum(experiment.jobs for experiment in experiments.values())) > JOBS:
        most = max(experiments, key=lambda name: experiments[name].jobs)
        found = f"got {jobs:,}, most of them in {most}; take fewer rounds, trials or branches, or a larger block"
        raise ValueError(f"{params}: experiments: expected at most {JOBS:,} training jobs, {found}")
    style = build(Style, study["style"], "style")
    for branch in style.colors:
        check_branch(branch, "style.colors")
    for branch, color in style.colors.items():
        if not COLOR.fullmatch(color):
            raise ValueError(f"style.colors.{branch}: expected tab:blue and so on, C0 to C9, #rrggbb or one of {PLAIN_COLORS}, got {color!r}")
    return Config(experiments, known, figures, style)


def sources(catalog: Path | str = CATALOG) -> dict[str, Source]:
    """All data sets by name: those of `lth`, and those that the catalog describes."""
    return {**SOURCES, **{name: build(Source, data, f"datasets.{name}") for name, data in _catalog(Path(catalog))["datasets"].items()}}


def _catalog(catalog: Path) -> dict[str, dict[str, Any]]:
    """The sections of all files of a catalog folder, by name."""
    found: dict[str, dict[str, Any]] = {section: {} for section in SECTIONS}
    for file in sorted(catalog.glob("*.yaml")):
        text = _sections(file, dict.fromkeys(SECTIONS, dict), required=())
        for section in text:
            if twice := found[section].keys() & text[section].keys():
                raise ValueError(f"{file}: {section}.{min(twice)} stands in another file of the catalog too; rename one")
            for name in text[section]:
                _check_name(name, f"{file}: {section}.{name}")
            found[section] |= text[section]
    if twice := SOURCES.keys() & found["datasets"].keys():
        raise ValueError(f"{catalog}: datasets.{min(twice)} is a data set of lth itself; take another name")
    return found


def load_yaml(path: Path | str) -> Any:
    """A YAML file as plain data.

    Refuses duplicate keys, keys that are no text, aliases, tags, dates, what is nested deeper than
    DEEPEST, and scalars that YAML 1.1 and 1.2 read differently (`3e-1`, `010`, `yes`).
    """
    path, node = Path(path), None
    try:
        text = read_text(path)
    except OSError as error:
        raise ValueError(f"{path}: cannot be read: {error.strerror}; run from the top folder of the project") from None
    except UnicodeDecodeError as error:
        raise ValueError(f"{path}: not UTF-8 text: {error.reason} at byte {error.start}") from None
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from None
    try:
        if not (fault := _fault(text)):
            node = yaml.compose(text, Loader=yaml.SafeLoader)
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        raise ValueError(f"{path}: not valid YAML: {' '.join(str(error).split())}") from None
    if fault:
        raise ValueError(f"{path}: {fault}")
    if node is None:
        return None
    _check_node(node, path)
    return yaml.SafeLoader("").construct_document(node)


def _fault(text: str) -> str:
    """The first thing in a YAML text that is not read here, with its line; "" where there is none.

    Looks at event by event, since PyYAML builds nested nodes on Python's stack.
    """
    depth = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        line = f"line {event.start_mark.line + 1}"
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            return f"{line}: expected at most {DEEPEST} levels of mappings and lists, got more"
        if isinstance(event, yaml.AliasEvent):
            return f"{line}: aliases (*) are not read; write the values out, or use extends"
        if tag := getattr(event, "tag", None):
            return f"{line}: tags such as {tag!r} are not read; write a plain value"
    return ""


PLAIN_NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+([eE][-+]\d+)?)?")  # what YAML 1.1 and 1.2 read alike
SMALL_NUMBER = re.compile(r"-?[1-9](\.\d*[1-9])?e-\d\d+")  # 5e-05, as Python and DVC write numbers below 0.0001
LIKE_A_NUMBER = re.compile(r"[-+]?(\d[\d_]*\.?[\d_]*|\.\d+)([eE][-+]?\d+)?|[-+]?\d[\d_]*(:\d+)+(\.[\d_]*)?|[-+]?0[box][\da-fA-F_]+")
TAG = "tag:yaml.org,2002:"  # before the name of a type
NUMBERS = {f"{TAG}int", f"{TAG}float"}
PLAIN_TAGS = {*NUMBERS, f"{TAG}null", f"{TAG}bool", f"{TAG}str"}


def _check_node(node: yaml.Node, path: Path) -> None:
    if isinstance(node, yaml.MappingNode):
        _check_keys(node, path)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            _check_node(value, path)
    elif isinstance(node, yaml.ScalarNode):
        _check_scalar(node, f"{path}: line {node.start_mark.line + 1}")


def _check_scalar(node: yaml.ScalarNode, line: str) -> None:
    if node.tag not in PLAIN_TAGS:  # by its form, such as 2020-01-01
        found = f"{shown(node.value)}, which YAML 1.1 reads as a {node.tag.removeprefix(TAG)}"
        raise ValueError(f"{line}: expected text or a number, got {found}; write it in quotes")
    if node.tag in NUMBERS and len(node.value) > LONGEST:
        raise ValueError(f"{line}: expected a number of at most {LONGEST} characters, got {len(node.value)}")
    if node.style is not None or len(node.value) > LONGEST:  # text
        return
    if SMALL_NUMBER.fullmatch(node.value):
        node.tag = f"{TAG}float"  # as DVC writes what `-S` is given; to YAML 1.1 it would be text
        return
    number = LIKE_A_NUMBER.fullmatch(node.value) and not PLAIN_NUMBER.fullmatch(node.value)
    boolean = node.value.lower() in {"yes", "no", "on", "off", "true", "false"} and node.value not in {"true", "false"}
    if number or boolean:
        hint = "true or false" if boolean else "a plain decimal such as 0.3 or 3.0e-1"
        raise ValueError(f"{line}: {node.value!r} is read differently by YAML 1.1 and by YAML 1.2 (DVC); write {hint}")


def _check_keys(node: yaml.MappingNode, path: Path) -> None:
    seen: set[str] = set()
    for name, value in node.value:
        line = f"{path}: line {name.start_mark.line + 1}"
        if not isinstance(name, yaml.ScalarNode):
            raise ValueError(f"{line}: expected text as a key, got a {name.id}")
        if name.tag != f"{TAG}str":
            raise ValueError(f"{line}: expected text as a key, got {name.value}; write it in quotes, or another name")
        if name.value in seen:
            raise ValueError(f"{line}: key {name.value!r} stands twice; remove one")
        seen.add(name.value)
        _check_node(value, path)


def _sections(path: Path, known: Mapping[str, type], required: tuple[str, ...]) -> dict[str, Any]:
    data = load_yaml(path)
    if not isinstance(data, dict):
        raise ValueError(f"{path}: expected a mapping with {', '.join(known)}, got {shown(data)}")
    for name, value in data.items():
        if name not in known:
            raise unknown(str(path), "key", name, known)
        if not isinstance(value, known[name]):
            raise ValueError(f"{path}: {name}: expected a mapping, got {shown(value)}")
    for name in required:
        if name not in data:
            raise ValueError(f"{path}: missing key {name!r}; it needs {', '.join(known)}")
    return data


def _check_name(name: str, where: str) -> None:
    """Names become parts of paths."""
    if not NAME.fullmatch(name):
        raise ValueError(f"{where}: expected a name of lower-case letters and digits, joined by '-', got {name!r}")


def _figure(data: Any, where: str) -> Figure:
    figure = figure_of(data, where)
    for strategy in figure.strategies if isinstance(figure, Density) else ():
        if strategy not in STRATEGIES:
            raise unknown(f"{where}.strategies", "strategy", strategy, STRATEGIES)
    return figure


def _experiment(name: str, data: Any, entries: Mapping[str, Any], known: Mapping[str, Source], figures: Mapping[str, Figure]) -> Experiment:
    where = f"experiments.{name}"
    _check_name(name, where)
    return experiment_of(_extended(data, entries, where, ()), known, figures, where)


def _extended(data: Any, entries: Mapping[str, Any], where: str, seen: tuple[str, ...]) -> dict[str, Any]:
    if not isinstance(data, dict):
        raise ValueError(f"{where}: expected a mapping such as {{extends: NAME}}, got {shown(data)}")
    if "extends" not in data:
        return data
    parent = data["extends"]
    if not isinstance(parent, str) or parent not in entries:
        raise unknown(f"{where}.extends", "catalog entry", parent, entries)
    if parent in seen:
        raise ValueError(f"{where}.extends: {' -> '.join([*seen, parent])} goes in a circle")
    if len(seen) >= DEEPEST:
        raise ValueError(f"{where}.extends: expected at most {DEEPEST} entries that extend one another, got more")
    own = {key: value for key, value in data.items() if key != "extends"}
    return _merged(_extended(entries[parent], entries, parent, (*seen, parent)), own)


def _merged(base: Any, change: Any) -> Any:
    if not (isinstance(base, dict) and isinstance(change, dict)):
        return change
    result = {key: _merged(base.get(key), value) for key, value in change.items() if value is not None}
    return {key: value for key, value in base.items() if key not in change} | result
