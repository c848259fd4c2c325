"""The report of a study: one HTML file that works offline, drawn by Plotly in the browser."""

import csv
import html
import importlib.metadata
import importlib.util
import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from string import Template
from typing import Any

import msgspec

from lth import settings
from lth.files import origins
from lth.files.origins import Document
from lth.lottery.names import DENSE
from lth.report import tables
from lth.report.assets import asset
from lth.report.bars import WORDS
from lth.report.charts import Chart, Sheet
from lth.report.claims import VERDICTS
from lth.report.figures.choices import Figure
from lth.report.listed import Difference, ListedFigure
from lth.report.rows import Row
from lth.report.style import Style
from lth.settings import expected

LIBRARY = Path("package_data") / "plotly.min.js"


def page(
    title: str,
    shown: Sequence[ListedFigure],
    differences: Sequence[Difference],
    found: Mapping[str, Sequence[Document]],
) -> bytes:
    """The page. `found` are origins of `figures`, of `tables` and of `claims`, as far as any.

    Raises ValueError where a file is not as it was written, or where Plotly is missing.
    """
    figures = {item.origin.settings["name"]: item for item in found.get("figures", ())}
    if figures.keys() != {item.name for item in shown}:
        what = f"the figures {', '.join(item.name for item in shown) or 'none'}"
        raise expected("--figures", what, ", ".join(figures) or "none")
    experiments = [_experiment(document) for document in found.get("tables", ())]
    data = {
        "summary": _summary(experiments),
        "verdicts": VERDICTS,
        "figures": [_figure(item, figures[item.name]) for item in shown],
        "claims": [row for document in found.get("claims", ()) for row in _claims(document)],
        "experiments": experiments,
        "differences": [msgspec.to_builtins(item) for item in differences],
    }
    # Nothing in the data may end the element that they stand in.
    text = json.dumps(data, ensure_ascii=False, allow_nan=False).replace("<", "\\u003c")
    parts = {"style": asset("css"), "script": asset("js"), "library": library()}
    whole = Template(asset("html")).substitute(parts, title=html.escape(title), data=text)
    return whole.encode()


def library() -> str:
    """The source of Plotly for browsers, which its package brings. Raises ValueError."""
    found = importlib.util.find_spec("plotly")
    if found is None or not found.submodule_search_locations:
        raise ValueError("the report is drawn by plotly, which is missing: pip install plotly")
    folder = Path(found.submodule_search_locations[0])  # to import it would take half a second
    return (folder / LIBRARY).read_text(encoding="utf-8")


def versions() -> dict[str, str]:
    """The versions that the bytes of a report depend on."""
    return {"plotly": importlib.metadata.version("plotly")}


def _figure(shown: ListedFigure, document: Document) -> dict[str, Any]:
    origins.check_files(document)
    files = {path.suffix: path for path in map(Path, document.files)}
    chart = msgspec.json.decode(files[".json"].read_bytes(), type=Chart | Sheet)
    figure = settings.read(Figure, document.origin.settings["figure"], "figure")
    style = settings.read(Style, document.origin.settings["style"], "style")
    return {
        **msgspec.to_builtins(shown),
        "caption": figure.captioned(style),
        "bars": WORDS[style.bars],
        "key": document.origin.key,
        "chart": msgspec.to_builtins(chart),
        "numbers": files[".csv"].read_text(encoding="utf-8"),
    }


def _experiment(document: Document) -> dict[str, Any]:
    """What was run of an experiment: its table, its settings, and on what."""
    rows = tables.of_origin(document)
    (path,) = document.files
    networks = {_network(row): row["diverged"] for row in rows}
    return {
        "name": document.origin.settings["experiment"],
        "key": document.origin.key,
        "table": Path(path).read_text(encoding="utf-8"),
        "networks": len(networks),
        "diverged": sum(networks.values()),
        "settings": json.dumps(document.origin.settings["settings"], indent=1, ensure_ascii=False),
        "made_on": _made_on(document),
    }


def _network(row: Row) -> tuple[object, ...]:
    """Which network a row is of. A dense network has a row in each strategy that begins with it."""
    strategy = row["strategy"] if row["round"] else DENSE
    return strategy, row["round"], row["branch"], row["trial"], row["repeat"]


def _made_on(document: Document) -> str:
    """Engine, versions and machine of the runs of a table."""
    ends = tables.OF_RUNS
    found = {
        name.removesuffix(ends): value
        for name, value in document.made_on.items()
        if name.endswith(ends)
    }
    return ", ".join(f"{name} {value}" for name, value in found.items())


def _claims(document: Document) -> list[dict[str, str]]:
    origins.check_files(document)
    (path,) = document.files
    return list(csv.DictReader(io.StringIO(Path(path).read_text(encoding="utf-8"))))


def _summary(experiments: Sequence[Mapping[str, Any]]) -> str:
    networks = sum(item["networks"] for item in experiments)
    diverged = sum(item["diverged"] for item in experiments)
    failed = f", {diverged:,} of them diverged" if diverged else ""
    many = "1 experiment" if len(experiments) == 1 else f"{len(experiments)} experiments"
    return f"{networks:,} networks of {many}{failed}."
