"""Data sets: what is there is checked by digest, what is not there says how to get it, and the split is the experiment's."""

import dataclasses
import gzip
import hashlib
import io
import json
import os
import pickle
import re
import shutil
import struct
import subprocess
import sys
import tarfile
import tracemalloc
import urllib.error
import urllib.request
import zipfile
import zlib
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import pytest
import torchvision.datasets
import yaml
from conftest import TOP
from PIL import EpsImagePlugin, Image

from lth import datasets, keys, settings
from lth.archives import ARCHIVES, Archive
from lth.datasets import SOURCES, Source
from lth.images import PIXELS, folder_of_images
from lth.verbs.describe import describe
from lth.verbs.prepare import prepare

RAW = {"mnist": Path("MNIST/raw"), "fashion-mnist": Path("FashionMNIST/raw")}
NAMES = [f"{part}-{kind}-ubyte.gz" for part in ("train", "t10k") for kind in ("images-idx3", "labels-idx1")]
CIFAR = {
    "cifar-10": ("cifar-10-batches-py", ["data_batch_1", "data_batch_2", "data_batch_3", "data_batch_4", "data_batch_5", "test_batch"]),
    "cifar-100": ("cifar-100-python", ["train", "test"]),
}
RANDOM = np.random.default_rng(0)


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> NoReturn:
        raise urllib.error.URLError("no route to host")

    monkeypatch.setattr(urllib.request, "urlopen", refuse)


@pytest.fixture
def folder(tmp_path: Path, digits: Path) -> Path:
    """A folder of the test's own with the digits."""
    return Path(shutil.copytree(digits, tmp_path / "datasets"))


def picture(*shape: int) -> Image.Image:
    """An image of random pixels, the first of them white: [height, width] or [height, width, channels]."""
    pixels = RANDOM.integers(0, 256, shape, dtype=np.uint8)
    pixels[0, 0] = 255
    return Image.fromarray(pixels)


def save(image: Image.Image, path: Path, **options: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    image.save(path, **options)
    return path


@pytest.fixture
def pets(tmp_path: Path) -> Path:
    """`data/pets`: 3 training images and 1 test image of each of 2 classes, RGB of 6x5 pixels as PNG, some of them nested."""
    top = tmp_path / "data" / "pets"
    for name in ("cat", "dog"):
        for file in ("train/CLASS/1.png", "train/CLASS/old/0.png", "train/CLASS/0.PNG", "test/CLASS/7.png"):
            save(picture(5, 6, 3), top / file.replace("CLASS", name))
    return top


def refused(folder: Path, message: str) -> None:
    """Describing the folder fails with just this message, on one line."""
    with pytest.raises(ValueError) as caught:
        datasets.describe(folder)
    assert str(caught.value) == message


@pytest.mark.parametrize(("training", "validation"), [(60_000, 5_000), (50_000, 5_000), (1_400, 200)])
def test_the_split_takes_random_examples_for_validation_and_leaves_the_rest(training: int, validation: int) -> None:
    inner, outer = datasets.split(training, validation, 1)
    assert (len(inner), len(outer)) == (training - validation, validation)
    assert np.array_equal(np.sort(np.concatenate([inner, outer])), np.arange(training))
    assert abs(outer.mean() / training - 0.5) < 0.1


def test_the_split_is_fixed_by_the_seed_of_the_experiment() -> None:
    first, again, other = (datasets.split(60_000, 5_000, seed)[1] for seed in (0, 0, 1))
    assert np.array_equal(first, again)
    assert len(np.intersect1d(first, other)) < 1_000


def test_the_digits_are_1400_and_397_images_of_8x8_bytes(digits: Path) -> None:
    manifest, data = datasets.read(digits / "digits.json", "digits")
    assert manifest == datasets.manifest_of("digits", SOURCES["digits"])
    sizes = {"shape": [8, 8], "brightest": 16, "classes": 10, "training": 1400, "test": 397}
    assert {name: manifest[name] for name in sizes} == sizes
    assert (data.train_images.shape, data.test_images.shape) == ((1400, 8, 8), (397, 8, 8))
    assert (data.train_images.dtype, data.train_labels.dtype) == (np.uint8, np.int64)
    assert (data.train_images.max(), set(data.test_labels.tolist())) == (16, set(range(10)))


def small(*shape: int, dtype: type = np.uint8) -> datasets.Data:
    """4 training and 2 test images of zeros and their labels."""
    return datasets.Data(*(array for count in (4, 2) for array in (np.zeros((count, *shape), dtype), np.arange(count))))


def test_the_digest_depends_on_every_byte_and_on_shapes() -> None:
    data = small(2, 3)
    flipped = dataclasses.replace(data, test_labels=np.array([0, 0]))
    reshaped = dataclasses.replace(data, train_images=data.train_images.reshape(4, 3, 2), test_images=data.test_images.reshape(2, 3, 2))
    assert data.digest() == small(2, 3).digest()
    assert len({data.digest(), flipped.digest(), reshaped.digest()}) == 3


@pytest.mark.parametrize(("shape", "dtype"), [((), np.uint8), ((4, 8, 8), np.uint8), ((8, 8), np.float32), ((3, 8, 8, 8), np.uint8)])
def test_images_of_another_kind_are_refused(shape: tuple[int, ...], dtype: type) -> None:
    message = rf"images: expected uint8 \[examples, height, width\] or \[examples, 3, height, width\].*, got {np.dtype(dtype)} \[4"
    with pytest.raises(ValueError, match=message):
        small(*shape, dtype=dtype)


def test_training_and_test_images_have_one_shape() -> None:
    with pytest.raises(ValueError, match=r"images: .*, of one size, got uint8 \[2, 9, 8\]"):
        dataclasses.replace(small(8, 8), test_images=np.zeros((2, 9, 8), np.uint8))


@pytest.mark.parametrize("labels", [np.zeros(2, np.int64), np.zeros(4, np.int32), np.array([0, 1, 2, -1]), np.zeros((4, 1), np.int64)])
def test_labels_of_another_kind_are_refused(labels: np.ndarray) -> None:
    with pytest.raises(ValueError, match=rf"labels: expected int64 \[4\] from 0, got {labels.dtype} \["):
        dataclasses.replace(small(8, 8), train_labels=labels)


PLAIN = settings.to_plain(SOURCES["cifar-10"]) | {"digest": "0" * 64}


@pytest.mark.parametrize("source", [PLAIN, PLAIN | {"shape": [28, 28]}, PLAIN | {"digest": "archive:" + "0" * 64}])
def test_a_source_is_read_from_plain_data(source: dict[str, Any]) -> None:
    assert settings.to_plain(settings.build(Source, source, "datasets.it")) == source


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"shape": [32]}, "datasets.it.shape: expected [height, width] or [3, height, width], got [32]"),
        ({"shape": [1, 32, 32]}, "datasets.it.shape: expected [height, width] or [3, height, width], got [1, 32, 32]"),
        ({"shape": [3, 0, 32]}, "datasets.it.shape[1]: expected a number at least 1, got 0"),
        ({"brightest": 256}, "datasets.it.brightest: expected a number in [1, 255], got 256"),
        ({"classes": 1}, "datasets.it.classes: expected a number at least 2, got 1"),
        ({"training": 0}, "datasets.it.training: expected a number at least 1, got 0"),
        ({"test": "all"}, "datasets.it.test: expected a whole number, got 'all'"),
        (
            {"shape": [3, 200_000, 200_000]},
            "datasets.it.shape: expected at most 8,589,934,592 pixels in all images, got 2,400,000,000,000,000",
        ),
        ({"digest": "0" * 63}, "datasets.it.digest: expected 64 hexadecimal digits as `lth describe` writes them, got '" + "0" * 63 + "'"),
        ({"folder": "it"}, "datasets.it: unknown key 'folder'; legal: brightest, classes, digest, shape, test, training"),
    ],
)
def test_a_source_out_of_range_is_refused(change: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError) as caught:
        settings.build(Source, PLAIN | change, "datasets.it")
    assert str(caught.value) == message


