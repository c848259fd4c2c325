"""Archives: downloaded where they are not there, and checked before they are unpacked."""

import gzip
import hashlib
import os
import re
from pathlib import Path

import archives
import numpy as np
import pytest
import torchvision.datasets
from archives import NAMES, RAW

from lth.data import arrays, idx
from lth.data.prepare import prepare
from lth.data.source import Manifest, Source
from lth.data.sources.choices import SOURCES


def prepared(name: str, folder: Path) -> Manifest:
    """Prepares a data set from archives below a folder, with the manifest `it.json` there."""
    return prepare(name, SOURCES[name].SOURCE, folder, folder / "it.json")


@pytest.mark.usefixtures("offline")
@pytest.mark.parametrize("name", RAW)
def test_without_archives_and_network_it_says_what_to_do(tmp_path: Path, name: str) -> None:
    fault = f"{tmp_path / RAW[name]}: {NAMES[0]} is not there and could not be downloaded ("
    mend = "connect to the network, or put the data set's archives there"
    with pytest.raises(ValueError, match=re.escape(fault) + ".*" + mend) as caught:
        prepared(name, tmp_path)
    assert "\n" not in str(caught.value)
    assert "no route to host" in str(caught.value)
    assert not (tmp_path / "it.npz").exists()


def damaged(name: str, path: Path, fault: str) -> None:
    """The archive at a path is refused with this fault."""
    folder = path.parents[2]
    with pytest.raises(ValueError) as caught:
        prepared(name, folder)
    assert str(caught.value) == f"{path}: damaged: {fault}; delete it, and it is downloaded again"


DAMAGE = {
    "nothing": b"",
    "damaged": b"damaged",
    "cut off": archives.idx(np.zeros((3, 28, 28)))[:-9],
    "empty": gzip.compress(b"", mtime=0),
    "no sizes": gzip.compress(b"\0\0\x08\x03\0\0\0\x09", mtime=0),
}


@pytest.mark.usefixtures("offline")
@pytest.mark.parametrize("name", RAW)
@pytest.mark.parametrize("case", DAMAGE)
@pytest.mark.parametrize("which", range(4))
def test_an_archive_of_another_size_is_named_and_not_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, case: str, which: int
) -> None:
    path, content = archives.save_idx(tmp_path, name)[which], DAMAGE[case]
    archives.publish(monkeypatch, name, tmp_path)
    size = path.stat().st_size
    path.write_bytes(content)
    damaged(name, path, f"expected {size:,} bytes, got {len(content):,}")


@pytest.mark.usefixtures("offline")
@pytest.mark.parametrize("name", RAW)
@pytest.mark.parametrize("which", range(4))
def test_an_archive_with_another_bit_is_named_and_not_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, which: int
) -> None:
    path = archives.save_idx(tmp_path, name)[which]
    archives.publish(monkeypatch, name, tmp_path)
    right = path.read_bytes()
    flipped = bytes([right[0] ^ 1]) + right[1:]
    path.write_bytes(flipped)
    wanted, found = (hashlib.sha256(each).hexdigest() for each in (right, flipped))
    damaged(name, path, f"expected SHA-256 {wanted}, got {found}")


@pytest.mark.usefixtures("offline")
def test_the_same_content_gzipped_again_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = archives.save_idx(tmp_path, "mnist")[2]
    archives.publish(monkeypatch, "mnist", tmp_path)
    path.write_bytes(gzip.compress(gzip.decompress(path.read_bytes()), 1))
    with pytest.raises(ValueError, match=rf"^{path}: damaged: expected "):
        prepared("mnist", tmp_path)


@pytest.mark.usefixtures("offline")
def test_an_archive_that_is_a_pipe_is_refused_unread(tmp_path: Path) -> None:
    path = archives.save_idx(tmp_path, "mnist")[0]
    path.unlink()
    os.mkfifo(path)
    damaged("mnist", path, "expected a file, got a folder, a pipe or a device")


@pytest.mark.usefixtures("offline")
def test_right_checksums_with_wrong_content_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archives.save_idx(tmp_path, "mnist")
    archives.publish(monkeypatch, "mnist", tmp_path)
    fault = "the decoded mnist has brightest 9, expected 255"
    message = f"^{tmp_path}: {fault}; delete its files there and run again$"
    with pytest.raises(ValueError, match=message):
        prepared("mnist", tmp_path)


# Downloads


@pytest.fixture
def mirrored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Source:
    """A small MNIST, which the mirror `https://good/` sends. All others send something wrong."""
    paths = archives.save_idx(tmp_path / "there", "mnist")
    archives.publish(monkeypatch, "mnist", tmp_path / "there")

    def send(url: str, folder: str, file: str) -> None:
        Path(folder).mkdir(parents=True, exist_ok=True)
        mirror, name = url.split("://")[1].split("/")
        content = (paths[0].parent / name).read_bytes() if mirror == "good" else b"wrong"
        (Path(folder) / file).write_bytes(content)

    monkeypatch.setattr(torchvision.datasets.utils, "download_url", send)
    return arrays.source_of(idx.read(path.read_bytes() for path in paths))


def test_a_download_comes_from_the_first_mirror_that_is_right(
    mirrored: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mirrors = ["https://bad/", "https://good/", "https://bad/"]
    monkeypatch.setattr(torchvision.datasets.MNIST, "mirrors", mirrors)
    prepare("mnist", mirrored, tmp_path / "here", tmp_path / "mnist.json")
    here = tmp_path / "here" / RAW["mnist"]
    assert sorted(path.name for path in here.iterdir()) == sorted(NAMES)


def test_a_download_that_is_wrong_everywhere_is_not_kept(
    mirrored: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torchvision.datasets.MNIST, "mirrors", ["https://bad/"])
    size = SOURCES["mnist"].ARCHIVES[0].size
    reason = rf"could not be downloaded \(expected {size:,} bytes, got 5\); connect to the network"
    with pytest.raises(ValueError, match=reason):
        prepare("mnist", mirrored, tmp_path / "here", tmp_path / "mnist.json")
    assert not list((tmp_path / "here" / RAW["mnist"]).iterdir())
