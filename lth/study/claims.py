"""Which statements of the paper a study can judge, and by which tables and figures."""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain

import msgspec

from lth.report.claims import PREFIXES, SMALL, Stated
from lth.report.figures.curves import Curves
from lth.report.figures.histogram import Histogram
from lth.report.formulas import Names
from lth.settings import expected, tag_of
from lth.study.catalog import Config
from lth.study.claim_names import Groups, names_of_claim
from lth.study.experiment import Experiment
from lth.study.facts import fact
from lth.study.paper import SCALES, Scale, file_of
from lth.study.plans.claims import Claims


@dataclasses.dataclass(frozen=True)
class Statements:
    """The plan of a file of claims, and the experiments and figures that it is made from."""

    plan: Claims
    tables: tuple[str, ...]
    figures: tuple[str, ...]


def of_study(config: Config) -> Statements | None:
    """The claims whose experiments and figures a study all asks for; None without one."""
    found: list[tuple[str, Scale]] = [
        (name, scale) for scale in SCALES for name in _asked(config, scale)
    ]
    return _statements("claims", found, config) if found else None


def _asked(config: Config, scale: Scale) -> Iterator[str]:
    """The claims that are about nothing but what a study asks for."""
    asked, small = config.asked, scale == "mini"
    if small and not any(name.startswith(SMALL) for name in asked.experiments):
        return
    lines = set(_lines(asked.experiments))
    for name, claim in config.claims.items():
        own = config.names[name]
        names = names_of_claim(name, claim, _groups(config), SMALL) if small else own
        figures = {*names.figures, *names.groups} - config.sweeps.keys()
        has = _experiments(names) <= asked.experiments.keys() and figures <= asked.figures.keys()
        if has and lines.issuperset(names.lines) and not (small and _is_untrained(own)):
            yield name


def _lines(experiments: Mapping[str, Experiment]) -> Iterator[tuple[str, str, str]]:
    """The lines of some experiments: experiment, strategy and branch."""
    for name, experiment in experiments.items():
        yield from ((name, run.strategy, run.branch) for run in experiment.branch_runs)


def of_paper(config: Config, scale: Scale) -> Statements | None:
    """All claims, by what the figures of the paper draw at a scale; None where none was read."""
    small = scale == "mini"
    figures = {
        name: item for name, item in config.paper.figures.items() if name.startswith(SMALL) == small
    }
    tables = set(chain.from_iterable(item.tables() for item in figures.values()))
    if not tables:
        return None
    found = of_all(config, scale)
    return dataclasses.replace(
        found,
        tables=tuple(name for name in found.tables if name in tables),
        figures=tuple(name for name in found.figures if name in figures),
    )


def of_all(config: Config, scale: Scale) -> Statements:
    """All claims, by all that they name. Those of the networks alone are always of the paper's."""
    found: list[tuple[str, Scale]] = [
        (name, "paper" if _is_untrained(names) else scale) for name, names in config.names.items()
    ]
    return _statements(f"{scale}-claims", found, config)


def _statements(name: str, chosen: Sequence[tuple[str, Scale]], config: Config) -> Statements:
    """A plan of claims at scales, and all that they name."""
    groups = _groups(config)
    names = [
        names_of_claim(claim, config.claims[claim], groups, PREFIXES[scale])
        for claim, scale in chosen
    ]
    facts: dict[str, dict[str, float]] = {}
    for (claim, _), each in zip(chosen, names, strict=True):
        where = f"claims.{claim}.value"
        _check_kinds(each, config, where)
        for experiment, key in each.facts:
            if experiment in config.experiments:
                facts.setdefault(experiment, {})[key] = fact(config, experiment, key, where)
    plan = Claims(
        name=name,
        claims=tuple(
            _stated(*item, each, config) for item, each in zip(chosen, names, strict=True)
        ),
        groups={group: groups[group] for each in names for group in each.groups},
        facts=facts,
    )
    return Statements(
        plan,
        tables=tuple(dict.fromkeys(chain.from_iterable(each.experiments for each in names))),
        figures=tuple(dict.fromkeys(chain.from_iterable(each.figures for each in names))),
    )


def _check_kinds(names: Names, config: Config, where: str) -> None:
    """Raises ValueError where a figure does not have the numbers that a claim reads."""
    for kind, figures in ((Histogram, names.histograms), (Curves, names.curves)):
        for figure in figures:
            found = config.figures.get(figure)
            if found is not None and not isinstance(found, kind):
                raise expected(where, f"a figure of kind {tag_of(kind)}", figure)


def _stated(name: str, scale: Scale, names: Names, config: Config) -> Stated:
    figures = (config.figures[figure] for figure in names.histograms if figure in config.figures)
    drawn = {experiment for figure in figures for experiment, *_ in figure.masks()}
    changed = scale == "paper" and (drawn | _experiments(names)) & config.changed
    fields = msgspec.structs.asdict(config.claims[name])
    return Stated(name=name, scale="changed" if changed else scale, **fields)


def _is_untrained(names: Names) -> bool:
    """Whether a claim is about networks as they are before training."""
    return bool(names.facts) and not (names.experiments or names.figures)


def _experiments(names: Names) -> set[str]:
    return {*names.experiments, *(experiment for experiment, _ in names.facts)}


def _groups(config: Config) -> Groups:
    """The members of sweeps, and the lines of figures of curves, by name.

    Figures that were not read have none.
    """
    unread: Groups = {file_of(name, scale): () for name in config.words for scale in SCALES}
    curves = {
        name: tuple(map(str, figure.runs()))
        for name, figure in config.figures.items()
        if isinstance(figure, Curves)
    }
    return {**unread, **config.sweeps, **curves}
