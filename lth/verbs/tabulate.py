"""`lth tabulate`: the runs of an experiment as one tidy CSV."""

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from lth import atomic, store, tables
from lth.settings import build


@dataclasses.dataclass(frozen=True)
class Plan:
    """What a table holds: the experiment, and for each strategy its branches."""

    experiment: str
    strategies: dict[str, tuple[str, ...]]


def tabulate(settings: Mapping[str, Any], runs: Sequence[Path], out: Path) -> None:
    """Writes the table of run files to `out`."""
    plan: Plan = build(Plan, settings, "--settings")
    files = [store.read(path, "run") for path in runs]
    if strange := [file.path for file in files if file.origin.settings["experiment"] != plan.experiment]:
        raise ValueError(f"{strange[0]}: expected a run of experiment {plan.experiment!r}")
    table = tables.assemble(files, plan.strategies)
    atomic.write_text(out, tables.to_csv(table))
    print(f"{out}: {len(table)} rows from {len(files)} runs")
