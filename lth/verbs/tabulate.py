"""`lth tabulate`: the runs of an experiment as one tidy CSV."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from lth import atomic, store, tables


def tabulate(settings: Mapping[str, Any], runs: Sequence[Path], out: Path) -> None:
    """Writes the table of run files to `out`. The settings name the experiment and, for each strategy, its branches."""
    files = [store.read(path, "run") for path in runs]
    if strange := [file.path for file in files if file.origin.settings["experiment"] != settings["experiment"]]:
        raise ValueError(f"{strange[0]}: expected a run of experiment {settings['experiment']!r}")
    table = tables.assemble(files, settings["strategies"])
    atomic.write_text(out, tables.to_csv(table))
    print(f"{out}: {len(table)} rows from {len(files)} runs")
