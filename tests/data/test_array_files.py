"""The array file beside a manifest: one that is damaged, or holds anything else, is refused."""

import json
import os
import re
import struct
import tracemalloc
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lth.data import arrays

MEND = "run: python -m lth prepare digits"


def test_a_missing_array_file_says_how_to_make_it(folder: Path) -> None:
    (folder / "digits.npz").unlink()
    manifest = folder / "digits.json"
    message = f"{folder / 'digits.npz'}: missing; {MEND} --out {manifest}"
    with pytest.raises(ValueError, match=re.escape(message)):
        arrays.read(manifest, "digits")


@pytest.mark.parametrize(
    ("start", "end", "filler"),
    [(-1000, None, b""), (5000, 5004, b"\0\0\0\0"), (0, None, b""), (0, None, b"junk")],
)
def test_a_damaged_array_file_is_named(
    folder: Path, start: int, end: int | None, filler: bytes
) -> None:
    path = folder / "digits.npz"
    data = bytearray(path.read_bytes())
    data[start:end] = filler
    path.write_bytes(data)
    with pytest.raises(ValueError, match=re.escape(f"{path}: damaged (") + f".*; {MEND}"):
        arrays.read(folder / "digits.json", "digits")


def refused(folder: Path, fault: str) -> None:
    """The array file is refused with this fault."""
    message = f"{folder / 'digits.npz'}: not what digits.json says: {fault}; {MEND}"
    with pytest.raises(ValueError, match=re.escape(message)) as caught:
        arrays.read(folder / "digits.json", "digits")
    assert "\n" not in str(caught.value)


def change(folder: Path, **change: np.ndarray) -> None:
    """Writes the array file with other arrays."""
    with np.load(folder / "digits.npz") as file:
        before = dict(file)
    np.savez(folder / "digits.npz", **before | change)


def test_an_array_file_of_other_data_is_refused(folder: Path) -> None:
    _, data = arrays.read(folder / "digits.json", "digits")
    labels = data.train_labels.copy()
    labels[0] = (labels[0] + 1) % 10
    change(folder, train_labels=labels)
    fault = r"digest [0-9a-f]{12}\.\.\., expected a9448a106103\.\.\."
    message = rf"digits\.npz: not what digits\.json says: {fault}; {MEND}"
    with pytest.raises(ValueError, match=message):
        arrays.read(folder / "digits.json", "digits")


NAMES = "test_images, test_labels, train_images, train_labels"
IMAGES = "expected uint8 [1400, 8, 8]"
OTHERS = {
    "larger": (
        {"train_images": np.zeros((1400, 8, 8))},
        "a file of 757,626 bytes, expected at most 196,214",
    ),
    "type": (
        {"train_images": np.zeros((1400, 8), np.float64)},
        f"train_images float64 [1400, 8], {IMAGES}",
    ),
    "shape": (
        {"train_images": np.zeros((1400, 8, 7), np.uint8)},
        f"train_images uint8 [1400, 8, 7], {IMAGES}",
    ),
    "order of bytes": (
        {"test_labels": np.zeros(397, ">i8")},
        "test_labels >i8 [397], expected int64 [397]",
    ),
    "times": (
        {"test_labels": np.zeros(397, "M8[s]")},
        "test_labels datetime64[s] [397], expected int64 [397]",
    ),
    "more": ({"more": np.zeros(3)}, f"other arrays, expected {NAMES}"),
}


@pytest.mark.parametrize("case", OTHERS)
def test_an_array_file_with_other_arrays_is_refused(folder: Path, case: str) -> None:
    arrays_there, fault = OTHERS[case]
    change(folder, **arrays_there)
    refused(folder, fault)


def test_labels_below_0_are_damage(folder: Path) -> None:
    change(folder, test_labels=np.full(397, -1))
    fault = "damaged (labels: expected int64 [397] from 0, got int64 [397])"
    with pytest.raises(ValueError, match=re.escape(f"{folder / 'digits.npz'}: {fault}; {MEND}")):
        arrays.read(folder / "digits.json", "digits")


def header(description: str, version: tuple[int, int] = (1, 0)) -> bytes:
    """The start of an array in NumPy's format."""
    text = description.encode() + b"\n"
    length = struct.pack("<H" if version == (1, 0) else "<I", len(text))
    return b"\x93NUMPY" + bytes(version) + length + text


def repack(path: Path, images: Iterable[bytes], compression: int) -> None:
    """The array file again, with other bytes of its training images, if any."""
    with zipfile.ZipFile(path) as old:
        members = {name: [old.read(name)] for name in old.namelist()}
    members["train_images.npy"] = list(images) or members["train_images.npy"]
    with zipfile.ZipFile(path, "w", compression) as new:
        for name, parts in members.items():
            with new.open(name, "w", force_zip64=True) as member:
                member.writelines(parts)


def described(dtype: str, count: int) -> str:
    shape = (count, 8, 8)
    return f"{{'descr': '{dtype}', 'fortran_order': False, 'shape': {shape}, }}"


RIGHT = described("|u1", 1400)
LARGE = described("|u1", 1_000_000_000_000)
LONG = [header(RIGHT), *[bytes(1 << 20)] * 15]
BOMBS = {
    "shape": ([header(LARGE)], f"train_images uint8 [1000000000000, 8, 8], {IMAGES}"),
    "objects": ([header(described("|O", 1400))], f"train_images object [1400, 8, 8], {IMAGES}"),
    "version": (
        [header(RIGHT, (2, 0))],
        "train_images in version (2, 0) of NumPy's format, expected (1, 0)",
    ),
    "short": ([header(RIGHT)], "train_images of 76 bytes, expected 89,676"),
    "long": (LONG, "train_images of 15,728,716 bytes, expected 89,676"),
}


@pytest.mark.parametrize("case", BOMBS)
def test_a_file_that_would_unpack_to_something_else_is_not_read(folder: Path, case: str) -> None:
    content, fault = BOMBS[case]
    repack(folder / "digits.npz", content, zipfile.ZIP_DEFLATED)
    tracemalloc.start()
    try:
        refused(folder, fault)
        assert tracemalloc.get_traced_memory()[1] < 5_000_000
    finally:
        tracemalloc.stop()


def test_an_array_file_compressed_in_another_way_is_refused(folder: Path) -> None:
    repack(folder / "digits.npz", [], zipfile.ZIP_LZMA)
    refused(folder, "compressed in another way, expected deflate")


def test_an_array_file_that_is_no_file_is_refused(folder: Path) -> None:
    path, fault = folder / "digits.npz", "a link, a folder, a pipe or a device, expected a file"
    path.rename(folder / "other.npz")
    path.symlink_to("other.npz")
    refused(folder, fault)
    path.unlink()
    path.mkdir()
    refused(folder, fault)
    path.rmdir()
    os.mkfifo(path)
    refused(folder, fault)


@pytest.mark.parametrize(
    ("name", "value", "fault"),
    [
        ("brightest", 255, "brightest 16, expected 255"),
        ("classes", 11, "classes 10, expected 11"),
        ("shape", [8, 9], "train_images uint8 [1400, 8, 8], expected uint8 [1400, 8, 9]"),
        ("training", 1399, "train_images uint8 [1400, 8, 8], expected uint8 [1399, 8, 8]"),
        ("test", 398, "test_images uint8 [397, 8, 8], expected uint8 [398, 8, 8]"),
    ],
)
def test_a_changed_manifest_does_not_fit_its_arrays(
    folder: Path, name: str, value: Any, fault: str
) -> None:
    path = folder / "digits.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {name: value}))
    refused(folder, fault)