def test_the_key_follows_from_name_and_digest_of_the_source_alone() -> None:
    source = SOURCES["mnist"]
    assert datasets.key_of("mnist", source) == keys.key("dataset", {"dataset": "mnist", "digest": source.digest}, "", {})
    assert datasets.key_of("mnist", dataclasses.replace(source, training=1)) == datasets.key_of("mnist", source)
    others = [datasets.key_of("other", source), datasets.key_of("mnist", dataclasses.replace(source, digest="0" * 64))]
    assert len({datasets.key_of("mnist", source), *others}) == 3


def test_the_key_of_a_data_set_known_by_its_archive_follows_from_that() -> None:
    source = SOURCES["cifar-10"]
    manifest = datasets.manifest_of("cifar-10", source, "1" * 64)
    assert (manifest["source"], manifest["digest"], manifest["key"]) == (source.digest, "1" * 64, datasets.key_of("cifar-10", source))
    with pytest.raises(ValueError, match=r"cifar-10.digest: expected the SHA-256 that `source` states \(archive:6d95.*\), got 'archive:6d95"):
        datasets.manifest_of("cifar-10", source)


def test_planning_imports_neither_torch_nor_torchvision_nor_pillow() -> None:
    program = "import sys, lth.datasets; print({'torch', 'torchvision', 'PIL', 'sklearn'} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", program], cwd=TOP, capture_output=True, text=True, check=True).stdout == "set()\n"


def test_an_array_file_that_is_missing_says_how_to_make_it(folder: Path) -> None:
    (folder / "digits.npz").unlink()
    manifest = folder / "digits.json"
    mend = f"{folder / 'digits.npz'}: missing; run: python -m lth prepare digits --out {manifest}"
    with pytest.raises(ValueError, match=re.escape(mend)):
        datasets.read(manifest, "digits")


@pytest.mark.parametrize(("start", "end", "filler"), [(-1000, None, b""), (5000, 5004, b"\0\0\0\0"), (0, None, b""), (0, None, b"junk")])
def test_a_damaged_array_file_is_named(folder: Path, start: int, end: int | None, filler: bytes) -> None:
    path = folder / "digits.npz"
    data = bytearray(path.read_bytes())
    data[start:end] = filler
    path.write_bytes(data)
    with pytest.raises(ValueError, match=re.escape(f"{path}: damaged (") + ".*; run: python -m lth prepare digits"):
        datasets.read(folder / "digits.json", "digits")


def arrays_changed(folder: Path, **change: np.ndarray) -> None:
    with np.load(folder / "digits.npz") as file:
        arrays = dict(file)
    np.savez(folder / "digits.npz", **arrays | change)


def test_an_array_file_of_other_data_is_refused(folder: Path) -> None:
    _, data = datasets.read(folder / "digits.json", "digits")
    labels = data.train_labels.copy()
    labels[0] = (labels[0] + 1) % 10
    arrays_changed(folder, train_labels=labels)
    message = r"digits.npz: not what digits.json says: digest [0-9a-f]{12}\.\.\., expected a9448a106103\.\.\.; run: python -m lth prepare digits"
    with pytest.raises(ValueError, match=message):
        datasets.read(folder / "digits.json", "digits")


def not_the_arrays(folder: Path, fault: str) -> None:
    """The array file is refused with this fault."""
    message = f"{folder / 'digits.npz'}: not what digits.json says: {fault}; run: python -m lth prepare digits"
    with pytest.raises(ValueError, match=re.escape(message)) as caught:
        datasets.read(folder / "digits.json", "digits")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"train_images": np.zeros((1400, 8, 8))}, "a file of 757,626 bytes, expected at most 196,214"),
        ({"train_images": np.zeros((1400, 8), np.float64)}, "train_images float64 [1400, 8], expected uint8 [1400, 8, 8]"),
        ({"train_images": np.zeros((1400, 8, 7), np.uint8)}, "train_images uint8 [1400, 8, 7], expected uint8 [1400, 8, 8]"),
        ({"test_labels": np.zeros(397, ">i8")}, "test_labels >i8 [397], expected int64 [397]"),
        ({"test_labels": np.zeros(397, "M8[s]")}, "test_labels datetime64[s] [397], expected int64 [397]"),
        ({"more": np.zeros(3)}, "other arrays, expected test_images, test_labels, train_images, train_labels"),
    ],
    ids=lambda value: "",
)
def test_an_array_file_with_arrays_of_another_kind_is_refused(folder: Path, change: dict[str, np.ndarray], fault: str) -> None:
    arrays_changed(folder, **change)
    not_the_arrays(folder, fault)


def npy(description: str, version: tuple[int, int] = (1, 0)) -> bytes:
    """The start of an array in NumPy's format."""
    text = description.encode() + b"\n"
    return b"\x93NUMPY" + bytes(version) + struct.pack("<H" if version == (1, 0) else "<I", len(text)) + text


def replaced(folder: Path, content: Any, **options: Any) -> None:
    """The array file again, with another content (an iterable of bytes) of its training images."""
    path = folder / "digits.npz"
    with zipfile.ZipFile(path) as old:
        members = {name: old.read(name) for name in old.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, **options) as new:
        for name, data in members.items():
            with new.open(name, "w", force_zip64=True) as member:
                for part in content if name == "train_images.npy" else [data]:
                    member.write(part)


IMAGES = "{{'descr': '{}', 'fortran_order': False, 'shape': {}, }}"


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (
            [npy(IMAGES.format("|u1", "(1000000000000, 8, 8)"))],
            "train_images uint8 [1000000000000, 8, 8], expected uint8 [1400, 8, 8]",
        ),
        ([npy(IMAGES.format("|O", "(1400, 8, 8)"))], "train_images object [1400, 8, 8], expected uint8 [1400, 8, 8]"),
        ([npy(IMAGES.format("|u1", "(1400, 8, 8)"), (2, 0))], "train_images in version (2, 0) of NumPy's format, expected (1, 0)"),
        ([npy(IMAGES.format("|u1", "(1400, 8, 8)"))], "train_images of 76 bytes, expected 89,676"),
        ([npy(IMAGES.format("|u1", "(1400, 8, 8)")), *[bytes(1 << 20)] * 15], "train_images of 15,728,716 bytes, expected 89,676"),
    ],
    ids=["shape", "objects", "version", "short", "long"],
)
def test_an_array_file_that_would_unpack_to_something_else_is_not_unpacked(folder: Path, content: list[bytes], fault: str) -> None:
    replaced(folder, content)
    tracemalloc.start()
    try:
        not_the_arrays(folder, fault)
        assert tracemalloc.get_traced_memory()[1] < 5_000_000
    finally:
        tracemalloc.stop()


