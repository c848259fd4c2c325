"""`lth plot`: a figure of the study, as SVG and PNG, its numbers as CSV, and its lines as JSON."""

from collections.abc import Sequence
from pathlib import Path

from lth.files import atomic, hdf5, origins
from lth.report import plotting, rendering
from lth.study.made_from import origin_of
from lth.study.plans.figure import Figure


def plot(
    plan: Figure,
    key: str | None,
    tables: Sequence[Path],
    runs: Sequence[Path],
    starts: Sequence[Path],
    masks: Sequence[Path],
    svg: Path,
    png: Path,
    csv: Path,
    json: Path,
    origin: Path,
) -> None:
    """Draws a figure from tables, whose origins are given, and from files of runs, θ0 and masks.

    What it was made from is written to `origin`.
    """
    documents = [origins.read(path) for path in tables]
    roles = {"runs": runs, "starts": starts, "masks": masks}
    stored = {role: [hdf5.find(path) for path in paths] for role, paths in roles.items()}
    found = {"tables": documents, **stored}
    made = origin_of(plan, found)
    origins.expect(key, made, svg)
    drawn = plotting.drawn_from(documents, stored)
    contents = rendering.rendered(plan.figure, plan.style, drawn, made.key)
    files = (svg, png, csv, json)
    for path, content in zip(files, contents, strict=True):
        atomic.write_bytes(path, content)
    origins.write(origin, made, files, rendering.versions())
    print(", ".join([str(svg), *(path.name for path in files[1:])]))
