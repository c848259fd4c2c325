"""Folders of images are described once, and prepared only while they are as described."""

import re
from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np
import pytest
from pictures import save
from PIL import Image

from lth.data import arrays
from lth.data.prepare import describe, prepare
from lth.data.source import Source, manifest_of


def test_a_folder_of_images_is_described_prepared_and_read(pets: Path, tmp_path: Path) -> None:
    source = describe(pets)
    sizes = {"shape": (3, 5, 6), "brightest": 255, "classes": 2, "training": 6, "test": 2}
    assert source == Source(**sizes, digest=source.digest)
    prepare("pets", source, pets.parent, tmp_path / "pets.json")
    manifest, data = arrays.read(tmp_path / "pets.json", "pets")
    assert manifest == manifest_of("pets", source)
    assert arrays.source_of(data) == source


def remove(path: Path) -> None:
    path.unlink()


def flip_a_bit(path: Path) -> None:
    pixels = np.array(Image.open(path))
    pixels[1, 1, 0] ^= 1
    save(Image.fromarray(pixels), path)


DIGESTS = r"digest [0-9a-f]{12}\.\.\., expected [0-9a-f]{12}\.\.\."


@pytest.mark.parametrize(
    ("change", "fault"), [(remove, "training 5, expected 6"), (flip_a_bit, DIGESTS)]
)
def test_images_that_changed_since_then_are_refused(
    pets: Path, tmp_path: Path, change: Callable[[Path], None], fault: str
) -> None:
    source = describe(pets)
    change(pets / "train" / "cat" / "1.png")
    anew = f"python -m lth describe {pets} --out workflow/catalog/pets.yaml"
    reason = "another version of Pillow may decode differently"
    mend = f"put the right files there, or describe them again: {anew} ({reason})"
    with pytest.raises(
        ValueError, match=f"^{pets}: the decoded pets has {fault}; {re.escape(mend)}$"
    ):
        prepare("pets", source, pets.parent, tmp_path / "pets.json")
    assert not list(tmp_path.glob("pets.*"))


def test_images_are_not_checked_by_the_checksum_of_an_archive(pets: Path, tmp_path: Path) -> None:
    source = msgspec.structs.replace(describe(pets), digest="archive:" + "0" * 64)
    fault = r"digest [0-9a-f]{12}\.\.\., expected archive:0000\.\.\."
    with pytest.raises(ValueError, match=f"pets: the decoded pets has {fault}"):
        prepare("pets", source, pets.parent, tmp_path / "pets.json")


def refused(folder: Path, message: str) -> None:
    """Describing the folder fails with just this message."""
    with pytest.raises(ValueError) as caught:
        describe(folder)
    assert str(caught.value) == message


@pytest.mark.parametrize("name", ["Pets", "my_pets", "pets.old", "pets-"])
def test_a_name_that_cannot_be_that_of_a_data_set_is_refused(pets: Path, name: str) -> None:
    folder = pets.rename(pets.with_name(name))
    what = "a folder named by lower-case letters and digits, joined by '-'"
    refused(folder, f"{folder}: expected {what}, got '{name}'; rename it")


def test_the_name_of_a_data_set_that_is_known_is_refused(pets: Path) -> None:
    folder = pets.rename(pets.with_name("mnist"))
    fault = "mnist is a data set that lth knows already"
    refused(folder, f"{folder}: {fault}; rename the folder")


def test_the_folder_may_be_the_current_one(pets: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = describe(pets)
    monkeypatch.chdir(pets)
    assert describe(Path(".")) == expected