def test_an_array_file_that_is_compressed_in_another_way_is_refused(folder: Path) -> None:
    path = folder / "digits.npz"
    with zipfile.ZipFile(path) as old:
        members = {name: old.read(name) for name in old.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_LZMA) as new:
        for name, data in members.items():
            new.writestr(name, data)
    not_the_arrays(folder, "compressed in another way, expected deflate")


def test_an_array_file_that_is_a_link_a_folder_or_a_pipe_is_refused(folder: Path) -> None:
    path, fault = folder / "digits.npz", "a link, a folder, a pipe or a device, expected a file"
    path.rename(folder / "other.npz")
    path.symlink_to("other.npz")
    not_the_arrays(folder, fault)
    path.unlink()
    path.mkdir()
    not_the_arrays(folder, fault)
    path.rmdir()
    os.mkfifo(path)
    not_the_arrays(folder, fault)


@pytest.mark.parametrize(("name", "value"), [("brightest", 255), ("classes", 11)])
def test_a_manifest_with_a_changed_number_does_not_fit_its_arrays(folder: Path, name: str, value: Any) -> None:
    path = folder / "digits.json"
    right = json.loads(path.read_text())
    path.write_text(json.dumps(right | {name: value}))
    message = f"{path.with_suffix('.npz')}: not what digits.json says: {name} {right[name]}, expected {value}; run: python -m lth prepare digits"
    with pytest.raises(ValueError, match=re.escape(message)):
        datasets.read(path, "digits")


@pytest.mark.parametrize(
    ("name", "value", "fault"),
    [
        ("shape", [8, 9], "train_images uint8 [1400, 8, 8], expected uint8 [1400, 8, 9]"),
        ("training", 1399, "train_images uint8 [1400, 8, 8], expected uint8 [1399, 8, 8]"),
        ("test", 398, "test_images uint8 [397, 8, 8], expected uint8 [398, 8, 8]"),
    ],
)
def test_a_manifest_with_a_changed_size_does_not_fit_its_arrays(folder: Path, name: str, value: Any, fault: str) -> None:
    path = folder / "digits.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {name: value}))
    not_the_arrays(folder, fault)


DIGITS = datasets.manifest_of("digits", SOURCES["digits"])
OTHER = "0" * 64


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (None, "No such file or directory"),
        ("", "Expecting value: line 1 column 1 (char 0)"),
        ("[]", "manifest: expected a mapping, got []"),
        ('{"dataset": "digits"}', "manifest: missing key 'shape'; it needs "),
        (datasets.manifest_of("mnist", SOURCES["mnist"]), "it is that of 'mnist'"),
        (DIGITS | {"size": 5}, "manifest: unknown key 'size'; "),
        (DIGITS | {"training": "1400"}, "manifest.training: expected a whole number, got '1400'"),
        (DIGITS | {"shape": [64]}, "manifest.shape: expected [height, width] or [3, height, width], got [64]"),
        (DIGITS | {"digest": OTHER}, f"manifest.digest: expected the SHA-256 that `source` states ({DIGITS['source']}), got '{OTHER}'"),
        (
            DIGITS | {"digest": OTHER, "source": OTHER},
            f"manifest.key: expected {keys.key('dataset', {'dataset': 'digits', 'digest': OTHER}, '', {})}",
        ),
        (DIGITS | {"dataset": "other"}, f"manifest.key: expected {keys.key('dataset', {'dataset': 'other', 'digest': DIGITS['digest']}, '', {})}"),
        (DIGITS | {"source": "archive:unknown"}, "manifest.digest: expected the SHA-256 that `source` states (archive:unknown)"),
        (DIGITS | {"training": 10**9}, "manifest.shape: expected at most 8,589,934,592 pixels in all images, got 64,000,025,408"),
        ("[" * 5_000, "expected at most 20 levels of mappings and lists, got more"),
        ("9" * 5_000, "expected numbers of at most 40 characters, got 5000"),
        (" " * 250_001, "expected a file of at most 250,000 bytes, got 250,001"),
    ],
)
def test_what_is_not_the_manifest_of_this_data_set_is_refused(tmp_path: Path, text: str | dict[str, Any] | None, reason: str) -> None:
    path = tmp_path / "it.json"
    if text is not None:
        path.write_text(text if isinstance(text, str) else json.dumps(text))
    mend = re.escape("; make that with: python -m lth prepare digits --out results/datasets/digits.json")
    with pytest.raises(ValueError, match=re.escape(f"{path}: not the manifest of the data set 'digits' ({reason}") + ".*" + mend) as caught:
        datasets.read_manifest(path, "digits")
    assert "\n" not in str(caught.value)


def test_a_manifest_that_is_a_pipe_is_refused_unread(tmp_path: Path) -> None:
    os.mkfifo(path := tmp_path / "digits.json")
    with pytest.raises(
        ValueError, match=r"digits\.json: not the manifest of .* \(expected a file, got a folder, a pipe or a device\); make that with"
    ):
        datasets.read_manifest(path, "digits")


def test_every_data_set_can_be_obtained() -> None:
    assert SOURCES.keys() == datasets.OBTAIN.keys()
    for name, source in SOURCES.items():
        assert settings.build(Source, settings.to_plain(source), name) == source


# Archives in MNIST's format


def archive(array: np.ndarray) -> bytes:
    sizes = struct.pack(f">{array.ndim}i", *array.shape)
    return gzip.compress(bytes([0, 0, 8, array.ndim]) + sizes + array.astype(np.uint8).tobytes(), mtime=0)


def published(monkeypatch: pytest.MonkeyPatch, name: str, folder: Path) -> None:
    """The archives of a data set are those that lie in the folder now."""
    here = [(archive.file, (folder / archive.file).read_bytes()) for archive in ARCHIVES[name]]
    known = tuple(Archive(file, len(content), hashlib.sha256(content).hexdigest()) for file, content in here)
    monkeypatch.setitem(ARCHIVES, name, known)


def archives(folder: Path, name: str) -> list[Path]:
    """Four small archives with random content where those of the data set belong."""
    (folder / RAW[name]).mkdir(parents=True)
    paths = [folder / RAW[name] / file for file in NAMES]
    for path in paths:
        path.write_bytes(archive(RANDOM.integers(0, 10, (3, 28, 28) if "images" in path.name else 3)))
    return paths


def test_the_table_of_archives_has_every_downloaded_data_set_and_its_files() -> None:
    assert ARCHIVES.keys() == SOURCES.keys() - {"digits"}
    for name, raw in RAW.items():
        assert [archive.file for archive in ARCHIVES[name]] == [f"{raw}/{file}" for file in NAMES]
    for kind in (torchvision.datasets.CIFAR10, torchvision.datasets.CIFAR100):
        name = kind.filename.removesuffix("-python.tar.gz")
        assert [archive.file for archive in ARCHIVES[name]] == [kind.filename]
        assert SOURCES[name].digest == f"archive:{ARCHIVES[name][0].sha256}"
    assert all(re.fullmatch("[0-9a-f]{64}", archive.sha256) for archives in ARCHIVES.values() for archive in archives)


