"""Which statements of the paper a study can judge, and by which tables and figures."""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

import msgspec

from lth import settings
from lth.networks.architecture import Parameter
from lth.report.claims import SMALL, Stated
from lth.report.figures.curves import Curves
from lth.report.formulas import Names
from lth.settings import expected, unknown
from lth.study.catalog import Config
from lth.study.paper import SCALES, Scale, file_of
from lth.study.plans.claims import Claims

Groups = Mapping[str, tuple[str, ...]]
WEIGHTS = "weights"  # a key of facts; with a class or name of layers behind it, those of these


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
    for name, claim in config.claims.items():
        own = config.names[name]
        names = claim.names(_groups(config), SMALL) if small else own
        figures = {*names.figures, *names.groups} - config.sweeps.keys()
        has = _experiments(names) <= asked.experiments.keys() and figures <= asked.figures.keys()
        if has and not (small and _is_untrained(own)):
            yield name


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
    claims = [_stated(claim, scale, config) for claim, scale in chosen]
    names = [claim.names(groups, claim.prefix) for claim in claims]
    used = dict.fromkeys(chain.from_iterable(each.groups for each in names))
    facts: dict[str, dict[str, float]] = {}
    for claim, each in zip(claims, names, strict=True):
        for experiment, key in each.facts:
            if experiment in config.experiments:
                where = f"claims.{claim.name}.value"
                facts.setdefault(experiment, {})[key] = fact(config, experiment, key, where)
    members = {group: groups[group] for group in used}
    return Statements(
        Claims(name=name, claims=tuple(claims), groups=members, facts=facts),
        tables=tuple(dict.fromkeys(chain.from_iterable(each.experiments for each in names))),
        figures=tuple(dict.fromkeys(chain.from_iterable(each.figures for each in names))),
    )


def _stated(name: str, scale: Scale, config: Config) -> Stated:
    changed = scale == "paper" and _experiments(config.names[name]) & config.changed
    fields = msgspec.structs.asdict(config.claims[name])
    return Stated(name=name, scale="changed" if changed else scale, **fields)


def fact(config: Config, experiment: str, key: str, where: str) -> float:
    """A number that is known before an experiment is run: of its weights, or a setting of it.

    Raises ValueError where there is no such number.
    """
    found = config.experiments[experiment]
    kind, _, part = key.partition(".")
    if kind == WEIGHTS:
        weights = found.architecture(config.datasets).weights
        sizes = [item.size for item in weights if part in ("", item.layer, _layer(item))]
        if not sizes:
            raise unknown(where, f"layers of {experiment}", part, map(_layer, weights))
        return sum(sizes)
    value: Any = settings.plain(found)
    for name in key.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise expected(where, f"a number among the settings of {experiment}", key)
    return value


def _layer(weight: Parameter) -> str:
    return weight.name.removesuffix(".weight")


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
