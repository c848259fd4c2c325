"""`lth summarize`: the headline numbers of all tables, for `dvc metrics` and `dvc exp show`."""

from collections.abc import Sequence
from pathlib import Path

from lth import atomic, code, origins, tables


def summarize(paths: Sequence[Path], key: str | None, out: Path, origin: Path) -> None:
    """Writes JSON to `out`: by experiment, strategy and branch. `paths` are the origins of the tables, and
    `origin` becomes that of the numbers.
    """
    found = [origins.read(path, "table") for path in paths]
    inputs = {"tables": tuple(document.as_input() for document in found)}
    made_of = origins.Origin("metrics", {}, code.digest("verbs.summarize", {}), inputs)
    origins.expect(key, made_of, out)
    atomic.write_text(out, tables.metrics(found))
    origins.write(origin, made_of, [out], {})
    print(f"{out}: {', '.join(document.origin.settings['experiment'] for document in found)}")
