"""Whole files or none: a file is written under a temporary name, flushed, and renamed."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PART = ".part"  # how names of files end that are not whole yet


@contextmanager
def replacing(path: Path | str) -> Iterator[Path]:
    """Gives a temporary path in the folder of `path`. Renames it to `path` if the block ends well.

    Otherwise the temporary file is removed, and the file that was there before is untouched.
    Raises ValueError that names the file where the disk is full or the folder cannot be written.
    """
    path = Path(path)
    part = None
    try:
        part = _part_of(path)
        yield part
        with open(part, "rb+") as file:
            os.fsync(file.fileno())
        part.chmod(0o644)
        part.replace(path)
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else str(error).splitlines()[0]
        mend = "Free some space or check the folder's permissions, then run again."
        raise ValueError(f"{path}: could not be written: {reason}. {mend}") from error
    finally:
        if part is not None:
            with suppress(OSError):
                part.unlink()


def write_text(path: Path | str, text: str) -> None:
    """Writes UTF-8 text, whole or not at all."""
    write_bytes(path, text.encode("utf-8"))


def write_bytes(path: Path | str, content: bytes | memoryview) -> None:
    """Writes bytes, whole or not at all."""
    with replacing(path) as part:
        part.write_bytes(content)


def leftovers(path: Path) -> list[Path]:
    """The temporary files that kills in the middle of writing `path` have left."""
    prefix, suffix = _ends(path)
    return sorted(path.parent.glob(f"{prefix}*{suffix}"))


def _ends(path: Path) -> tuple[str, str]:
    """How the names of temporary files of `path` begin and end."""
    return f".{path.stem}.", f"{path.suffix}{PART}"


def _part_of(path: Path) -> Path:
    """A new empty file beside `path`, whose name no other process has."""
    path.parent.mkdir(parents=True, exist_ok=True)
    prefix, suffix = _ends(path)
    handle, name = tempfile.mkstemp(prefix=prefix, suffix=suffix, dir=path.parent)
    os.close(handle)
    return Path(name)
