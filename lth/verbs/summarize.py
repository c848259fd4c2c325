"""`lth summarize`: the headline numbers of all tables, for `dvc metrics` and `dvc exp show`."""

import json
from collections.abc import Sequence
from pathlib import Path

from lth import atomic, tables


def summarize(paths: Sequence[Path], out: Path) -> None:
    """Writes JSON to `out`: by experiment (the name of the table), strategy and branch."""
    metrics = {path.stem: tables.headlines(tables.read_csv(path)) for path in paths}
    atomic.write_text(out, json.dumps(metrics, indent=1, sort_keys=True, allow_nan=False) + "\n")
    print(f"{out}: {', '.join(metrics)}")
