"""Writing: a file is whole or not there."""

import re
from pathlib import Path

import pytest

from lth.files import atomic


def test_a_file_that_cannot_be_finished_leaves_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "it.txt"
    atomic.write_text(path, "old")

    def broken() -> None:
        with atomic.replacing(path) as part:
            part.write_text("new, but")
            raise RuntimeError("killed")

    with pytest.raises(RuntimeError, match="killed"):
        broken()
    assert [item.name for item in tmp_path.iterdir()] == ["it.txt"]
    assert path.read_text() == "old"


def test_a_file_gets_its_name_only_when_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "it.txt"
    with atomic.replacing(path) as part:
        part.write_text("whole")
        assert not path.exists()
        assert (part.parent, part.suffix) == (path.parent, ".part")
    assert [item.name for item in path.parent.iterdir()] == ["it.txt"]
    assert path.read_text() == "whole"


def test_a_folder_that_is_a_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "file" / "it.txt"
    atomic.write_text(tmp_path / "file", "")
    with pytest.raises(ValueError, match=re.escape(f"{path}: could not be written: ")):
        atomic.write_text(path, "")


def test_what_kills_have_left_is_found(tmp_path: Path) -> None:
    path = tmp_path / "it.txt"
    atomic.write_text(path, "whole")
    atomic.write_text(tmp_path / "item.txt", "another")
    with atomic.replacing(path) as part, atomic.replacing(tmp_path / "item.txt"):
        assert atomic.leftovers(path) == [part]
    assert atomic.leftovers(path) == []
