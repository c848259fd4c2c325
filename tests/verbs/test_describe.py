"""`lth describe`: a folder of images becomes an entry of the catalog, in a file of its own."""

import re
from pathlib import Path

import pictures
import pytest
import yaml

from lth import settings
from lth.data import prepare
from lth.data.source import Source
from lth.verbs.describe import describe


@pytest.fixture
def pets(tmp_path: Path) -> Path:
    """The folder of images `data/pets` (see `pictures.save_pets`)."""
    return pictures.save_pets(tmp_path / "data")


def entry(pets: Path) -> str:
    """What the catalog should have of the folder."""
    numbers = ("shape: [3, 5, 6]", "brightest: 255", "classes: 2", "training: 6", "test: 2")
    lines = [*numbers, f"digest: {prepare.describe(pets).digest}"]
    first = "# yaml-language-server: $schema=../schema.json\n"
    return f"{first}datasets:\n  pets:\n" + "".join(f"    {line}\n" for line in lines)


def test_it_says_what_it_wrote(
    pets: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "pets.yaml"
    describe(pets, out)
    assert capsys.readouterr().out == f"{out}: pets, 6 training and 2 test images of 2 classes\n"


def test_the_entry_is_the_source_of_the_folder(pets: Path, tmp_path: Path) -> None:
    out = tmp_path / "pets.yaml"
    describe(pets, out)
    assert out.read_text() == entry(pets)
    data = yaml.safe_load(out.read_text())["datasets"]["pets"]
    assert settings.read(Source, data, "datasets.pets") == prepare.describe(pets)


def test_a_file_that_it_wrote_may_be_written_again(pets: Path, tmp_path: Path) -> None:
    out = tmp_path / "pets.yaml"
    describe(pets, out)
    pictures.save(pictures.picture(5, 6, 3), pets / "train" / "cat" / "1.png")
    describe(pets, out)
    assert out.read_text() == entry(pets)


@pytest.mark.parametrize(
    "other",
    ["figures: {}\n", "- a\n", "datasets: 3\n", "datasets: {cats: {}}\n", "{datasets: {}, a: 1}\n"],
)
def test_a_file_with_other_entries_is_left_alone(pets: Path, tmp_path: Path, other: str) -> None:
    out = tmp_path / "pets.yaml"
    out.write_text(other)
    message = f"{out}: has other entries than that of pets; choose a file of its own"
    with pytest.raises(ValueError, match=re.escape(message)):
        describe(pets, out)
    assert out.read_text() == other


def test_images_that_cannot_be_read_leave_the_entry_alone(pets: Path, tmp_path: Path) -> None:
    out = tmp_path / "pets.yaml"
    describe(pets, out)
    before = out.read_text()
    (pets / "train" / "cat" / "1.png").write_bytes(b"no image")
    with pytest.raises(ValueError, match=r"1\.png: cannot be read"):
        describe(pets, out)
    assert out.read_text() == before


def test_the_folder_may_be_the_current_one(pets: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(pets)
    describe(Path("."), Path("../pets.yaml"))
    assert yaml.safe_load(Path("../pets.yaml").read_text())["datasets"].keys() == {"pets"}
