"""`lth tabulate`: the runs of an experiment as one tidy CSV."""

from collections.abc import Sequence
from pathlib import Path

from lth.files import atomic, hdf5, origins
from lth.report import tables
from lth.settings import expected
from lth.study.plans.table import Table


def tabulate(plan: Table, key: str | None, runs: Sequence[Path], out: Path, origin: Path) -> None:
    """Writes the table of run files to `out`, and what it was made from to `origin`."""
    found = [hdf5.find(path) for path in runs]
    for stored in found:
        plan.check_input("runs", stored.path, stored.origin)
        if (other := stored.origin.settings["experiment"]) != plan.experiment:
            what = f"a run of experiment {plan.experiment!r}"
            raise expected(str(stored.path), what, other)
    made = plan.origin({"runs": tuple(stored.as_input() for stored in found)})
    origins.expect(key, made, out)
    text = tables.text(found, plan.strategies, plan.moments)
    atomic.write_text(out, text)
    origins.write(origin, made, [out], tables.made_on(found))
    print(f"{out}: {text.count(chr(10)) - 1} rows from {len(runs)} runs")