@pytest.mark.usefixtures("offline")
@pytest.mark.parametrize("name", RAW)
def test_without_archives_and_network_a_data_set_says_what_to_do(tmp_path: Path, name: str) -> None:
    place = re.escape(f"{tmp_path / RAW[name]}: {NAMES[0]} is not there and could not be downloaded (")
    with pytest.raises(ValueError, match=place + ".*connect to the network, or put the data set's archives there") as caught:
        datasets.prepare(name, SOURCES[name], tmp_path, tmp_path / "it.json")
    assert "\n" not in str(caught.value)
    assert "no route to host" in str(caught.value)
    assert not (tmp_path / "it.npz").exists()


@pytest.mark.usefixtures("offline")
@pytest.mark.parametrize("name", RAW)
@pytest.mark.parametrize(
    "content",
    [b"", b"damaged", archive(np.zeros((3, 28, 28)))[:-9], gzip.compress(b"", mtime=0), gzip.compress(b"\0\0\x08\x03\0\0\0\x09", mtime=0)],
    ids=["nothing", "damaged", "cut off", "empty", "no sizes"],
)
@pytest.mark.parametrize("which", range(4))
def test_a_damaged_archive_is_named_and_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, content: bytes, which: int) -> None:
    path = archives(tmp_path, name)[which]
    published(monkeypatch, name, tmp_path)
    right = path.read_bytes()
    path.write_bytes(content)
    mend = "delete it, and it is downloaded again"
    with pytest.raises(ValueError) as caught:
        datasets.prepare(name, SOURCES[name], tmp_path, tmp_path / "it.json")
    assert str(caught.value) == f"{path}: damaged: expected {len(right):,} bytes, got {len(content):,}; {mend}"
    flipped = bytes([right[0] ^ 1]) + right[1:]
    path.write_bytes(flipped)
    expected, found = (hashlib.sha256(each).hexdigest() for each in (right, flipped))
    with pytest.raises(ValueError) as caught:
        datasets.prepare(name, SOURCES[name], tmp_path, tmp_path / "it.json")
    assert str(caught.value) == f"{path}: damaged: expected SHA-256 {expected}, got {found}; {mend}"


@pytest.mark.usefixtures("offline")
def test_archives_with_the_same_content_gzipped_anew_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = archives(tmp_path, "mnist")[2]
    published(monkeypatch, "mnist", tmp_path)
    path.write_bytes(gzip.compress(gzip.decompress(path.read_bytes()), 1))
    with pytest.raises(ValueError, match=rf"^{path}: damaged: expected "):
        datasets.prepare("mnist", SOURCES["mnist"], tmp_path, tmp_path / "mnist.json")


@pytest.mark.usefixtures("offline")
def test_an_archive_that_is_a_pipe_is_refused_unread(tmp_path: Path) -> None:
    path = archives(tmp_path, "mnist")[0]
    path.unlink()
    os.mkfifo(path)
    with pytest.raises(ValueError, match=rf"^{path}: damaged: expected a file, got a folder, a pipe or a device; delete it"):
        datasets.prepare("mnist", SOURCES["mnist"], tmp_path, tmp_path / "mnist.json")


@pytest.mark.usefixtures("offline")
def test_archives_with_right_checksums_and_wrong_content_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archives(tmp_path, "mnist")
    published(monkeypatch, "mnist", tmp_path)
    with pytest.raises(ValueError, match=f"^{tmp_path}: the decoded mnist has brightest 9, expected 255; delete its files there and run again$"):
        datasets.prepare("mnist", SOURCES["mnist"], tmp_path, tmp_path / "mnist.json")


def test_a_download_is_taken_from_the_first_mirror_that_sends_the_right_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    there, here = tmp_path / "there", tmp_path / "here"
    paths = archives(there, "mnist")
    published(monkeypatch, "mnist", there)
    arrays = [datasets._unpacked(path.read_bytes()) for path in paths]
    source = datasets.source_of(datasets.Data(arrays[0], arrays[1].astype(np.int64), arrays[2], arrays[3].astype(np.int64)))

    def send(url: str, folder: str, file: str) -> None:
        Path(folder).mkdir(parents=True, exist_ok=True)
        mirror, name = url.split("://")[1].split("/")
        (Path(folder) / file).write_bytes((there / RAW["mnist"] / name).read_bytes() if mirror == "good" else b"wrong")

    monkeypatch.setattr(torchvision.datasets.utils, "download_url", send)
    monkeypatch.setattr(torchvision.datasets.MNIST, "mirrors", ["https://bad/"])
    reason = rf"could not be downloaded \(expected {paths[0].stat().st_size:,} bytes, got 5\); connect to the network"
    with pytest.raises(ValueError, match=reason):
        datasets.prepare("mnist", source, here, tmp_path / "mnist.json")
    assert not list((here / RAW["mnist"]).iterdir())
    monkeypatch.setattr(torchvision.datasets.MNIST, "mirrors", ["https://bad/", "https://good/", "https://bad/"])
    datasets.prepare("mnist", source, here, tmp_path / "mnist.json")
    assert sorted(path.name for path in (here / RAW["mnist"]).iterdir()) == sorted(NAMES)


def test_decoded_data_that_are_not_what_they_should_be_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(datasets.OBTAIN, "mnist", lambda folder: small(28, 28))
    message = f"{tmp_path}: the decoded mnist has brightest 0, expected 255; delete its files there and run again"
    with pytest.raises(ValueError, match=re.escape(message)):
        datasets.prepare("mnist", SOURCES["mnist"], tmp_path, tmp_path / "mnist.json")


FIRST = {"mnist": [5, 0, 4, 1, 9, 2, 1, 3, 1, 4], "fashion-mnist": [9, 0, 0, 3, 0, 2, 7, 2, 5, 5]}
MEAN = {"mnist": 0.1307, "fashion-mnist": 0.2860}  # of all training pixels, 0 to 1, as everybody knows them


@pytest.mark.usefixtures("offline")
@pytest.mark.parametrize("name", RAW)
def test_a_data_set_is_made_from_archives_that_are_there_and_leaves_their_folder_alone(tmp_path: Path, name: str) -> None:
    here, raw = TOP / "data" / RAW[name], tmp_path / RAW[name]
    if not all((here / file).exists() for file in NAMES):
        pytest.skip(f"the four archives of {name} are not in data/{RAW[name]}")
    raw.mkdir(parents=True)
    for file in NAMES:
        shutil.copy(here / file, raw)
    (raw / NAMES[0].removesuffix(".gz")).write_bytes(b"an unpacked file that somebody broke")
    before = {path.name: path.stat().st_mtime_ns for path in raw.iterdir()}
    prepare(name, SOURCES[name], tmp_path, tmp_path / "it.json")
    assert {path.name: path.stat().st_mtime_ns for path in raw.iterdir()} == before
    manifest, data = datasets.read(tmp_path / "it.json", name)
    assert manifest == datasets.manifest_of(name, SOURCES[name])
    assert data.train_labels[:10].tolist() == FIRST[name]
    assert data.train_images.mean() / 255 == pytest.approx(MEAN[name], abs=5e-5)


