"""`lth tabulate`: the runs of an experiment as one tidy CSV."""

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from lth import atomic, code, keys, store, tables
from lth.settings import Count, build


@dataclasses.dataclass(frozen=True)
class Plan:
    """What a table holds: the experiment, for each strategy its branches, and the iterations whose accuracies it has."""

    experiment: str
    strategies: dict[str, tuple[str, ...]]
    moments: tuple[Count, ...]


def tabulate(plan: Mapping[str, Any], key: str | None, runs: Sequence[Path], out: Path) -> None:
    """Writes the table of run files to `out`."""
    chosen: Plan = build(Plan, plan, "--settings")
    rows: list[tables.Row] = []
    inputs: list[str] = []
    for path in runs:
        file = store.read(path, "run")
        if file.origin.settings["experiment"] != chosen.experiment:
            raise ValueError(f"{path}: expected a run of experiment {chosen.experiment!r}")
        rows += tables.rows(file, chosen.moments)
        inputs.append(file.origin.key)
    keys.expect(key, keys.key("table", plan, code.digest("verbs.tabulate", plan), {"runs": inputs}))
    table = tables.assemble(rows, chosen.strategies)
    atomic.write_text(out, tables.to_csv(table, chosen.moments))
    print(f"{out}: {len(table)} rows from {len(runs)} runs")
