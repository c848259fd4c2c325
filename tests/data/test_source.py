"""Sources and manifests: what is known of a data set, before and after it is there."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest

from lth import keys, settings
from lth.data import source
from lth.data.source import Manifest, Source
from lth.data.sources.choices import SOURCES
from lth.files import origins

TOP = Path(__file__).parents[2]
CIFAR = SOURCES["cifar-10"].SOURCE
MNIST = SOURCES["mnist"].SOURCE
PLAIN = settings.plain(CIFAR) | {"digest": "0" * 64}


@pytest.mark.parametrize(
    "change", [{}, {"shape": [28, 28]}, {"digest": "archive:" + "0" * 64}], ids=str
)
def test_a_source_is_read_from_plain_data(change: dict[str, Any]) -> None:
    data = PLAIN | change
    assert settings.plain(settings.read(Source, data, "datasets.it")) == data


PIXELS = "expected at most 8,589,934,592 pixels in all images, got 2,400,000,000,000,000"
HEXADECIMAL = "expected 64 hexadecimal digits as `lth describe` writes them"
SHAPE = "expected [height, width] or [3, height, width]"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"shape": [32]}, f".shape: {SHAPE}, got [32]"),
        ({"shape": [1, 32, 32]}, f".shape: {SHAPE}, got [1, 32, 32]"),
        ({"shape": [3, 0, 32]}, ".shape[1]: expected a number of at least 1, got 0"),
        ({"shape": [3, 200_000, 200_000]}, f".shape: {PIXELS}"),
        ({"brightest": 256}, ".brightest: expected a number in [1, 255], got 256"),
        ({"classes": 1}, ".classes: expected a number of at least 2, got 1"),
        ({"training": 0}, ".training: expected a number of at least 1, got 0"),
        ({"test": "all"}, ".test: expected a whole number, got 'all'"),
        ({"digest": "0" * 63}, f".digest: {HEXADECIMAL}, got '{'0' * 63}'"),
        ({"folder": "it"}, ": unknown key 'folder'; legal: brightest, classes, digest, shape,"),
    ],
)
def test_a_source_out_of_range_is_refused(change: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape('datasets.it' + message)}"):
        settings.read(Source, PLAIN | change, "datasets.it")


def test_a_source_knows_the_bytes_of_its_arrays() -> None:
    assert MNIST.size == 70_000 * (28 * 28 + 8)
    assert CIFAR.size == 60_000 * (3 * 32 * 32 + 8)


def test_the_key_follows_from_name_and_digest_alone() -> None:
    fields = {"dataset": "mnist", "digest": MNIST.digest}
    assert source.key_of("mnist", MNIST) == keys.key("dataset", fields, "", {})
    other = msgspec.structs.replace(MNIST, training=1)
    assert source.key_of("mnist", other) == source.key_of("mnist", MNIST)


def test_another_name_or_digest_is_another_key() -> None:
    other = msgspec.structs.replace(MNIST, digest="0" * 64)
    pairs = [("mnist", MNIST), ("other", MNIST), ("mnist", other)]
    assert len({source.key_of(*pair) for pair in pairs}) == 3


def test_a_data_set_known_by_its_archive_has_its_key_from_that() -> None:
    manifest = source.manifest_of("cifar-10", CIFAR, "1" * 64)
    assert (manifest.source, manifest.digest) == (CIFAR.digest, "1" * 64)
    assert manifest.key == source.key_of("cifar-10", CIFAR)
    message = r"cifar-10.digest: expected the SHA-256 that `source` states \(archive:6d95.*\), got"
    with pytest.raises(ValueError, match=message):
        source.manifest_of("cifar-10", CIFAR)


def test_the_first_difference_of_sources_is_named() -> None:
    others = {"classes": 9, "shape": (28, 27), "digest": "0" * 64}
    words = {
        "classes": "classes 10, expected 9",
        "shape": "shape [28, 28], expected [28, 27]",
        "digest": "digest fcada437588e..., expected 000000000000...",
    }
    for name, value in others.items():
        other = msgspec.structs.replace(MNIST, **{name: value})
        assert source.difference(MNIST, other) == words[name]
    assert source.difference(MNIST, MNIST) == ""


def test_planning_imports_no_heavy_library() -> None:
    heavy = {"torch", "torchvision", "PIL", "sklearn", "h5py", "matplotlib"}
    program = f"import sys, lth.data.prepare; print({heavy} & set(sys.modules))"
    command = [sys.executable, "-c", program]
    result = subprocess.run(command, cwd=TOP, capture_output=True, text=True, check=True)
    assert result.stdout == "set()\n"


# Manifests


def test_a_manifest_is_how_files_record_their_data_set(folder: Path) -> None:
    path = folder / "digits.json"
    manifest = source.read_manifest(path, "digits")
    recorded = origins.Input(str(path), manifest.key, manifest.digest)
    assert manifest.as_input(path) == recorded


def test_the_header_of_a_manifest_has_its_key_and_digest(folder: Path) -> None:
    header = origins.header(folder / "digits.json")
    digits = SOURCES["digits"].SOURCE
    nothing = origins.made_from({})
    key = source.key_of("digits", digits)
    assert header == origins.Header("dataset", key, digits.digest, nothing)


DIGITS: dict[str, Any] = settings.plain(source.manifest_of("digits", SOURCES["digits"].SOURCE))
OTHER = "0" * 64


def key(**changes: str) -> str:
    """The key that a changed manifest should have."""
    fields = {"dataset": "digits", "digest": DIGITS["digest"]} | changes
    return keys.key("dataset", fields, "", {})


STATED = "manifest.digest: expected the SHA-256 that `source` states"
CHANGES = [
    ({"size": 5}, "manifest: unknown key 'size'; "),
    ({"training": "1400"}, "manifest.training: expected a whole number, got '1400'"),
    ({"shape": [64]}, f"manifest.shape: {SHAPE}, got [64]"),
    ({"digest": OTHER}, f"{STATED} ({DIGITS['source']}), got '{OTHER}'"),
    ({"digest": OTHER, "source": OTHER}, f"manifest.key: expected {key(digest=OTHER)}, which"),
    ({"dataset": "other"}, f"manifest.key: expected {key(dataset='other')}, which"),
    ({"source": "archive:unknown"}, f"{STATED} (archive:unknown)"),
    ({"training": 10**9}, "manifest.shape: expected at most 8,589,934,592 pixels in all images"),
]
TEXTS = [
    (None, "No such file or directory"),
    ("", "Expecting value: line 1 column 1 (char 0)"),
    ("[]", "manifest: expected a mapping, got []"),
    ('{"dataset": "digits"}', "manifest: missing key 'shape'; it needs "),
    (settings.plain(source.manifest_of("mnist", MNIST)), "it is that of 'mnist'"),
    *[(DIGITS | change, reason) for change, reason in CHANGES],
    ("[" * 5_000, "expected at most 20 levels of mappings and lists, got more"),
    ("9" * 5_000, "expected numbers of at most 40 characters, got 5000"),
    (" " * 250_001, "expected a file of at most 250,000 bytes, got 250,001"),
]


@pytest.mark.parametrize(("text", "reason"), TEXTS, ids=[reason[:30] for _, reason in TEXTS])
def test_what_is_no_manifest_of_this_data_set_is_refused(
    tmp_path: Path, text: str | dict[str, Any] | None, reason: str
) -> None:
    path = tmp_path / "it.json"
    if text is not None:
        path.write_text(text if isinstance(text, str) else json.dumps(text))
    start = f"{path}: not the manifest of the data set 'digits' ({reason}"
    make = "python -m lth prepare digits --out results/datasets/digits.json"
    pattern = f"{re.escape(start)}.*; make that with: {make}"
    with pytest.raises(ValueError, match=pattern) as caught:
        source.read_manifest(path, "digits")
    assert "\n" not in str(caught.value)


def test_a_manifest_that_is_a_pipe_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "digits.json"
    os.mkfifo(path)
    reason = r"\(expected a file, got a folder, a pipe or a device\); make that with"
    with pytest.raises(ValueError, match=rf"digits\.json: not the manifest of .* {reason}"):
        source.read_manifest(path, "digits")


def test_a_manifest_is_a_source_with_more() -> None:
    manifest = settings.read(Manifest, DIGITS, "manifest")
    assert source.difference(manifest, SOURCES["digits"].SOURCE) == ""
    assert settings.plain(manifest) == DIGITS