def test_fashion_mnist_has_as_many_images_of_each_class(tmp_path: Path) -> None:
    here = TOP / "data" / RAW["fashion-mnist"]
    if not all((here / file).exists() for file in NAMES):
        pytest.skip("the four archives of fashion-mnist are not in data/FashionMNIST/raw")
    labels = [datasets._unpacked((here / file).read_bytes()) for file in NAMES if "labels" in file]
    assert [np.bincount(each).tolist() for each in labels] == [[6_000] * 10, [1_000] * 10]


# CIFAR


@pytest.fixture(params=CIFAR)
def cifar(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[str, Path, Source]:
    """Name, archive and Source of a small CIFAR: 4 images a file, with checksums to fit, and without a network."""
    name = request.param
    request.getfixturevalue("offline")
    folder, files = CIFAR[name]
    contents = {file: {"data": RANDOM.integers(0, 256, (4, 3072), dtype=np.uint8), LABELS[name]: [0, 1, 2, 9]} for file in files}
    path = tmp_path / "data" / f"{name}-python.tar.gz"
    path.parent.mkdir()
    packed(path, {f"{folder}/{file}": pickle.dumps(content, protocol=2) for file, content in contents.items()})
    published(monkeypatch, name, path.parent)
    brightest = int(np.max([content["data"] for content in list(contents.values())[:-1]]))
    source = dataclasses.replace(SOURCES[name], classes=10, training=4 * (len(files) - 1), test=4, brightest=brightest)
    return name, path, source


LABELS = {"cifar-10": "labels", "cifar-100": "fine_labels"}


def packed(path: Path, members: dict[str, bytes]) -> None:
    """Writes a tar.gz."""
    with tarfile.open(path, "w:gz") as tar:
        for name, content in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))


def test_cifar_is_read_from_its_archive_and_nothing_is_unpacked_to_the_disk(cifar: Any, tmp_path: Path) -> None:
    name, path, source = cifar
    prepare(name, source, path.parent, tmp_path / "it.json")
    assert list(path.parent.iterdir()) == [path]
    manifest, arrays = datasets.read(tmp_path / "it.json", name)
    assert manifest == datasets.manifest_of(name, source, arrays.digest())
    assert (manifest["source"], manifest["shape"]) == (SOURCES[name].digest, [3, 32, 32])
    folder, files = CIFAR[name]
    with tarfile.open(path) as tar:
        pixels = [pickle.load(tar.extractfile(f"{folder}/{file}"))["data"].reshape(4, 3, 32, 32) for file in files]
    assert np.array_equal(arrays.train_images, np.concatenate(pixels[:-1]))
    assert np.array_equal(arrays.test_images, pixels[-1])
    assert arrays.train_labels.tolist() == [0, 1, 2, 9] * (len(files) - 1)
    assert arrays.test_labels.tolist() == [0, 1, 2, 9]


