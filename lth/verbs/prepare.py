"""`lth prepare`: obtain a data set, check it, and write the manifest that trainings take as their input."""

from pathlib import Path

from lth import atomic, datasets, keys


def prepare(name: str, folder: Path, out: Path) -> None:
    """Obtains a data set and writes its manifest (JSON: name, digest, sizes, key) to `out`, and its arrays beside it."""
    manifest = datasets.prepare(name, folder, out) | {"key": key(name)}
    atomic.write_text(out, keys.canonical(manifest) + "\n")
    print(f"{out}: {name}, {manifest['training']} training and {manifest['test']} test images")


def key(name: str) -> str:
    """The key of a data set's manifest. Its digest is known beforehand, and says all; the code that decodes it is in no key."""
    return keys.key("dataset", {"dataset": name, "digest": datasets.SOURCES[name].digest}, "", {})
