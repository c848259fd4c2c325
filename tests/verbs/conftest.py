"""What makes the tests of `lth verify` short."""

import hashlib

import pytest

from lth.files.origins import Document
from lth.report.figures.figure import Drawn
from lth.study.faults import documents
from lth.study.plans.figure import Figure

Files = tuple[bytes, ...]
redrawn, remembered = documents.redrawn, dict[str, Files]()


@pytest.fixture(autouse=True)
def each_picture_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Figures of equal settings, from equal tables and arrays, are drawn once in all tests.

    Drawing is three quarters of what `lth verify` does in a tiny study. Code and versions do not
    change within a process. That a second drawing has the same bytes is tested beside the figures.
    """
    monkeypatch.setattr(documents, "redrawn", drawn_once)


def drawn_once(found: Document, plan: Figure, drawn: Drawn) -> Files:
    """What `redrawn` gives, from memory where it has drawn the same before."""
    digest = hashlib.sha256(repr((plan, found.origin.key, drawn.tables)).encode())
    for file in (*drawn.runs, *drawn.starts, *drawn.masks):
        digest.update(repr(file.origin).encode())
        for name, array in sorted(file.arrays.items()):
            digest.update(f"{name} {array.shape}".encode() + array.tobytes())
    name = digest.hexdigest()
    if name not in remembered:
        remembered[name] = redrawn(found, plan, drawn)
    return remembered[name]
