"""Edits of a project that tests make: of code by name, and of settings in its params.yaml."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import yaml

ABSENT = "absent"  # in place of a value: the key is taken away


class Edit(NamedTuple):
    """A file, and what it has in place of some of its text."""

    file: str
    old: str
    new: str


CODE: Mapping[str, Edit] = {
    "training": Edit("lth/training/evaluation.py", "CHUNK = 1_000 ", "CHUNK = 1_001 "),
    "pruning": Edit(
        "lth/lottery/pruning/magnitude.py",
        "return round(rate * survivors)",
        "return int(rate * survivors)",
    ),
    "tables": Edit(
        "lth/report/tables.py",
        'ORDER = ("experiment", "strategy", "branch",',
        'ORDER = ("strategy", "experiment", "branch",',
    ),
    "line ends": Edit("lth/report/tables.py", 'lineterminator="\\n"', 'lineterminator="\\r\\n"'),
    "headlines": Edit("lth/report/headlines.py", "round(value, 6)", "round(value, 5)"),
    "figures": Edit(
        "lth/report/plotting.py", "{name: tables.of_origin", "{str(name): tables.of_origin"
    ),
    "density": Edit("lth/report/figures/density.py", "SPREAD = 0.02 ", "SPREAD = 0.03 "),
    "caption": Edit("workflow/catalog/figures.yaml", "Validation loss over", "The loss over"),
    "comment": Edit("lth/training/loop.py", "# forward, loss, backward", "# the gradient"),
    "docstring": Edit("lth/training/loop.py", '"""Training a stack', '"""The training of a stack'),
    "command line": Edit("lth/cli.py", "lth knows, such as mnist", "lth knows, such as digits"),
    "table of branches": Edit(
        "lth/lottery/branches/choices.py", "BRANCHES = {", 'BRANCHES = {\n    "other": Reinit,'
    ),
    "unused branch": Edit("lth/lottery/branches/noise.py", '"noise"', '"other noise"'),
    "unused network": Edit(
        "lth/networks/conv.py", "HIDDEN: ClassVar[int] = 256", "HIDDEN: ClassVar[int] = 255"
    ),
}


def turn(top: Path, name: str) -> None:
    """Makes an edit of code, or undoes it where it is made already."""
    file, old, new = CODE[name]
    path = top / file
    text = path.read_text(encoding="utf-8")
    made = new in text  # asked first, since the new text may hold the old one
    path.write_text(text.replace(*((new, old) if made else (old, new))), encoding="utf-8")


def set_to(data: dict[str, Any], key: str, value: Any) -> None:
    """Sets a dotted key. Nothing happens where there is no mapping that could have it."""
    *parents, last = key.split(".")
    for name in parents:
        if not isinstance(data.get(name), dict):
            return
        data = data[name]
    if value == ABSENT:
        data.pop(last, None)
    else:
        data[last] = value


def rewrite(path: Path, change: Callable[[dict[str, Any]], None] = lambda data: None) -> None:
    """Changes the data of a YAML file, which then has the form that all such changes leave."""
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    change(data)
    plain = json.loads(json.dumps(data))  # without tuples and aliases
    path.write_text(yaml.safe_dump(plain, sort_keys=False), encoding="utf-8")
