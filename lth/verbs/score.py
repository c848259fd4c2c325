"""`lth score`: what the paper states, judged by tables and figures, as CSV."""

from collections.abc import Sequence
from pathlib import Path

from lth.files import atomic, origins
from lth.report import scoreboard, scoring
from lth.study.made_from import origin_of
from lth.study.plans.claims import Claims


def score(
    plan: Claims,
    key: str | None,
    tables: Sequence[Path],
    figures: Sequence[Path],
    out: Path,
    origin: Path,
) -> None:
    """Writes a row for each claim to `out`, and what it was made from to `origin`.

    `tables` and `figures` are origins.
    """
    roles = {"tables": tables, "figures": figures}
    found = {role: [origins.read(path) for path in paths] for role, paths in roles.items()}
    made = origin_of(plan, found)
    origins.expect(key, made, out)
    scored = scoring.scores(plan.claims, plan.groups, plan.facts, found)
    atomic.write_text(out, scoreboard.to_csv(scored))
    origins.write(origin, made, [out], {})
    print(f"{out}: {len(scored)} claims")
