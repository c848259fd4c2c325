"""`lth tabulate`: the runs of an experiment as one tidy CSV."""

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from lth import atomic, code, origins, store, tables
from lth.settings import Count, build


@dataclasses.dataclass(frozen=True)
class Plan:
    """What a table holds: the experiment, for each strategy its branches, and the iterations whose accuracies it has."""

    experiment: str
    strategies: dict[str, tuple[str, ...]]
    moments: tuple[Count, ...]


def tabulate(plan: Mapping[str, Any], key: str | None, runs: Sequence[Path], out: Path, origin: Path) -> None:
    """Writes the table of run files to `out`, and what it was made from to `origin`."""
    chosen: Plan = build(Plan, plan, "--settings")
    found = [store.find(path, "run") for path in runs]
    for stored in found:
        if stored.origin.settings["experiment"] != chosen.experiment:
            raise ValueError(f"{stored.path}: expected a run of experiment {chosen.experiment!r}")
    inputs = {"runs": tuple(stored.as_input() for stored in found)}
    made_of = origins.Origin("table", plan, code.digest("verbs.tabulate", plan), inputs)
    origins.expect(key, made_of, out)
    text = tables.text(found, chosen.strategies, chosen.moments)
    atomic.write_text(out, text)
    origins.write(origin, made_of, [out], {})
    print(f"{out}: {text.count(chr(10)) - 1} rows from {len(runs)} runs")
