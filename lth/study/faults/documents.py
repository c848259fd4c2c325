"""Faults of tables, figures, metrics and claims, by the files that say what they were made from."""

import itertools
from collections.abc import Iterator
from pathlib import Path

from lth.files import origins
from lth.files.hdf5 import Stored
from lth.files.origins import MEND, Document
from lth.report import assets, headlines, pages, plotting, scoreboard, scoring, tables
from lth.report.figures.figure import Drawn
from lth.study.plans.claims import Claims
from lth.study.plans.figure import Figure
from lth.study.plans.metrics import Metrics
from lth.study.plans.plan import Plan
from lth.study.plans.report import Report
from lth.study.plans.table import Table
from lth.study.results import FaultyParentError, Results, check_unchanged, shared_settings

DOCUMENTS = ("tables", "figures", "claims")  # the roles of origin files


def document_faults(name: str, found: Document, plan: Plan, results: Results) -> Iterator[str]:
    """The files must be those that were written, and what their inputs say."""
    products = [str(results.path(file)) for file in plan.products]
    if name != plan.path:
        yield f"is the file of {plan.path}"
    elif sorted(found.files) != sorted(products):
        yield f"is the origin of {', '.join(found.files)}, expected {', '.join(plan.products)}"
    else:
        origins.check_files(found)
        _check_inputs(found, results)
        try:
            yield from _content_faults(found, plan, results)
        except ValueError as error:
            raise FaultyParentError(name) from error


def _content_faults(found: Document, plan: Plan, results: Results) -> Iterator[str]:
    match plan:
        case Table():
            yield from _table_faults(found, plan, results)
        case Figure():
            yield from _figure_faults(found, plan, results)
        case Metrics():
            text = headlines.metrics(_documents(found, "tables", results))
            yield from _text_faults(found, text, "its tables")
        case Report():
            yield from _report_faults(found, plan, results)
        case Claims():
            documents = {role: _documents(found, role, results) for role in ("tables", "figures")}
            scored = scoring.scores(plan.claims, plan.groups, plan.facts, documents)
            yield from _text_faults(found, scoreboard.to_csv(scored), "its tables and figures")
        case _:
            yield f"kind {plan.KIND!r} has no origin file"


def _check_inputs(found: Document, results: Results) -> None:
    for role, items in found.origin.inputs.items():
        for item in items:
            if item.path not in results.names:
                what = f"{item.path} ({role}), which is missing"
                raise ValueError(f"was made from {what}; run snakemake again")
            try:
                read = results.document if role in DOCUMENTS else results.stored
                there = read(item.path)
            except Exception as error:
                raise FaultyParentError(item.path) from error
            check_unchanged(item, there.as_input(), role)


def _runs(found: Document, results: Results) -> list[Stored]:
    return [results.stored(item.path) for item in found.origin.inputs.get("runs", ())]


def _documents(found: Document, role: str, results: Results) -> list[Document]:
    return [results.document(item.path) for item in found.origin.inputs.get(role, ())]


def _table_faults(found: Document, plan: Table, results: Results) -> Iterator[str]:
    """The rows are those of its runs, and these belong together."""
    runs = _runs(found, results)
    for one, other in itertools.pairwise(runs):
        if name := shared_settings(one.origin.settings, other.origin.settings):
            what = f"{one.path} and {other.path}, which are not of the same {name}"
            yield f"compares {what}; {MEND}"
            return
    yield from _text_faults(found, tables.text(runs, plan.strategies, plan.moments), "its runs")


def _text_faults(found: Document, text: str, source: str) -> Iterator[str]:
    (path,) = found.files
    if Path(path).read_bytes() != text.encode():
        yield f"{path}: is not what {source} say; {MEND}"


def _figure_faults(found: Document, plan: Figure, results: Results) -> Iterator[str]:
    """Drawn again by the same versions, the files of a figure have the same bytes."""
    from lth.report import rendering  # matplotlib takes half a second to import

    drawn = drawn_by(found, results)
    versions = rendering.versions()
    if {name: found.made_on.get(name) for name in versions} != versions:
        return
    for product, content in zip(plan.products, redrawn(found, plan, drawn), strict=True):
        path = results.path(product)
        if path.read_bytes() != content:
            yield f"{path}: is not what its inputs give; {MEND}"


def _report_faults(found: Document, plan: Report, results: Results) -> Iterator[str]:
    """Made again by the same version of Plotly, the page has the same bytes."""
    if found.made_on.get("plotly") != pages.versions()["plotly"] or plan.page != assets.digest():
        return
    documents = {
        role: [results.document(item.path) for item in items]
        for role, items in found.origin.inputs.items()
    }
    (path,) = found.files
    content = pages.page(plan.title, plan.figures, plan.differences, documents)
    if Path(path).read_bytes() != content:
        yield f"{path}: is not what its inputs give; {MEND}"


def drawn_by(found: Document, results: Results) -> Drawn:
    """What a figure draws, from the files that it was made from."""
    stored = {
        role: [results.stored(item.path) for item in items]
        for role, items in found.origin.inputs.items()
        if role != "tables"
    }
    return plotting.drawn_from(_documents(found, "tables", results), stored)


def redrawn(found: Document, plan: Figure, drawn: Drawn) -> tuple[bytes, ...]:
    """The files of a figure, in the order of its products."""
    from lth.report import rendering

    return rendering.rendered(plan.figure, plan.style, drawn, found.origin.key)
