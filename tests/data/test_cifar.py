"""CIFAR: read from its archive as torchvision reads it, without running what others packed."""

import dataclasses
import re
import tarfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import archives
import msgspec
import numpy as np
import pytest
import torchvision.datasets

from lth.data import arrays
from lth.data.prepare import prepare
from lth.data.source import Manifest, Source, manifest_of
from lth.data.sources.choices import SOURCES

TENS = [f"data_batch_{number}" for number in range(1, 6)]
FILES = {
    "cifar-10": [f"cifar-10-batches-py/{file}" for file in [*TENS, "test_batch"]],
    "cifar-100": [f"cifar-100-python/{file}" for file in ("train", "test")],
}
LABELS = {"cifar-10": "labels", "cifar-100": "fine_labels"}
THEIRS = {"cifar-10": torchvision.datasets.CIFAR10, "cifar-100": torchvision.datasets.CIFAR100}
RANDOM = np.random.default_rng(0)


@dataclasses.dataclass(frozen=True)
class Cifar:
    """A small CIFAR: 4 images in each file of its archive, and the Source that fits."""

    name: str
    path: Path
    source: Source
    batches: Mapping[str, Mapping[str, Any]]

    @property
    def files(self) -> list[str]:
        return FILES[self.name]

    def prepare(self) -> Manifest:
        """Prepares it, with the manifest `it.json` beside the folder of data."""
        return prepare(self.name, self.source, self.path.parent, self.out)

    @property
    def out(self) -> Path:
        return self.path.parent.with_name("it.json")


@pytest.fixture(params=FILES)
def cifar(
    request: pytest.FixtureRequest, offline: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Cifar:
    name = request.param
    pixels = {file: RANDOM.integers(0, 256, (4, 3072), dtype=np.uint8) for file in FILES[name]}
    batches = {file: {"data": pixels[file], LABELS[name]: [0, 1, 2, 9]} for file in FILES[name]}
    path = tmp_path / "data" / f"{name}-python.tar.gz"
    path.parent.mkdir()
    archives.save_cifar(path, batches)
    archives.publish(monkeypatch, name, path.parent)
    training = FILES[name][:-1]
    sizes = {"classes": 10, "training": 4 * len(training), "test": 4}
    brightest = int(max(pixels[file].max() for file in training))
    source = msgspec.structs.replace(SOURCES[name].SOURCE, brightest=brightest, **sizes)
    return Cifar(name, path, source, batches)


def test_cifar_is_read_and_nothing_is_unpacked_to_the_disk(cifar: Cifar) -> None:
    cifar.prepare()
    assert list(cifar.path.parent.iterdir()) == [cifar.path]


def test_the_arrays_of_cifar_are_those_in_the_archive(cifar: Cifar) -> None:
    cifar.prepare()
    _, data = arrays.read(cifar.out, cifar.name)
    *training, test = (cifar.batches[file]["data"].reshape(4, 3, 32, 32) for file in cifar.files)
    assert np.array_equal(data.train_images, np.concatenate(training))
    assert np.array_equal(data.test_images, test)
    assert data.train_labels.tolist() == [0, 1, 2, 9] * len(training)
    assert data.test_labels.tolist() == [0, 1, 2, 9]


def test_the_manifest_of_cifar_states_archive_and_arrays(cifar: Cifar) -> None:
    manifest = cifar.prepare()
    read, data = arrays.read(cifar.out, cifar.name)
    assert read == manifest == manifest_of(cifar.name, cifar.source, data.digest())
    assert (manifest.source, manifest.shape) == (SOURCES[cifar.name].SOURCE.digest, (3, 32, 32))


def test_cifar_is_what_torchvision_reads(cifar: Cifar, monkeypatch: pytest.MonkeyPatch) -> None:
    cifar.prepare()
    _, data = arrays.read(cifar.out, cifar.name)
    with tarfile.open(cifar.path) as tar:
        tar.extractall(cifar.path.parent, filter="data")
    kind = THEIRS[cifar.name]
    monkeypatch.setattr(kind, "_check_integrity", lambda self: True)
    monkeypatch.setattr(kind, "_load_meta", lambda self: None)
    sides = {
        True: (data.train_images, data.train_labels),
        False: (data.test_images, data.test_labels),
    }
    for train, (images, labels) in sides.items():
        theirs = kind(cifar.path.parent, train=train)
        assert np.array_equal(theirs.data.transpose(0, 3, 1, 2), images)
        assert theirs.targets == labels.tolist()


class Evil:
    """A pickle of it makes a file when it is opened."""

    def __init__(self, path: Path):
        self.path = path

    def __reduce__(self) -> Any:
        return Path.touch, (self.path,)


def test_a_pickle_in_another_archive_is_never_opened(cifar: Cifar, tmp_path: Path) -> None:
    archives.save_cifar(cifar.path, {file: Evil(tmp_path / "opened") for file in cifar.files})
    mend = "delete it, and it is downloaded again"
    with pytest.raises(ValueError, match=rf"^{cifar.path}: damaged: expected .*; {mend}$"):
        cifar.prepare()
    assert not (tmp_path / "opened").exists()


def test_a_folder_of_unpacked_pickles_is_left_alone(cifar: Cifar, tmp_path: Path) -> None:
    evil = tmp_path / "evil.tar.gz"
    archives.save_cifar(evil, {file: Evil(tmp_path / "opened") for file in cifar.files})
    with tarfile.open(evil) as tar:
        tar.extractall(cifar.path.parent, filter="data")
    assert cifar.prepare().training == cifar.source.training
    assert not (tmp_path / "opened").exists()


def test_without_files_and_network_cifar_says_what_to_do(cifar: Cifar) -> None:
    cifar.path.unlink()
    reason = "could not be downloaded (<urlopen error no route to host>); connect to the network"
    message = f"{cifar.path.parent}: {cifar.path.name} is not there and {reason}"
    with pytest.raises(ValueError, match=re.escape(message)) as caught:
        cifar.prepare()
    assert "\n" not in str(caught.value)


def test_cifar_of_another_size_is_refused(cifar: Cifar) -> None:
    larger = msgspec.structs.replace(cifar.source, training=50_000)
    fault = f"has training {cifar.source.training}, expected 50000; delete its files there"
    with pytest.raises(ValueError, match=f"the decoded {cifar.name} {fault}"):
        dataclasses.replace(cifar, source=larger).prepare()
