"""What makes the tests of `lth verify` short."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from lth.files.origins import Document
from lth.study.faults import documents
from lth.study.plans.figure import Figure
from lth.study.results import Results

Pictures = tuple[bytes, bytes]
redrawn, remembered = documents.redrawn, dict[str, Pictures]()


@pytest.fixture(autouse=True)
def each_picture_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Figures of equal settings, from files of equal bytes, are drawn once in all tests.

    Drawing is three quarters of what `lth verify` does in a tiny study. Code and versions do not
    change within a process. That a second drawing has the same bytes is tested beside the figures.
    """
    monkeypatch.setattr(documents, "redrawn", drawn_once)


def drawn_once(found: Document, plan: Figure, results: Results) -> Pictures:
    """What `redrawn` gives, from memory where nothing that it reads has changed."""
    digest = hashlib.sha256()
    for text in (repr(plan), found.origin.key, *map(str, read_bytes(found, results))):
        digest.update(text.encode() + b"\0")
    name = digest.hexdigest()
    if name not in remembered:
        remembered[name] = redrawn(found, plan, results)
    return remembered[name]


def read_bytes(found: Document, results: Results) -> Iterator[bytes]:
    """All that the tables, their origins and the runs of a figure are."""
    for role, items in sorted(found.origin.inputs.items()):
        for item in items:
            yield results.path(item.path).read_bytes()
            if role == "tables":
                for file in map(Path, results.document(item.path).files):
                    yield file.read_bytes() if file.exists() else b"missing"
