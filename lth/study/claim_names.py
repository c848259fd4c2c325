"""The claims of the catalog, and whether there is all that they name."""

from collections.abc import Collection, Mapping
from typing import Any

from lth import settings
from lth.report.claims import Claim
from lth.report.formulas import Names
from lth.settings import unknown

Groups = Mapping[str, tuple[str, ...]]


def read_claims(entries: Mapping[str, Any], figures: Collection[str]) -> dict[str, Claim]:
    """Claims by name. Raises ValueError where one is of no figure of the paper."""
    found: dict[str, Claim] = {}
    for name, data in entries.items():
        found[name] = settings.read(Claim, data, f"claims.{name}")
        if (figure := found[name].figure) not in figures:
            raise unknown(f"claims.{name}.figure", "figure of the paper", figure, figures)
    return found


def names_of_claim(name: str, claim: Claim, groups: Groups, prefix: str = "") -> Names:
    """What a claim names, with a prefix. Raises ValueError for a text of another form."""
    try:
        return claim.names(groups, prefix)
    except ValueError as error:
        raise ValueError(f"claims.{name}.value: {error}") from None


def names_of_claims(
    claims: Mapping[str, Claim],
    experiments: Collection[str],
    figures: Collection[str],
    sweeps: Groups,
) -> dict[str, Names]:
    """What each claim names at the paper's scale, but for the lines of figures of curves.

    Raises ValueError for names of no experiment or figure.
    """
    groups = {**sweeps, **dict.fromkeys(figures, ())}
    found: dict[str, Names] = {}
    for name, claim in claims.items():
        where = f"claims.{name}.value"
        names = found[name] = names_of_claim(name, claim, groups)
        for experiment in [*names.experiments, *(owner for owner, _ in names.facts)]:
            if experiment not in experiments:
                raise unknown(where, "experiment", experiment, experiments)
        for figure in names.figures:
            if figure not in figures:
                raise unknown(where, "figure of the paper", figure, figures)
    return found
