"""`lth describe`: what the catalog must know of a folder of images, before anybody trains on it."""

from pathlib import Path

import yaml

from lth import datasets, settings


def describe(folder: Path) -> None:
    """Decodes the images in `folder` (`data/NAME`) and prints the catalog's entry for the data set NAME, as YAML."""
    source = settings.to_plain(datasets.describe(folder))
    print(yaml.safe_dump({"datasets": {folder.absolute().name: source}}, sort_keys=False, default_flow_style=None), end="")
