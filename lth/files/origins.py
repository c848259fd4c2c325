"""What a file was made from, as it says itself: kind, settings, code, and inputs with contents.

An HDF5 file says it in its attributes (`lth.files.attributes`), and in short in its first line.
Tables, pictures and metrics have a JSON file of their own for it, since their readers expect
nothing else in them.
"""

import dataclasses
import hashlib
import json
import platform
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from lth import keys
from lth.files import atomic
from lth.files.paths import trials_of
from lth.files.texts import check_regular, load_json, read_text
from lth.settings import expected

VERSION = 5  # of the format of all files
MOST = 1 << 26  # bytes of an origin file; that of a table of 20,000 runs has 4 million
HEAD = 512  # bytes before the HDF5 part of a file; the standard lets them be ours
DIGEST = re.compile(r"[0-9a-f]{24}|[0-9a-f]{64}")
COORDINATES = ("experiment", "block", "strategy", "round", "branch", "iteration")
STATED = ("kind", "version", "key", "code", "settings", "inputs", "content", "made_on", "seal")
FIELDS = (*STATED[:6], "files", *STATED[6:])  # of an origin file
MEND = "delete it and run snakemake again"


@dataclasses.dataclass(frozen=True)
class Input:
    """A file that another was made from: its path, its key, and the digest of its content."""

    path: str
    key: str
    content: str


@dataclasses.dataclass(frozen=True)
class Origin:
    """What a file is and was made from.

    `settings` are plain data, and have the coordinates of the file. `code` is the digest of the
    code, and `inputs` are by role.
    """

    kind: str
    settings: Mapping[str, Any]
    code: str
    inputs: Mapping[str, tuple[Input, ...]]

    @property
    def key(self) -> str:
        """The key of the file (see `lth.keys`)."""
        inputs = {role: [item.key for item in items] for role, items in self.inputs.items()}
        return keys.key(self.kind, dict(self.settings), self.code, inputs)

    @property
    def made_from(self) -> str:
        """The digest of the contents of all inputs."""
        contents = {role: [item.content for item in items] for role, items in self.inputs.items()}
        return made_from(contents)

    @property
    def coordinates(self) -> dict[str, str | int]:
        """Those of COORDINATES that a file of this kind has."""
        return {name: self.settings[name] for name in COORDINATES if name in self.settings}

    @property
    def trials(self) -> range:
        """The trials of the block."""
        return trials_of(str(self.settings.get("block")))

    @property
    def networks(self) -> int:
        """How many networks the file holds: trials of the block times repeats."""
        repeats = self.settings.get("repeats", 1)
        if not isinstance(repeats, int) or repeats < 1:
            raise expected("repeats", "a whole number of at least 1", repeats)
        return len(self.trials) * repeats


@dataclasses.dataclass(frozen=True)
class Header:
    """What planning asks of a file: kind, key, content, and the digest of its inputs' contents.

    `files` are the names of the files that an origin document names. Other files have none.
    """

    kind: str
    key: str
    content: str
    inputs: str
    files: tuple[str, ...] = ()

    def line(self, body: str) -> bytes:
        """The header as the first HEAD bytes of an HDF5 file; `body` is the SHA-256 of the rest."""
        fields = {"kind": self.kind, "key": self.key, "content": self.content}
        fields |= {"inputs": self.inputs, "body": body}
        text = keys.canonical({"lth": VERSION, **fields}).encode()
        assert len(text) < HEAD, "a header has no text of a user's length"
        return text.ljust(HEAD, b"\n")


@dataclasses.dataclass(frozen=True)
class Document:
    """An origin file read from disk: the origin of texts or pictures, and their SHA-256 by path."""

    path: Path
    origin: Origin
    files: Mapping[str, str]
    content: str
    made_on: Mapping[str, Any]

    def as_input(self) -> Input:
        """How files that are made from these record it."""
        return Input(str(self.path), self.origin.key, self.content)


def made_from(contents: Mapping[str, Sequence[str]]) -> str:
    """The digest of the contents of inputs by role."""
    by_role = {role: list(items) for role, items in contents.items()}
    return keys.digest_of(keys.canonical(by_role))


def header(path: Path | str) -> Header | None:
    """What a file says of itself. None where it is no file of lth, or its texts have changed.

    Nothing else of an HDF5 file is read or checked, so that plans of 10,000 files stay fast. A
    caller that knows which files a document should name compares them with `Header.files`.
    """
    try:
        return _line(Path(path)) if Path(path).suffix == ".h5" else _fields(Path(path))
    except (OSError, ValueError, TypeError, LookupError, AttributeError):
        return None


def _line(path: Path) -> Header | None:
    """The header in the first line of an HDF5 file."""
    check_regular(path)
    with path.open("rb") as file:
        fields = json.loads(file.read(HEAD))
    del fields["body"]  # to compare it would be to read the whole file
    return _header(**fields) if fields.pop("lth") == VERSION else None


def _fields(path: Path) -> Header | None:
    """The header in the fields of a manifest of a data set, or of an origin file."""
    fields = load_json(read_text(path, MOST))
    if "dataset" in fields:
        return _header("dataset", fields["key"], fields["digest"], made_from({}))
    document = read(path)
    check_files(document)
    origin, files = document.origin, tuple(document.files)
    return Header(origin.kind, origin.key, document.content, origin.made_from, files)


def _header(kind: str, key: str, content: str, inputs: str) -> Header | None:
    """A header of digests, or None where others wrote something else in their places."""
    whole = all(isinstance(text, str) and DIGEST.fullmatch(text) for text in (key, content, inputs))
    return Header(str(kind), key, content, inputs) if whole else None


