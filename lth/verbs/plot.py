"""`lth plot`: a figure of the study, as SVG and PNG, and its numbers as CSV."""

from collections.abc import Sequence
from pathlib import Path

from lth.files import atomic, hdf5, origins
from lth.report import plotting, rendering
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
    origin: Path,
) -> None:
    """Draws a figure from tables, whose origins are given, and from files of runs, θ0 and masks.

    What it was made from is written to `origin`.
    """
    documents = [origins.read(path) for path in tables]
    roles = {"runs": runs, "starts": starts, "masks": masks}
    stored = {role: [hdf5.find(path) for path in paths] for role, paths in roles.items()}
    found = {"tables": documents, **stored}
    for role, files in found.items():
        for file in files:
            plan.check_input(role, file.path, file.origin)
    inputs = {role: tuple(file.as_input() for file in files) for role, files in found.items()}
    made = plan.origin({role: items for role, items in inputs.items() if items})
    origins.expect(key, made, svg)
    drawn = plotting.drawn_from(documents, stored)
    images = rendering.rendered(plan.figure.plot(plan.style, drawn), plan.style.dpi, made.key)
    numbers = plotting.text_of(plan.figure.numbers(plan.style, drawn)).encode()
    for path, content in zip((svg, png, csv), (*images, numbers), strict=True):
        atomic.write_bytes(path, content)
    origins.write(origin, made, [svg, png, csv], rendering.versions())
    print(f"{svg}, {png.name} and {csv.name}")
