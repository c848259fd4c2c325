"""Archives of data sets as others published them, downloaded where they are not there.

They are checked before anything is unpacked.
"""

import dataclasses
import hashlib
import stat
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from lth.files.atomic import PART


@dataclasses.dataclass(frozen=True)
class Archive:
    """A file that others published: its path in the folder of data, its bytes and SHA-256."""

    file: str
    size: int
    sha256: str


def contents(
    folder: Path, archives: Sequence[Archive], mirrors: Callable[[], Sequence[str]]
) -> Iterator[bytes]:
    """The bytes of archives below a folder, each with the right size and SHA-256.

    What is unpacked is just what was checked, whatever happens to the files meanwhile. `mirrors`
    gives the URLs to which the name of a file is added to download it. Raises ValueError where an
    archive is damaged, or is not there and cannot be downloaded.
    """
    for archive in archives:
        path = folder / archive.file
        if not path.exists():
            _download(path, archive, mirrors())
        content, fault = _checked(path, archive)
        if fault:
            raise ValueError(f"{path}: damaged: {fault}; delete it, and it is downloaded again")
        yield content


def _checked(path: Path, archive: Archive) -> tuple[bytes, str]:
    """The bytes in a file, and what is wrong with them. A file of another size is not read."""
    found = path.stat()
    if not stat.S_ISREG(found.st_mode):
        return b"", "expected a file, got a folder, a pipe or a device"
    if found.st_size != archive.size:
        return b"", f"expected {archive.size:,} bytes, got {found.st_size:,}"
    content = path.read_bytes()
    sha256 = hashlib.sha256(content).hexdigest()
    if sha256 != archive.sha256:
        return content, f"expected SHA-256 {archive.sha256}, got {sha256}"
    return content, ""


def _download(path: Path, archive: Archive, mirrors: Sequence[str]) -> None:
    """Tries mirrors one after the other, until one sends the right bytes.

    Raises ValueError with the last one's reason.
    """
    from torchvision.datasets.utils import download_url

    reason, part = "no mirror is known", path.with_name(f".{path.name}{PART}")
    for mirror in mirrors:
        try:
            part.unlink(missing_ok=True)  # or torchvision would keep it
            download_url(mirror + path.name, str(part.parent), part.name)
            _, reason = _checked(part, archive)
            if not reason:
                part.replace(path)
                return
        except (RuntimeError, OSError) as error:
            reason = " ".join(str(error).split())
    part.unlink(missing_ok=True)
    fault = f"{path.name} is not there and could not be downloaded ({reason})"
    mend = "connect to the network, or put the data set's archives there"
    raise ValueError(f"{path.parent}: {fault}; {mend}")
