"""The report of a study: one HTML file that works offline, drawn by Plotly in the browser."""

import csv
import functools
import hashlib
import html
import importlib.metadata
import importlib.util
import io
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from string import Template
from typing import Any

import msgspec

from lth.files import origins
from lth.files.hdf5 import Stored
from lth.files.origins import Document
from lth.report import tables
from lth.report.bars import NOTES, WORDS, Bars
from lth.report.charts import Chart, Sheet
from lth.report.claims import VERDICTS
from lth.settings import Settings

ASSETS = Path(__file__).parent / "page"
SUFFIXES = ("html", "css", "js")
SHOWN = ("dataset", "seed", "validation", "network", "recipe")  # of a training run's settings
LIBRARY = Path("package_data") / "plotly.min.js"


class Difference(Settings):
    """What we do in another way than the paper, or that it leaves open: about what, and why."""

    about: str
    says: str


class Shown(Settings):
    """A figure in a report: its name, its title, and which figure of the paper it is, if any."""

    name: str
    title: str
    paper: str = ""


def digest() -> str:
    """The digest of the page's own files, which are no Python and so in no digest of code."""
    texts = [_asset(suffix) for suffix in SUFFIXES]
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()


def page(
    title: str,
    shown: Sequence[Shown],
    differences: Sequence[Difference],
    found: Mapping[str, Sequence[Document]],
    stored: Callable[[str], Stored],
) -> bytes:
    """The page. `found` are origins of `figures`, of `tables` and of `claims`, as far as any.

    `stored` finds the file of a training run by the path that a table has recorded.

    Raises ValueError where a file is not as it was written, or where Plotly is missing.
    """
    figures = {item.origin.settings["name"]: item for item in found.get("figures", ())}
    experiments = [_experiment(document, stored) for document in found.get("tables", ())]
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
    parts = {"style": _asset("css"), "script": _asset("js"), "library": library()}
    whole = Template(_asset("html")).substitute(parts, title=html.escape(title), data=text)
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


@functools.cache
def _asset(suffix: str) -> str:
    return (ASSETS / f"page.{suffix}").read_text(encoding="utf-8")


def _figure(shown: Shown, document: Document) -> dict[str, Any]:
    origins.check_files(document)
    files = {path.suffix: path for path in map(Path, document.files)}
    chart = msgspec.json.decode(files[".json"].read_bytes(), type=Chart | Sheet)
    settings = document.origin.settings
    bars: Bars = settings["style"]["bars"]
    note = NOTES[bars] if _has_bars(chart) else ""
    return {
        **msgspec.to_builtins(shown),
        "caption": f"{settings['figure']['caption']} {note}".strip(),
        "bars": WORDS[bars],
        "key": document.origin.key,
        "chart": msgspec.to_builtins(chart),
        "numbers": files[".csv"].read_text(encoding="utf-8"),
    }


def _has_bars(chart: Chart | Sheet) -> bool:
    panels = () if isinstance(chart, Sheet) else chart.panels
    return any(line.low is not None for panel in panels for line in panel.lines)


def _experiment(document: Document, stored: Callable[[str], Stored]) -> dict[str, Any]:
    """What was run of an experiment: its table, its settings, and on what."""
    rows = tables.of_origin(document)
    (path,) = document.files
    networks = {tuple(row[name] for name in tables.NETWORK) for row in rows}
    return {
        "name": document.origin.settings["experiment"],
        "key": document.origin.key,
        "table": Path(path).read_text(encoding="utf-8"),
        "networks": len(networks),
        "diverged": sum(row["diverged"] for row in rows),
        "settings": _settings(document, stored, rows),
        "made_on": _made_on(document),
    }


def _settings(
    document: Document, stored: Callable[[str], Stored], rows: Sequence[tables.Row]
) -> str:
    """The settings that all runs of an experiment share, and its strategies, as JSON."""
    first = document.origin.inputs["runs"][0]
    run = stored(first.path)
    if run.origin.key != first.key:
        raise ValueError(f"{first.path}: not the run that {document.path} was made from")
    found = {name: run.origin.settings[name] for name in SHOWN}
    found["trials"] = len({row["trial"] for row in rows})
    strategies = document.origin.settings["strategies"]
    found["strategies"] = {
        name: {
            "rounds": max(row["round"] for row in rows if row["strategy"] == name),
            "branches": branches,
        }
        for name, branches in strategies.items()
    }
    return json.dumps(found, indent=1, ensure_ascii=False)


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
    return f"{networks:,} networks of {len(experiments)} experiments{failed}."
