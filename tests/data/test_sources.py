"""The data sets that lth can obtain: each is as it was published, and as its Source says."""

import json
import re
import shutil
from pathlib import Path

import archives
import numpy as np
import pytest
import torchvision.datasets
from archives import NAMES, RAW

from lth import settings
from lth.data import arrays, idx
from lth.data.arrays import Data
from lth.data.prepare import prepare
from lth.data.source import Source, manifest_of
from lth.data.sources.choices import SOURCES
from lth.data.sources.cifar_10 import Cifar10
from lth.data.sources.cifar_100 import Cifar100
from lth.data.sources.mnist import Mnist


@pytest.mark.parametrize("name", SOURCES)
def test_every_source_could_be_written_in_the_catalog(name: str) -> None:
    source = SOURCES[name].SOURCE
    assert settings.read(Source, settings.plain(source), name) == source


@pytest.mark.parametrize("name", RAW)
def test_the_four_archives_of_the_format_of_mnist_are_known(name: str) -> None:
    files = [archive.file for archive in SOURCES[name].ARCHIVES]
    assert files == [f"{RAW[name]}/{file}" for file in NAMES]


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [(Cifar10, torchvision.datasets.CIFAR10), (Cifar100, torchvision.datasets.CIFAR100)],
)
def test_the_archive_of_cifar_is_that_of_torchvision(ours: type, theirs: type) -> None:
    (archive,) = ours.ARCHIVES
    assert archive.file == theirs.filename
    assert ours.SOURCE.digest == f"archive:{archive.sha256}"
    assert [f"{mirror}{archive.file}" for mirror in ours.mirrors()] == [theirs.url]


@pytest.mark.parametrize("name", sorted(SOURCES.keys() - {"digits"}))
def test_archives_have_checksums_and_mirrors(name: str) -> None:
    kind = SOURCES[name]
    assert all(re.fullmatch("[0-9a-f]{64}", archive.sha256) for archive in kind.ARCHIVES)
    assert kind.mirrors()
    assert all(mirror.endswith("/") for mirror in kind.mirrors())


def test_decoded_data_that_are_not_as_stated_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    images = np.zeros((4, 28, 28), np.uint8)
    data = Data(images, np.arange(4), images, np.arange(4))
    monkeypatch.setattr(Mnist, "obtain", lambda folder: data)
    fault = "the decoded mnist has brightest 0, expected 255"
    message = f"{tmp_path}: {fault}; delete its files there and run again"
    with pytest.raises(ValueError, match=re.escape(message)):
        prepare("mnist", Mnist.SOURCE, tmp_path, tmp_path / "mnist.json")
    assert not list(tmp_path.iterdir())


def test_what_is_prepared_is_the_manifest_and_the_arrays(folder: Path) -> None:
    manifest = manifest_of("digits", SOURCES["digits"].SOURCE)
    assert sorted(path.name for path in folder.iterdir()) == ["digits.json", "digits.npz"]
    text = (folder / "digits.json").read_text()
    assert json.loads(text) == settings.plain(manifest)
    assert text.endswith("}\n")
    assert arrays.read(folder / "digits.json", "digits")[0] == manifest


# The data sets of the format of MNIST, where their archives are there

FIRST = {
    "mnist": [5, 0, 4, 1, 9, 2, 1, 3, 1, 4],
    "fashion-mnist": [9, 0, 0, 3, 0, 2, 7, 2, 5, 5],
}
MEAN = {"mnist": 0.1307, "fashion-mnist": 0.2860}  # of all training pixels, as everybody knows it


def times(folder: Path) -> dict[str, int]:
    return {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}


@pytest.mark.usefixtures("offline")
@pytest.mark.parametrize("name", RAW)
def test_a_data_set_is_made_from_archives_that_are_there(tmp_path: Path, name: str) -> None:
    here, raw = archives.skip_without(name), tmp_path / RAW[name]
    raw.mkdir(parents=True)
    for file in NAMES:
        shutil.copy(here / file, raw)
    (raw / NAMES[0].removesuffix(".gz")).write_bytes(b"an unpacked file that somebody broke")
    before = times(raw)
    manifest = prepare(name, SOURCES[name].SOURCE, tmp_path, tmp_path / "it.json")
    assert times(raw) == before
    assert manifest == manifest_of(name, SOURCES[name].SOURCE)
    read, data = arrays.read(tmp_path / "it.json", name)
    assert read == manifest
    assert data.train_labels[:10].tolist() == FIRST[name]
    assert data.train_images.mean() / 255 == pytest.approx(MEAN[name], abs=5e-5)


def test_fashion_mnist_has_as_many_images_of_each_class() -> None:
    here = archives.skip_without("fashion-mnist")
    labels = [idx.unpacked((here / file).read_bytes()) for file in NAMES if "labels" in file]
    assert [np.bincount(each).tolist() for each in labels] == [[6_000] * 10, [1_000] * 10]
