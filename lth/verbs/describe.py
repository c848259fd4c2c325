"""`lth describe`: what the catalog must know of a folder of images, before anybody trains on it."""

from pathlib import Path

from yaml import safe_dump

from lth import settings
from lth.data import prepare as obtaining
from lth.files import atomic
from lth.files.terminal import printable
from lth.study import yaml

SCHEMA = "# yaml-language-server: $schema=../schema.json\n"  # as all files of the catalog begin


def describe(folder: Path, out: Path) -> None:
    """Decodes the images in `folder` (`data/NAME`), and writes the catalog's entry for it.

    The entry is YAML in a file of its own. Raises ValueError for what is wrong with the images, and
    where `out` has something else in it.
    """
    name, source = folder.absolute().name, obtaining.describe(folder)
    if out.exists():
        _check_own(out, name)
    entry = {"datasets": {name: settings.plain(source)}}
    text = safe_dump(entry, sort_keys=False, default_flow_style=None)
    atomic.write_text(out, SCHEMA + text)
    counts = f"{source.training} training and {source.test} test images"
    print(printable(f"{out}: {name}, {counts} of {source.classes} classes"))


def _check_own(out: Path, name: str) -> None:
    """Raises ValueError where a file has other entries than that of a data set."""
    found = yaml.load(out)
    if found is None:
        return
    sections = list(found) if isinstance(found, dict) else []
    entries = found["datasets"] if sections == ["datasets"] else None
    if not isinstance(entries, dict) or list(entries) != [name]:
        raise ValueError(f"{out}: has other entries than that of {name}; choose a file of its own")