def write(path: Path, origin: Origin, files: Iterable[Path], made_on: Mapping[str, str]) -> None:
    """Writes the origin of texts or pictures that are there already, whole or not at all."""
    digests = {str(file): sha256(file) for file in files}
    fields: dict[str, Any] = {
        "kind": origin.kind,
        "version": VERSION,
        "key": origin.key,
        "code": origin.code,
        "settings": dict(origin.settings),
        "inputs": plain_inputs(origin),
        "files": digests,
        "content": content_of(digests),
        "made_on": {"python": platform.python_version(), **made_on},
    }
    fields["seal"] = seal_of(fields)
    text = json.dumps(fields, indent=1, sort_keys=True, allow_nan=False, ensure_ascii=False)
    atomic.write_text(path, text + "\n")


def read(path: Path | str, kind: str | None = None) -> Document:
    """Reads an origin file.

    Raises ValueError that names the file and the first thing that does not fit.
    """
    path = Path(path)
    fields = _json(path)
    if sorted(fields) != sorted(FIELDS):
        raise ValueError(f"{path}: not an origin file, which has {', '.join(FIELDS)}; {MEND}")
    found, version = fields["kind"], fields["version"]
    if kind is not None and found != kind:
        raise ValueError(f"{path}: expected the origin of a {kind}, got that of {found!r}")
    if version != VERSION:
        raise ValueError(f"{path}: expected format version {VERSION}, got {version!r}; {MEND}")
    if fields["seal"] != seal_of(fields):
        raise ValueError(f"{path}: it is not as it was written (its seal differs); {MEND}")
    origin, files = origin_of(path, fields), fields["files"]
    if not isinstance(files, dict) or not files or fields["content"] != content_of(files):
        raise ValueError(f"{path}: content is not that of the files it names; {MEND}")
    if not isinstance(fields["made_on"], dict):
        raise ValueError(f"{path}: made_on is not as it was written; {MEND}")
    return Document(path, origin, files, fields["content"], fields["made_on"])


def origin_of(path: Path, fields: Mapping[str, Any]) -> Origin:
    """The origin in fields `kind`, `settings`, `code`, `inputs` and `key`.

    Raises ValueError where the key is not what the others amount to.
    """
    try:
        inputs = {role: _inputs(items) for role, items in fields["inputs"].items()}
        kind, settings, code = str(fields["kind"]), dict(fields["settings"]), str(fields["code"])
        origin = Origin(kind, settings, code, inputs)
        key = origin.key
    except (ValueError, TypeError, AttributeError, LookupError) as error:
        fault = f"settings or inputs are not as they were written ({error})"
        raise ValueError(f"{path}: {fault}") from None
    if fields["key"] != key:
        fault = f"key {fields['key']} is not the key of its settings, code and inputs ({key})"
        raise ValueError(f"{path}: {fault}; {MEND}")
    return origin


def check_files(document: Document) -> None:
    """Raises ValueError where a file that an origin names is missing, or is not as written."""
    for name, digest in document.files.items():
        if sha256(Path(name)) != digest:
            fault = "not the file that was written (its SHA-256 differs)"
            raise ValueError(f"{name}: {fault}; {MEND}")


def expect(planned: str | None, origin: Origin, out: Path) -> None:
    """Checks a planned key, where one is given, against what a file is about to be made from.

    Raises ValueError where the two differ.
    """
    if planned in (None, origin.key):
        return
    paths = [item.path for items in origin.inputs.values() for item in items]
    more = f" and {len(paths) - 3} others" if len(paths) > 3 else ""
    raise ValueError(
        f"{out}: planned with key {planned}, "
        f"but the present code and inputs give key {origin.key}; since the plan, lth or one "
        f"of its inputs has changed ({', '.join(paths[:3])}{more}); run snakemake again"
    )


def plain_inputs(origin: Origin) -> dict[str, list[list[str]]]:
    """Inputs as JSON has them: by role a list of [path, key, content]."""
    return {
        role: [[item.path, item.key, item.content] for item in items]
        for role, items in origin.inputs.items()
    }


def seal_of(fields: Mapping[str, Any]) -> str:
    """SHA-256 over all fields but the seal itself."""
    return _sha256_of({name: value for name, value in fields.items() if name != "seal"})


def content_of(digests: Mapping[str, Any]) -> str:
    """SHA-256 over the digests of parts by name."""
    return _sha256_of(dict(digests))


def sha256(path: Path) -> str:
    """The SHA-256 of a file. Raises ValueError where it cannot be read."""
    try:
        check_regular(path)
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        raise ValueError(f"{path}: missing") from None
    except OSError as error:
        raise ValueError(f"{path}: cannot be read: {error.strerror}") from None
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from None


def _sha256_of(fields: dict[str, Any]) -> str:
    text = keys.canonical(fields)
    return hashlib.sha256(text.encode(errors="backslashreplace")).hexdigest()


def _inputs(items: Iterable[Any]) -> tuple[Input, ...]:
    return tuple(Input(*map(str, item)) for item in items)


def _json(path: Path) -> dict[str, Any]:
    try:
        fields = load_json(read_text(path, MOST))
    except FileNotFoundError:
        raise ValueError(f"{path}: missing") from None
    except OSError as error:
        raise ValueError(f"{path}: cannot be read: {error.strerror}") from None
    except ValueError as error:
        raise ValueError(f"{path}: not JSON ({str(error).splitlines()[0]}); {MEND}") from None
    if not isinstance(fields, dict):
        raise ValueError(f"{path}: not an origin file; {MEND}")
    return fields
