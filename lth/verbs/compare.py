"""`lth compare`: what differs between two files or two experiments, from the files alone."""

import json
from pathlib import Path

from lth.files import atomic, hdf5, origins
from lth.files.terminal import printable
from lth.report.comparison import files
from lth.report.comparison.section import Section, lines, plain
from lth.settings import expected
from lth.study import comparing, tabled

HDF5 = ".h5"
FILE, DOCUMENT, EXPERIMENT = "an HDF5 file (.h5)", "an origin file (.json)", "an experiment"


def compare(a: str, b: str | None, out: Path | None) -> None:
    """Prints what differs, and where masks and weights are alike. `out` gets all numbers as JSON.

    Without `b` these are the masks of one file. Raises ValueError where the two cannot be compared.
    """
    sections = _within(a) if b is None else _between(a, b)
    if len(sections) > 1:
        print(printable(f"A: {a}"))
        print(printable(f"B: {a if b is None else b}"))
    for section in sections:
        for line in lines(section):
            print(printable(line))
    if out is not None:
        found = {"a": a, "b": b} | {section.name: plain(section) for section in sections}
        atomic.write_text(out, json.dumps(found, indent=1, allow_nan=False) + "\n")


def _within(a: str) -> list[Section]:
    if Path(a).suffix != HDF5:
        raise expected(a, "a mask file (.h5), or a second argument to compare with", "one argument")
    return files.within(hdf5.read(a))


def _between(a: str, b: str) -> list[Section]:
    if _form(a) != _form(b):
        raise ValueError(f"{b}: expected {_form(a)}, as {a} is, got {_form(b)}")
    return FORMS[_form(a)](a, b)


def _form(text: str) -> str:
    """What an argument stands for, in words."""
    path = Path(text)
    if path.suffix == HDF5:
        return FILE
    table = path.suffix != ".json" or path.parent.name == tabled.FOLDER
    return EXPERIMENT if table else DOCUMENT


def _files(a: str, b: str) -> list[Section]:
    one = hdf5.read(a)
    return files.compared(one, hdf5.read(b, one.origin.kind))


def _documents(a: str, b: str) -> list[Section]:
    one = origins.read(a)
    return files.documents(one, origins.read(b, one.origin.kind))


def _experiments(a: str, b: str) -> list[Section]:
    return comparing.compared(tabled.find(a), tabled.find(b))


FORMS = {FILE: _files, DOCUMENT: _documents, EXPERIMENT: _experiments}
