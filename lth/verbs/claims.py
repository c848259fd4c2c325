"""`lth claims`: what the paper states, and what the tables and figures that are there say of it."""

from collections.abc import Sequence
from pathlib import Path

from lth.files import atomic
from lth.files.terminal import printable
from lth.report import scoreboard, scoring
from lth.report.scoreboard import Scored
from lth.study import catalog
from lth.study.catalog import Config
from lth.study.claims import of_all
from lth.study.paper import SCALES, Scale
from lth.study.plans.figure import Figure
from lth.study.plans.plan import placed
from lth.study.plans.table import Table
from lth.study.results import Results


def claims(folder: Path, page: Path | None) -> None:
    """Prints a line for each claim of the catalog, and how many there are of each verdict.

    A claim that was not run is judged by the miniatures, if these were. It is marked, and counts in
    no number of the paper's. `page` is a file that gets the same as Markdown. Raises ValueError
    where a table or figure is not the one that was written.
    """
    if not folder.is_dir():
        mend = "run snakemake first, or name the results folder"
        raise ValueError(f"{folder}: no such folder; {mend}")
    top = folder.absolute().parent
    config = catalog.read(top / "params.yaml", top / catalog.CATALOG, SCALES)
    results = Results(folder, None)
    found = _best(_scored(config, results, "paper"), _scored(config, results, "mini"))
    if page is None:
        for line in scoreboard.lines(found):
            print(printable(line))
    else:
        atomic.write_text(page, scoreboard.page(found))
        print(f"{page}: {len(found)} claims")


def _scored(config: Config, results: Results, scale: Scale) -> list[Scored]:
    found = of_all(config, scale)
    paths = {
        "tables": [placed(Table.PATH, {"experiment": name}) for name in found.tables],
        "figures": [placed(Figure.PATH, {"name": name}) for name in found.figures],
    }
    there = {role: [path for path in each if path in results.names] for role, each in paths.items()}
    documents = {role: [results.document(path) for path in each] for role, each in there.items()}
    return scoring.scores(found.plan.claims, found.plan.groups, found.plan.facts, documents)


def _best(large: Sequence[Scored], small: Sequence[Scored]) -> list[Scored]:
    """The score of each claim, by the miniatures where these alone were run."""

    def ran(scored: Scored) -> bool:
        return scored[1].verdict != "not run"

    pairs = zip(large, small, strict=True)
    return [mini if ran(mini) and not ran(own) else own for own, mini in pairs]
