"""Folders that cannot be written: a small file system, or a folder made read-only."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def mounted(folder: Path, kilobytes: int) -> Iterator[bool]:
    """A file system of so many kilobytes over a folder, or for 0 the folder itself, read-only.

    Gives False where mounting is forbidden, as it is to all but root.
    """
    made: list[bool] = []
    for command in _small(folder, kilobytes) if kilobytes else _fixed(folder):
        made.append(not subprocess.run(command, capture_output=True).returncode)
    try:
        yield all(made)
    finally:
        if made[0]:
            subprocess.run(["umount", str(folder)], check=True)


def _small(folder: Path, kilobytes: int) -> list[list[str]]:
    return [["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs", str(folder)]]


def _fixed(folder: Path) -> list[list[str]]:
    bind = ["mount", "--bind", str(folder), str(folder)]
    return [bind, ["mount", "-o", "remount,ro,bind", str(folder)]]
