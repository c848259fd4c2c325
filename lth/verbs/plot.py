"""`lth plot`: a figure of the study, as SVG and PNG."""

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
    svg: Path,
    png: Path,
    origin: Path,
) -> None:
    """Draws a figure from tables, whose origins are given, and from run files.

    What it was made from is written to `origin`.
    """
    documents = [origins.read(path) for path in tables]
    for document in documents:
        plan.check_input("tables", document.path, document.origin)
    stored = [hdf5.find(path) for path in runs]
    for run in stored:
        plan.check_input("runs", run.path, run.origin)
    inputs = {
        "tables": tuple(document.as_input() for document in documents),
        "runs": tuple(run.as_input() for run in stored),
    }
    made = plan.origin({role: items for role, items in inputs.items() if items})
    origins.expect(key, made, svg)
    picture = plotting.plot(plan.figure, plan.style, documents, stored)
    images = rendering.rendered(picture, plan.style.dpi, made.key)
    for path, image in zip((svg, png), images, strict=True):
        atomic.write_bytes(path, image)
    origins.write(origin, made, [svg, png], rendering.versions())
    print(f"{svg} and {png.name}")
