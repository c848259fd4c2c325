"""Whole files or none: an output is written beside its place, flushed, and renamed."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def replacing(path: Path | str) -> Iterator[Path]:
    """Gives a temporary name in the folder of `path`; renames it to `path` if the block ends well, removes it if not.

    A full disk or a read-only folder ends in a ValueError that names the file; the file that was there before is untouched.
    """
    path = Path(path)
    part = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{path.stem}.", suffix=f"{path.suffix}.part", dir=path.parent)
        os.close(handle)
        part = Path(name)
        yield part
        with open(part, "rb+") as file:
            os.fsync(file.fileno())
        part.chmod(0o644)
        part.replace(path)
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else str(error).splitlines()[0]
        raise ValueError(f"{path}: could not be written: {reason}. Free some space or check the folder's permissions, then run again.") from error
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
