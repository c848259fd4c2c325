"""`lth prepare`: obtain a data set, check it, and write the manifest that training runs take."""

from pathlib import Path

from lth.data import prepare as obtaining
from lth.files.terminal import printable
from lth.settings import unknown
from lth.study.catalog import sources


def prepare(name: str, out: Path, data: Path) -> None:
    """Obtains a data set and writes its manifest (JSON) to `out`, and its arrays beside it.

    `data` is the folder where downloads go and archives lie.
    """
    known = sources()
    if name not in known:
        raise unknown("name", "data set", name, known)
    manifest = obtaining.prepare(name, known[name], data, out)
    counts = f"{manifest.training} training and {manifest.test} test images"
    print(printable(f"{out}: {name}, {counts}"))
