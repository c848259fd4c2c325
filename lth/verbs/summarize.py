"""`lth summarize`: the headline numbers of all tables, for `dvc metrics` and `dvc exp show`."""

from collections.abc import Sequence
from pathlib import Path

from lth.files import atomic, origins
from lth.report import headlines
from lth.study.made_from import origin_of
from lth.study.plans.metrics import Metrics


def summarize(
    plan: Metrics, key: str | None, tables: Sequence[Path], out: Path, origin: Path
) -> None:
    """Writes JSON to `out`: by experiment, strategy and branch.

    `tables` are the origins of tables. `origin` becomes that of the numbers.
    """
    found = [origins.read(path) for path in tables]
    made = origin_of(plan, {"tables": found})
    origins.expect(key, made, out)
    atomic.write_text(out, headlines.metrics(found))
    origins.write(origin, made, [out], {})
    print(f"{out}: {', '.join(document.origin.settings['experiment'] for document in found)}")
