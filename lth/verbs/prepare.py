"""`lth prepare`: obtain a data set, check it, and write the manifest that trainings take as their input."""

from pathlib import Path

from lth import atomic, datasets, keys
from lth.terminal import printable


def prepare(name: str, source: datasets.Source, folder: Path, out: Path) -> None:
    """Obtains a data set and writes its manifest (JSON: name, sizes, digests, key) to `out`, and its arrays beside it."""
    manifest = datasets.prepare(name, source, folder, out)
    atomic.write_text(out, keys.canonical(manifest) + "\n")
    print(printable(f"{out}: {name}, {manifest['training']} training and {manifest['test']} test images"))
