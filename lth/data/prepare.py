"""Data sets are obtained, checked and written here, and folders of images described."""

from pathlib import Path

import msgspec

from lth import keys
from lth.data import arrays, images
from lth.data.source import Manifest, Source, difference, manifest_of
from lth.data.sources.choices import SOURCES
from lth.files import atomic
from lth.files.paths import NAME
from lth.settings import plain, read


def prepare(name: str, source: Source, folder: Path, out: Path) -> Manifest:
    """Obtains a data set, checks it, and writes its manifest to `out` and its arrays beside it.

    It is one of SOURCES, or the folder of images `folder/name`. Raises ValueError where files are
    missing or damaged, a download fails, or the arrays are not what the Source says.
    """
    published = name in SOURCES
    path = folder if published else folder / name
    data = SOURCES[name].obtain(folder) if published else images.read(path)
    found = arrays.source_of(data)
    stated = source
    if published and source.digest.startswith("archive:"):  # checked before it was unpacked
        stated = msgspec.structs.replace(source, digest=found.digest)
    if fault := difference(found, stated):
        mend = "delete its files there and run again" if published else _described_anew(path)
        raise ValueError(f"{path}: the decoded {name} has {fault}; {mend}")
    manifest = manifest_of(name, source, found.digest)
    arrays.write(out, data)
    atomic.write_text(out, keys.canonical(plain(manifest)) + "\n")
    return manifest


def describe(folder: Path) -> Source:
    """What a folder of images amounts to. Its name is that of the data set.

    Raises ValueError where this name cannot be one, and as `images.read`.
    """
    name = folder.absolute().name
    if not NAME.fullmatch(name):
        what = "a folder named by lower-case letters and digits, joined by '-'"
        raise ValueError(f"{folder}: expected {what}, got {name!r}; rename it")
    if name in SOURCES:
        fault = f"{name} is a data set that lth knows already"
        raise ValueError(f"{folder}: {fault}; rename the folder")
    return read(Source, plain(arrays.source_of(images.read(folder))), str(folder))


def _described_anew(path: Path) -> str:
    """What to do where a folder of images is not what the catalog says."""
    anew = f"python -m lth describe {path} --out workflow/catalog/{path.name}.yaml"
    reason = "another version of Pillow may decode differently"
    return f"put the right files there, or describe them again: {anew} ({reason})"
