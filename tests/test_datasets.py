"""Data sets: what is there is checked by digest, what is not there says how to get it, and the split is the experiment's."""

import json
import re
import shutil
import urllib.error
import urllib.request
from pathlib import Path
from typing import NoReturn

import numpy as np
import pytest
from conftest import TOP

from lth import datasets

ARCHIVES = TOP / "data" / "MNIST" / "raw"
NAMES = [f"{part}-{kind}-ubyte.gz" for part in ("train", "t10k") for kind in ("images-idx3", "labels-idx1")]


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> NoReturn:
        raise urllib.error.URLError("no route to host")

    monkeypatch.setattr(urllib.request, "urlopen", refuse)


@pytest.fixture
def folder(tmp_path: Path, digits: Path) -> Path:
    """A folder of the test's own with the digits."""
    return Path(shutil.copytree(digits, tmp_path / "datasets"))


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
    manifest = datasets.read_manifest(digits / "digits.json", "digits")
    assert {name: manifest[name] for name in ("dataset", "training", "test", "classes", "shape")} == {
        "dataset": "digits",
        "training": 1400,
        "test": 397,
        "classes": 10,
        "shape": [8, 8],
    }
    source, data = datasets.read(digits / "digits.json", "digits")
    assert (data.train_images.shape, data.test_images.shape) == ((1400, *source.shape), (397, *source.shape))
    assert (data.train_images.dtype, data.train_labels.dtype) == (np.uint8, np.int64)
    assert data.train_images.max() == source.brightest
    assert set(data.test_labels.tolist()) == set(range(source.classes))


def test_the_digest_depends_on_every_byte_and_on_shapes() -> None:
    arrays = [np.zeros((4, 2), np.uint8), np.zeros(4, np.int64), np.zeros((2, 2), np.uint8), np.zeros(2, np.int64)]
    data = datasets.Data(*arrays)
    flipped = [array.copy() for array in arrays]
    flipped[3][1] = 1
    reshaped = [arrays[0].reshape(2, 4), *arrays[1:]]
    assert data.digest() == datasets.Data(*[array.copy() for array in arrays]).digest()
    assert len({data.digest(), datasets.Data(*flipped).digest(), datasets.Data(*reshaped).digest()}) == 3


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


def test_an_array_file_of_other_data_is_refused(folder: Path) -> None:
    with np.load(folder / "digits.npz") as file:
        arrays = dict(file)
    arrays["train_labels"][0] ^= 1
    np.savez(folder / "digits.npz", **arrays)
    with pytest.raises(ValueError, match=r"digits.npz: digest [0-9a-f]{12}\.\.\., expected [0-9a-f]{12}\.\.\.; run: python -m lth prepare digits"):
        datasets.read(folder / "digits.json", "digits")


FORGED = datasets.manifest_of("digits") | {"digest": "0" * 64}


@pytest.mark.parametrize("text", [None, "", "[]", "{}", '{"dataset": "digits"}', json.dumps(datasets.manifest_of("mnist")), json.dumps(FORGED)])
def test_what_is_not_the_manifest_of_this_data_set_is_refused(tmp_path: Path, text: str | None) -> None:
    path = tmp_path / "it.json"
    if text is not None:
        path.write_text(text)
    mend = "make that with: python -m lth prepare digits --out results/datasets/digits.json"
    message = f"{path}: not the manifest of the data set 'digits'; {mend}"
    with pytest.raises(ValueError, match=re.escape(message)):
        datasets.read_manifest(path, "digits")


def test_every_data_set_can_be_obtained() -> None:
    assert datasets.SOURCES.keys() == datasets.OBTAIN.keys()


def test_an_unknown_data_set_is_refused_with_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"unknown name 'mnits'; did you mean 'mnist'\? legal: digits, mnist"):
        datasets.prepare("mnits", tmp_path, tmp_path / "mnits.json")


@pytest.mark.usefixtures("offline")
def test_without_archives_and_network_mnist_says_what_to_do(tmp_path: Path) -> None:
    place = re.escape(f"{tmp_path / 'MNIST' / 'raw'}: {NAMES[0]} is not there and could not be downloaded (")
    with pytest.raises(ValueError, match=place + ".*connect to the network, or put the data set's archives there") as caught:
        datasets.prepare("mnist", tmp_path, tmp_path / "mnist.json")
    assert "\n" not in str(caught.value)
    assert "no route to host" in str(caught.value)
    assert not (tmp_path / "mnist.npz").exists()


@pytest.mark.usefixtures("offline")
@pytest.mark.parametrize("name", NAMES)
def test_a_damaged_archive_is_named_with_both_checksums(tmp_path: Path, name: str) -> None:
    raw = tmp_path / "MNIST" / "raw"
    raw.mkdir(parents=True)
    (raw / name).write_bytes(b"damaged")
    found = "46cc0df55d22d6eb6c37cabbc09f5193"
    with pytest.raises(ValueError, match=re.escape(f"{raw / name}: damaged: expected MD5 ") + f"[0-9a-f]{{32}}, got {found}; delete it"):
        datasets.prepare("mnist", tmp_path, tmp_path / "mnist.json")


@pytest.mark.usefixtures("offline")
def test_decoded_data_that_are_not_what_they_should_be_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    empty = datasets.Data(*(np.zeros((3, 28, 28), np.uint8), np.zeros(3, np.int64)) * 2)
    monkeypatch.setitem(datasets.OBTAIN, "mnist", lambda folder: empty)
    with pytest.raises(ValueError, match=r"the decoded mnist has digest [0-9a-f]{12}\.\.\., expected fcada4375[0-9a-f]*\.\.\.; delete its files"):
        datasets.prepare("mnist", tmp_path, tmp_path / "mnist.json")


@pytest.mark.usefixtures("offline")
@pytest.mark.skipif(not all((ARCHIVES / name).exists() for name in NAMES), reason="the four archives of MNIST are not in data/MNIST/raw")
def test_mnist_is_made_from_archives_that_are_there_and_leaves_their_folder_alone(tmp_path: Path) -> None:
    raw = tmp_path / "MNIST" / "raw"
    raw.mkdir(parents=True)
    for name in NAMES:
        shutil.copy(ARCHIVES / name, raw)
    (raw / NAMES[0].removesuffix(".gz")).write_bytes(b"an unpacked file that somebody broke")
    before = {path.name: path.stat().st_mtime_ns for path in raw.iterdir()}
    manifest = datasets.prepare("mnist", tmp_path, tmp_path / "mnist.json")
    assert {path.name: path.stat().st_mtime_ns for path in raw.iterdir()} == before
    (tmp_path / "mnist.json").write_text(json.dumps(manifest))
    assert (manifest["training"], manifest["test"], manifest["classes"], manifest["shape"]) == (60_000, 10_000, 10, [28, 28])
    source, data = datasets.read(tmp_path / "mnist.json", "mnist")
    assert data.train_labels[:10].tolist() == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]
    assert (int(data.train_images.max()), data.test_images.shape) == (source.brightest, (10_000, 28, 28))
    assert [len(part) for part in datasets.split(source.training, 5_000, 1)] == [55_000, 5_000]
