"""`lth report`: figures, claims and tables as one HTML file."""

from collections.abc import Sequence
from pathlib import Path

from lth.files import atomic, origins
from lth.report import pages
from lth.study.made_from import origin_of
from lth.study.plans.report import Report


def report(
    plan: Report,
    key: str | None,
    figures: Sequence[Path],
    tables: Sequence[Path],
    claims: Sequence[Path],
    out: Path,
    origin: Path,
) -> None:
    """Writes the report of figures, tables and claims, whose origins are given, to `out`."""
    paths = {"figures": figures, "tables": tables, "claims": claims}
    found = {role: [origins.read(path) for path in each] for role, each in paths.items()}
    made = origin_of(plan, found)
    origins.expect(key, made, out)
    content = pages.page(plan.title, plan.figures, plan.differences, found)
    atomic.write_bytes(out, content)
    origins.write(origin, made, [out], pages.versions())
    print(f"{out}: {len(figures)} figures and {len(tables)} tables")
