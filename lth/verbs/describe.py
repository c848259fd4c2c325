"""`lth describe`: what the catalog must know of a folder of images, before anybody trains on it."""

from pathlib import Path

import yaml

from lth import atomic, config, datasets, settings
from lth.terminal import printable


def describe(folder: Path, out: Path) -> None:
    """Decodes the images in `folder` (`data/NAME`) and writes the catalog's entry for the data set NAME, as YAML, to a file of its own.

    Raises ValueError for what is wrong with the images, and where `out` has something else in it.
    """
    name, source = folder.absolute().name, settings.to_plain(datasets.describe(folder))
    there = config.load_yaml(out) if out.exists() else None
    entries = there.get("datasets") if isinstance(there, dict) and list(there) == ["datasets"] else None
    if there is not None and not (isinstance(entries, dict) and list(entries) == [name]):
        raise ValueError(f"{out}: has other entries than that of {name}; choose a file of its own")
    atomic.write_text(out, yaml.safe_dump({"datasets": {name: source}}, sort_keys=False, default_flow_style=None))
    counts = f"{source['training']} training and {source['test']} test images"
    print(printable(f"{out}: {name}, {counts} of {source['classes']} classes"))
