"""What is known of a data set before it is there (`Source`), and once it is (`Manifest`).

So planning needs no data. A new data set is a folder of images with an entry in the catalog, as
`python -m lth describe data/NAME` writes it, or one file and one line in `lth.data.sources`.
"""

import math
import re
from pathlib import Path
from typing import Annotated, Any

from msgspec import Meta

from lth import keys
from lth.files.origins import Input
from lth.files.paths import RESULTS
from lth.files.texts import load_json, read_text
from lth.settings import Count, Settings, expected, plain, read

PIXELS = 1 << 33  # of a data set: ImageNet at 64x64 has 5.3e9, and all are kept in memory
SHA256 = re.compile(r"[0-9a-f]{64}")
ARCHIVE = re.compile(r"archive:[0-9a-f]{64}")


class Source(Settings):
    """What is known of a data set before it is there.

    `shape` is that of an image: [height, width] (grey) or [3, height, width] (RGB). `brightest` is
    the largest value in the training images. `training` and `test` count images. `digest` is the
    SHA-256 of the arrays, or `archive:` and the SHA-256 of the one archive that they come from,
    where the digest of the arrays is not known.
    """

    shape: tuple[Count, ...]
    brightest: Annotated[int, Meta(ge=1, le=255)]
    classes: Annotated[int, Meta(ge=2)]
    training: Count
    test: Count
    digest: str

    def __post_init__(self) -> None:
        shape = list(self.shape)
        if len(shape) not in (2, 3) or (len(shape) == 3 and shape[0] != 3):
            raise expected("shape", "[height, width] or [3, height, width]", shape)
        pixels = (self.training + self.test) * math.prod(shape[-2:])
        if pixels > PIXELS:
            limit = f"expected at most {PIXELS:,} pixels in all images"
            raise ValueError(f"shape: {limit}, got {pixels:,}")
        if not SHA256.fullmatch(self.digest) and not ARCHIVE.fullmatch(self.digest):
            what = "64 hexadecimal digits as `lth describe` writes them"
            raise expected("digest", what, self.digest)

    @property
    def size(self) -> int:
        """Bytes of all images (uint8) and labels (int64)."""
        return (math.prod(self.shape) + 8) * (self.training + self.test)


class Manifest(Source):
    """What the pipeline passes on for a data set.

    This is its Source, with the digest of the arrays, its name, the digest that the Source states
    (`source`), and its key.
    """

    dataset: str
    source: str
    key: str

    def __post_init__(self) -> None:
        super().__post_init__()
        known = self.digest == self.source or ARCHIVE.fullmatch(self.source)
        if not SHA256.fullmatch(self.digest) or not known:
            what = f"the SHA-256 that `source` states ({self.source})"
            raise expected("digest", what, self.digest)
        key = _key(self.dataset, self.source)
        if self.key != key:
            raise expected("key", f"{key}, which follows from `dataset` and `source`", self.key)

    def sizes(self, validation: int) -> dict[str, int]:
        """How many examples the sets of an experiment have that sets so many aside."""
        training = self.training - validation
        return {"train": training, "validation": validation, "test": self.test}

    def as_input(self, path: Path) -> Input:
        """How files that are made from the data set record it. `path` is that of the manifest."""
        return Input(str(path), self.key, self.digest)


def key_of(name: str, source: Source) -> str:
    """The key of a data set.

    The digest says everything of its Source. The code that decodes it is in no key.
    """
    return _key(name, source.digest)


def manifest_of(name: str, source: Source, digest: str | None = None) -> Manifest:
    """The manifest of a data set.

    `digest` is that of its arrays. It may be left out where the Source states it. Raises
    ValueError where the two do not fit.
    """
    more = {"dataset": name, "source": source.digest, "digest": digest or source.digest}
    return read(Manifest, plain(source) | more | {"key": key_of(name, source)}, name)


def read_manifest(path: Path, name: str) -> Manifest:
    """The manifest at `path` of the data set of this name.

    Raises ValueError where the file is missing, or is no manifest of this data set.
    """
    try:
        manifest = read(Manifest, load_json(read_text(path)), "manifest")
        if manifest.dataset == name:
            return manifest
        reason: Any = f"it is that of {manifest.dataset!r}"
    except OSError as error:
        reason = error.strerror
    except ValueError as error:
        reason = error
    mend = f"make that with: python -m lth prepare {name} --out {path_of(name)}"
    raise ValueError(f"{path}: not the manifest of the data set {name!r} ({reason}); {mend}")


def path_of(name: str) -> str:
    """The path of the manifest of a data set, from the top folder of the project."""
    return f"{RESULTS}/datasets/{name}.json"


def arrays_of(manifest: Path) -> Path:
    """The array file beside a manifest."""
    return manifest.with_suffix(".npz")


def difference(found: Source, stated: Source) -> str:
    """The first thing in which two Sources differ, "" where they are equal."""
    for name in Source.__struct_fields__:
        values = [getattr(source, name) for source in (found, stated)]
        if values[0] != values[1]:
            short = [f"{value[:12]}..." if name == "digest" else plain(value) for value in values]
            return f"{name} {short[0]}, expected {short[1]}"
    return ""


def _key(name: str, digest: str) -> str:
    return keys.key("dataset", {"dataset": name, "digest": digest}, "", {})