def test_cifar_is_what_torchvision_reads(cifar: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    name, path, source = cifar
    prepare(name, source, path.parent, tmp_path / "it.json")
    _, arrays = datasets.read(tmp_path / "it.json", name)
    with tarfile.open(path) as tar:
        tar.extractall(path.parent, filter="data")
    kind = {"cifar-10": torchvision.datasets.CIFAR10, "cifar-100": torchvision.datasets.CIFAR100}[name]
    monkeypatch.setattr(kind, "_check_integrity", lambda self: True)
    monkeypatch.setattr(kind, "_load_meta", lambda self: None)
    for train, images, labels in ((True, arrays.train_images, arrays.train_labels), (False, arrays.test_images, arrays.test_labels)):
        theirs = kind(path.parent, train=train)
        assert np.array_equal(theirs.data.transpose(0, 3, 1, 2), images)
        assert theirs.targets == labels.tolist()


class Evil:
    """A pickle of it makes a file when it is opened."""

    def __init__(self, path: Path):
        self.path = path

    def __reduce__(self) -> Any:
        return Path.touch, (self.path,)


def test_a_pickle_of_cifar_in_another_archive_is_never_opened(cifar: Any, tmp_path: Path) -> None:
    name, path, source = cifar
    folder, files = CIFAR[name]
    packed(path, {f"{folder}/{file}": pickle.dumps(Evil(tmp_path / "opened")) for file in files})
    with pytest.raises(ValueError, match=rf"^{path}: damaged: expected .*; delete it, and it is downloaded again$"):
        datasets.prepare(name, source, path.parent, tmp_path / "it.json")
    assert not (tmp_path / "opened").exists()


def test_a_folder_of_unpacked_pickles_of_cifar_is_left_alone(cifar: Any, tmp_path: Path) -> None:
    name, path, source = cifar
    folder, files = CIFAR[name]
    (path.parent / folder).mkdir()
    for file in files:
        (path.parent / folder / file).write_bytes(pickle.dumps(Evil(tmp_path / "opened")))
    assert datasets.prepare(name, source, path.parent, tmp_path / "it.json")["training"] == source.training
    assert not (tmp_path / "opened").exists()


def test_without_files_and_network_cifar_says_what_to_do(cifar: Any, tmp_path: Path) -> None:
    name, path, source = cifar
    path.unlink()
    message = f"{path.parent}: {path.name} is not there and could not be downloaded (<urlopen error no route to host>); connect to the network"
    with pytest.raises(ValueError, match=re.escape(message)) as caught:
        datasets.prepare(name, source, path.parent, tmp_path / "it.json")
    assert "\n" not in str(caught.value)


def test_cifar_of_another_size_is_refused(cifar: Any, tmp_path: Path) -> None:
    name, path, source = cifar
    with pytest.raises(ValueError, match=f"the decoded {name} has training {source.training}, expected 50000; delete its files there"):
        datasets.prepare(name, dataclasses.replace(source, training=50_000), path.parent, tmp_path / "it.json")


# Folders of images


def test_a_folder_of_images_is_described_prepared_and_read(pets: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    describe(pets, tmp_path / "pets.yaml")
    assert capsys.readouterr().out == f"{tmp_path}/pets.yaml: pets, 6 training and 2 test images of 2 classes\n"
    entry = yaml.safe_load((tmp_path / "pets.yaml").read_text())
    source = settings.build(Source, entry["datasets"]["pets"], "datasets.pets")
    assert source == datasets.describe(pets)
    assert source == Source((3, 5, 6), 255, 2, 6, 2, source.digest)
    prepare("pets", source, pets.parent, tmp_path / "pets.json")
    manifest, data = datasets.read(tmp_path / "pets.json", "pets")
    assert manifest == datasets.manifest_of("pets", source)
    assert datasets.source_of(data) == source


def test_a_description_is_an_entry_of_the_catalog_in_a_file_of_its_own(pets: Path, tmp_path: Path) -> None:
    out = tmp_path / "pets.yaml"
    describe(pets, out)
    numbers = f"brightest: 255\n    classes: 2\n    training: 6\n    test: 2\n    digest: {datasets.describe(pets).digest}\n"
    text = f"datasets:\n  pets:\n    shape: [3, 5, 6]\n    {numbers}"
    assert out.read_text() == text
    describe(pets, out)
    for other in ("figures: {}\n", "- a\n", "datasets: 3\n", "datasets: {cats: {}}\n", text + "figures: {}\n"):
        out.write_text(other)
        with pytest.raises(ValueError, match=r"pets\.yaml: has other entries than that of pets; choose a file of its own"):
            describe(pets, out)
        assert out.read_text() == other
    (pets / "train" / "cat" / "1.png").write_bytes(b"no image")
    out.write_text(text)
    with pytest.raises(ValueError, match=r"1\.png: cannot be read"):
        describe(pets, out)
    assert out.read_text() == text


@pytest.mark.parametrize("shape", [(5, 6), (3, 5, 6)])
def test_channel_statistics_are_those_of_the_pixels(shape: tuple[int, ...]) -> None:
    images = np.random.default_rng(0).integers(0, 256, (70, *shape), np.uint8)
    mean, deviation = datasets.channel_statistics(images)
    axes = (0, -2, -1)
    assert mean == pytest.approx(images.mean(axes, keepdims=True)[0], rel=1e-12)
    assert deviation == pytest.approx(images.std(axes, keepdims=True)[0], rel=1e-12)
    assert (mean + images).shape == images.shape
    assert datasets.channel_statistics(np.full((4, *shape), 7, np.uint8))[1].max() < 1e-12


def test_the_statistics_of_many_images_make_no_floats_of_all_of_them() -> None:
    images = np.zeros((60_000, 32, 32), np.uint8)
    tracemalloc.start()
    datasets.channel_statistics(images)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 3 * images.nbytes


def test_the_brightest_value_is_that_of_the_training_images(pets: Path) -> None:
    data = datasets.Data(*folder_of_images(pets))
    assert datasets.source_of(dataclasses.replace(data, train_images=data.train_images // 2)).brightest == data.train_images.max() // 2


def test_images_labels_and_order_are_those_of_torchvisions_image_folder(pets: Path) -> None:
    data = datasets.Data(*folder_of_images(pets))
    for side, images, labels in (("train", data.train_images, data.train_labels), ("test", data.test_images, data.test_labels)):
        pairs = list(torchvision.datasets.ImageFolder(str(pets / side)))
        assert np.array_equal(images, np.stack([np.asarray(image).transpose(2, 0, 1) for image, _ in pairs]))
        assert labels.tolist() == [label for _, label in pairs]
    assert data.train_labels.tolist() == [0, 0, 0, 1, 1, 1]
    first = [np.asarray(Image.open(pets / "train" / "cat" / file)).transpose(2, 0, 1) for file in ("0.PNG", "1.png", "old/0.png")]
    assert np.array_equal(data.train_images[:3], first)


def grey(folder: Path, mode: str, side: str = "*") -> None:
    for path in [*folder.glob(f"{side}/*/*.*"), *folder.glob(f"{side}/*/old/*")]:
        save(Image.open(path).convert(mode), path)


@pytest.mark.parametrize(("mode", "values"), [("L", 256), ("1", 2)])
def test_images_that_are_all_grey_have_no_channels(pets: Path, mode: str, values: int) -> None:
    grey(pets, mode)
    data = datasets.Data(*folder_of_images(pets))
    assert (data.train_images.shape, data.test_images.shape) == ((6, 5, 6), (2, 5, 6))
    assert len(np.unique(data.train_images)) <= values
    assert np.array_equal(data.train_images[0], np.asarray(Image.open(pets / "train" / "cat" / "0.PNG").convert("L")))
    assert datasets.describe(pets).shape == (5, 6)


def test_grey_images_among_colour_become_colour(pets: Path) -> None:
    grey(pets, "L", side="test")
    data = datasets.Data(*folder_of_images(pets))
    assert (data.train_images.shape, data.test_images.shape) == ((6, 3, 5, 6), (2, 3, 5, 6))
    assert (data.test_images == data.test_images[:, :1]).all()
    assert np.array_equal(data.test_images[0, 0], np.asarray(Image.open(pets / "test" / "cat" / "7.png")))


def test_a_palette_is_looked_up(pets: Path) -> None:
    before = datasets.Data(*folder_of_images(pets))
    for path in pets.glob("test/*/*"):
        with Image.open(path) as image:
            save(image.quantize(), path)
        with Image.open(path) as image:
            assert image.mode == "P"
    assert np.array_equal(datasets.Data(*folder_of_images(pets)).test_images, before.test_images)


def test_hidden_files_and_folders_do_not_count(pets: Path) -> None:
    before = datasets.describe(pets)
    for file in (".DS_Store", "train/.DS_Store", "train/cat/.DS_Store", "train/cat/._1.png", "test/.cache/1.txt", "train/dog/.old/1.png"):
        (pets / file).parent.mkdir(exist_ok=True)
        (pets / file).write_bytes(b"hidden")
    (pets / "README.txt").write_text("beside train and test there may be anything")
    assert datasets.describe(pets) == before


def test_the_digest_of_a_folder_depends_on_every_image_and_class(pets: Path) -> None:
    digests = [datasets.describe(pets).digest]
    save(picture(5, 6, 3), pets / "test" / "dog" / "7.png")
    digests.append(datasets.describe(pets).digest)
    (pets / "train" / "cat" / "1.png").rename(pets / "train" / "dog" / "2.png")
    digests.append(datasets.describe(pets).digest)
    assert len(set(digests)) == 3


@pytest.mark.parametrize(("change", "fault"), [("remove", "training 5, expected 6"), ("replace", "digest [0-9a-f]{12}..., expected [0-9a-f]{12}...")])
def test_images_that_changed_since_they_were_described_are_refused(pets: Path, tmp_path: Path, change: str, fault: str) -> None:
    source, path = datasets.describe(pets), pets / "train" / "cat" / "1.png"
    pixels = np.array(Image.open(path))
    pixels[1, 1, 0] ^= 1
    save(Image.fromarray(pixels), path) if change == "replace" else path.unlink()
    anew = f"python -m lth describe {pets} --out workflow/catalog/pets.yaml"
    mend = f"put the right files there, or describe them anew: {anew} (another version of Pillow may decode otherwise)"
    with pytest.raises(ValueError, match=f"^{pets}: the decoded pets has {fault}; {re.escape(mend)}$"):
        prepare("pets", source, pets.parent, tmp_path / "pets.json")
    assert not list(tmp_path.glob("pets.*"))


def test_images_cannot_be_checked_by_the_checksum_of_an_archive(pets: Path, tmp_path: Path) -> None:
    source = dataclasses.replace(datasets.describe(pets), digest="archive:" + "0" * 64)
    with pytest.raises(ValueError, match=r"pets: the decoded pets has digest [0-9a-f]{12}\.\.\., expected archive:0000\.\.\."):
        datasets.prepare("pets", source, pets.parent, tmp_path / "pets.json")


@pytest.mark.parametrize("name", ["Pets", "my_pets", "pets.old", "pets-"])
def test_a_folder_whose_name_cannot_be_that_of_a_data_set_is_refused(pets: Path, name: str) -> None:
    folder = pets.rename(pets.with_name(name))
    expected = "expected a folder named by lower-case letters and digits, joined by '-'"
    refused(folder, f"{folder}: {expected}, got '{name}'; rename it")


def test_a_folder_with_the_name_of_a_data_set_that_is_known_is_refused(pets: Path) -> None:
    folder = pets.rename(pets.with_name("mnist"))
    refused(folder, f"{folder}: mnist is a data set that lth knows already; rename the folder")


def test_the_folder_may_be_the_current_one(pets: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = datasets.describe(pets)
    monkeypatch.chdir(pets)
    describe(Path("."), Path("../pets.yaml"))
    assert yaml.safe_load(Path("../pets.yaml").read_text())["datasets"].keys() == {"pets"}
    assert datasets.describe(Path(".")) == expected


@pytest.mark.parametrize("side", ["train", "test"])
def test_a_folder_without_train_or_test_is_refused(pets: Path, side: str) -> None:
    shutil.rmtree(pets / side)
    layout = f"a data set of images lies in {pets}/train/CLASS/* and {pets}/test/CLASS/*"
    refused(pets, f"{pets / side}: no such folder; {layout}")
    (pets / side).mkdir()
    refused(pets, f"{pets / side}: expected a folder for each class, found none")


@pytest.mark.parametrize(("side", "other"), [("train", "test"), ("test", "train")])
def test_a_class_that_is_on_one_side_only_is_named(pets: Path, side: str, other: str) -> None:
    save(picture(5, 6, 3), pets / side / "bird" / "0.png")
    refused(pets, f"{pets}: class 'bird' is in {side} and not in {other}; both need the same classes")


def test_a_single_class_is_refused(pets: Path) -> None:
    for side in ("train", "test"):
        shutil.rmtree(pets / side / "dog")
    refused(pets, f"{pets}: expected at least 2 classes in train and test, got 1")


@pytest.mark.parametrize("side", ["train", "test"])
def test_an_empty_class_is_named(pets: Path, side: str) -> None:
    shutil.rmtree(pets / side / "dog")
    (pets / side / "dog").mkdir()
    refused(pets, f"{pets / side / 'dog'}: no images; put some there, or remove the class from train and test")


@pytest.mark.parametrize("file", ["labels.csv", "old/Thumbs.db", "2.gif", "no-extension"])
def test_a_file_that_is_no_image_is_named(pets: Path, file: str) -> None:
    path = pets / "train" / "dog" / file
    path.write_bytes(b"")
    extensions = ".jpg, .jpeg, .png, .ppm, .bmp, .pgm, .tif, .tiff, .webp"
    refused(pets, f"{path}: expected an image ({extensions}); convert it, or move it away")


def test_a_file_beside_the_classes_is_named(pets: Path) -> None:
    path = save(picture(5, 6, 3), pets / "test" / "0.png")
    refused(pets, f"{path}: lies beside the folders of the classes; move it into one of them, or away")


@pytest.mark.parametrize("side", ["train", "test"])
def test_images_of_another_size_are_named_with_both_sizes(pets: Path, side: str) -> None:
    path = save(picture(5, 7, 3), pets / side / "dog" / "9.png")
    first = pets / "train" / "cat" / "0.PNG"
    refused(pets, f"{path}: expected 6x5 pixels as in {first}, got 7x5; all images must be of one size")


@pytest.mark.parametrize("suffix", ["jpg", "png", "ppm", "bmp", "tif", "webp"])
@pytest.mark.parametrize("share", [0, 0.3, 0.7])
@pytest.mark.filterwarnings("ignore:Corrupt EXIF data|Truncated File Read:UserWarning")
def test_an_image_that_is_damaged_is_named(pets: Path, suffix: str, share: float) -> None:
    path = save(picture(5, 6, 3), pets / "train" / "dog" / f"9.{suffix}")
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    with pytest.raises(ValueError, match=rf"^{path}: cannot be read \(.+\); put a whole image there, or remove it$"):
        datasets.describe(pets)


def test_an_image_that_cannot_be_opened_is_named(pets: Path) -> None:
    path = pets / "train" / "dog" / "9.png"
    os.symlink(pets / "nowhere.png", path)
    refused(pets, f"{path}: cannot be read ([Errno 2] No such file or directory); put a whole image there, or remove it")


# Hostile folders

NO_IMAGE = "{}: cannot be read (cannot identify image file); put a whole image there, or remove it"


@pytest.mark.parametrize("kind", ["EPS", "GIF", "ICO", "PDF", "TGA", "JPEG2000", "PCX"])
def test_a_file_of_another_format_is_refused_whatever_its_name(pets: Path, kind: str) -> None:
    path = pets / "train" / "dog" / "9.png"
    path.write_bytes(encoded(picture(5, 6, 3), kind))
    refused(pets, NO_IMAGE.format(path))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "PPM", "BMP", "TIFF", "WEBP"])
def test_formats_that_are_read_are_known_by_content(pets: Path, kind: str) -> None:
    (pets / "train" / "dog" / "9.png").write_bytes(encoded(picture(5, 6, 3), kind))
    assert datasets.describe(pets).training == 7


def test_eps_in_the_guise_of_png_starts_no_program(pets: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    script = tmp_path / "gs"
    script.write_text(f"#!/bin/sh\ntouch {tmp_path}/started\n")
    script.chmod(0o755)
    monkeypatch.setattr(EpsImagePlugin, "gs_binary", str(script))
    path = pets / "test" / "cat" / "0.png"
    path.write_bytes(encoded(picture(5, 6, 3), "EPS"))
    refused(pets, NO_IMAGE.format(path))
    assert not (tmp_path / "started").exists()


@pytest.mark.parametrize("place", ["train", "train/cat", "train/cat/old", "train/cat/1.png", "test/dog/9.png"])
def test_a_link_that_leads_out_of_the_folder_is_refused(pets: Path, tmp_path: Path, place: str) -> None:
    path, other = pets / place, tmp_path / "elsewhere"
    path.rename(other) if path.exists() else save(picture(5, 6, 3), other, format="PNG")
    path.symlink_to(other)
    refused(pets, f"{path}: leads to {other}, outside of the data set; copy it there, or remove the link")


def test_a_folder_with_a_name_that_only_begins_alike_is_outside(pets: Path) -> None:
    other = save(picture(5, 6, 3), pets.with_name("pets-2") / "0.png")
    path = pets / "train" / "cat" / "9.png"
    path.symlink_to(other)
    refused(pets, f"{path}: leads to {other}, outside of the data set; copy it there, or remove the link")


def test_links_within_the_folder_and_the_folder_itself_may_be_links(pets: Path, tmp_path: Path) -> None:
    before = datasets.describe(pets)
    (pets / "train" / "cat" / "old").rename(pets / "more")
    (pets / "train" / "cat" / "old").symlink_to("../../more")
    (pets / "train" / "cat" / "1.png").rename(pets / "one.png")
    (pets / "train" / "cat" / "1.png").symlink_to(pets / "one.png")
    (tmp_path / "pets").symlink_to(pets)
    assert datasets.describe(pets) == datasets.describe(tmp_path / "pets") == before


@pytest.mark.parametrize("target", [".", "..", "../../train/cat", "../dog"])
def test_a_link_that_leads_back_is_refused_and_never_ends_in_a_loop(pets: Path, target: str) -> None:
    (pets / "train" / "cat" / "loop").symlink_to(target)
    with pytest.raises(ValueError, match=rf"^{pets}/train/.*: the same folder as {pets}/train/.*; remove the link$"):
        datasets.describe(pets)


def test_a_link_to_itself_is_refused(pets: Path) -> None:
    path = pets / "train" / "cat" / "9.png"
    path.symlink_to("9.png")
    with pytest.raises(ValueError, match=rf"^{path}: cannot be read \(.*Too many levels of symbolic links\); put a whole image"):
        datasets.describe(pets)


@pytest.mark.parametrize("place", ["train/cat/9.png", "train/cat/old/9.jpg"])
def test_a_pipe_or_device_is_refused_unread(pets: Path, place: str) -> None:
    os.mkfifo(pets / place)
    refused(pets, f"{pets / place}: cannot be read (a pipe or a device); put a whole image there, or remove it")


def test_a_pipe_beside_the_classes_is_refused(pets: Path) -> None:
    os.mkfifo(path := pets / "train" / "pipe")
    refused(pets, f"{path}: lies beside the folders of the classes; move it into one of them, or away")


def header(width: int, height: int) -> bytes:
    """A PNG that says how large it is, and has no pixels."""
    ihdr = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + ihdr + struct.pack(">I", zlib.crc32(ihdr)) + bytes(4) + b"IDAT\x35\xaf\x06\x1e"


def test_too_many_pixels_in_all_are_refused_before_any_is_decoded(pets: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (pets / "train" / "cat" / "0.PNG").write_bytes(header(9_000, 9_000))
    monkeypatch.setattr("lth.images.PIXELS", 8 * 9_000 * 9_000 - 1)
    mend = "got 8 images of 9000x9000 (648,000,000); take fewer or smaller ones"
    refused(pets, f"{pets}: expected at most 647,999,999 pixels in all, {mend}")
    monkeypatch.setattr("lth.images.PIXELS", 8 * 9_000 * 9_000)
    with pytest.raises(ValueError, match=r"0\.PNG: cannot be read"):
        datasets.describe(pets)


def test_the_bound_on_pixels_is_generous_and_finite() -> None:
    assert 1_331_167 * 64 * 64 < PIXELS == 2**33


def test_an_image_of_another_size_is_refused_by_its_header(pets: Path) -> None:
    path = pets / "test" / "dog" / "7.png"
    path.write_bytes(header(9_000, 9_000))
    first = pets / "train" / "cat" / "0.PNG"
    refused(pets, f"{path}: expected 6x5 pixels as in {first}, got 9000x9000; all images must be of one size")


def test_an_image_that_is_a_bomb_is_refused(pets: Path) -> None:
    path = pets / "train" / "cat" / "0.PNG"
    path.write_bytes(header(60_000, 60_000))
    with pytest.raises(ValueError, match=rf"^{path}: cannot be read \(Image size \(3600000000 pixels\) exceeds limit"):
        datasets.describe(pets)


def deep_png(color: int, channels: int) -> bytes:
    """A PNG of 6x5 pixels with 16 bits a channel."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", 6, 5, 16, color, 0, 0, 0)
    rows = zlib.compress(bytes(5 * (1 + 6 * channels * 2)))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def encoded(image: Image.Image, kind: str, **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


LOSSY = "has more than 8 bits a channel, or other colours than grey and RGB (mode {})"
UNFIT = {
    "16 bits, RGB": ("9.png", deep_png(2, 3), LOSSY.format("RGB")),
    "16 bits, grey": ("9.png", deep_png(0, 1), LOSSY.format("I;16")),
    "16 bits, RGB, plain": ("9.ppm", b"P6 6 5 65535\n" + bytes(180), LOSSY.format("RGB")),
    "10 bits, grey, plain": ("9.pgm", b"P5 6 5 1023\n" + bytes(60), LOSSY.format("I")),
    "floating point": ("9.tif", encoded(Image.new("F", (6, 5)), "TIFF"), LOSSY.format("F")),
    "print colours": ("9.jpg", encoded(Image.new("CMYK", (6, 5)), "JPEG"), LOSSY.format("CMYK")),
    "an alpha channel": ("9.png", encoded(Image.new("RGBA", (6, 5)), "PNG"), "has transparency"),
    "a grey alpha channel": ("9.png", encoded(Image.new("LA", (6, 5)), "PNG"), "has transparency"),
    "a transparent colour": ("9.png", encoded(Image.new("RGB", (6, 5)), "PNG", transparency=(0, 0, 0)), "has transparency"),
    "a transparent colour of a palette": ("9.png", encoded(Image.new("P", (6, 5)), "PNG", transparency=0), "has transparency"),
    "an animation": ("9.webp", encoded(picture(5, 6, 3), "WEBP", save_all=True, append_images=[picture(5, 6, 3)]), "holds 2 pictures"),
    "an animated PNG": ("9.png", encoded(picture(5, 6, 3), "PNG", save_all=True, append_images=[picture(5, 6, 3)]), "holds 2 pictures"),
    "pages": ("9.tiff", encoded(picture(5, 6, 3), "TIFF", save_all=True, append_images=[picture(5, 6, 3)]), "holds 2 pictures"),
}


@pytest.mark.parametrize("case", UNFIT)
def test_an_image_that_would_lose_something_is_named(pets: Path, case: str) -> None:
    file, content, fault = UNFIT[case]
    path = pets / "train" / "dog" / file
    path.write_bytes(content)
    refused(pets, f"{path}: {fault}; convert it to one picture of 8 bits, grey or RGB")


def test_images_that_are_all_black_are_refused(pets: Path) -> None:
    for path in [*pets.glob("*/*/*.*"), *pets.glob("*/*/old/*")]:
        save(Image.new("L", (6, 5)), path)
    refused(pets, f"{pets}.brightest: expected a number in [1, 255], got 0")


def test_cifar_10_as_jpeg_is_what_the_catalog_says() -> None:
    folder = TOP / "data" / "cifar-10-jpeg"
    if not folder.exists():
        pytest.skip("the images of CIFAR-10 are not in data/cifar-10-jpeg")
    catalog = yaml.safe_load((TOP / "workflow" / "catalog" / "datasets.yaml").read_text())
    data = datasets.Data(*folder_of_images(folder))
    assert settings.to_plain(datasets.source_of(data)) == catalog["datasets"]["cifar-10-jpeg"]
    assert [np.bincount(labels).tolist() for labels in (data.train_labels, data.test_labels)] == [[5_000] * 10, [1_000] * 10]
    means = data.train_images.mean(axis=(0, 2, 3)) / 255
    assert means == pytest.approx([0.4914, 0.4822, 0.4465], abs=2e-3)  # those of CIFAR-10, which JPEG hardly moves
