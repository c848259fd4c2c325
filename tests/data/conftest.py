"""The digits, a folder of pictures, and a machine without network."""

import shutil
import urllib.error
import urllib.request
from pathlib import Path
from typing import NoReturn

import pictures
import pytest

from lth.data.prepare import prepare
from lth.data.sources.digits import Digits


@pytest.fixture(scope="session")
def digits(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the digits: the manifest `digits.json`, and the arrays beside it."""
    folder = tmp_path_factory.mktemp("datasets")
    prepare("digits", Digits.SOURCE, folder, folder / "digits.json")
    return folder


@pytest.fixture
def folder(tmp_path: Path, digits: Path) -> Path:
    """A folder of the test's own with the digits."""
    return Path(shutil.copytree(digits, tmp_path / "datasets"))


@pytest.fixture
def pets(tmp_path: Path) -> Path:
    """The folder of images `data/pets` (see `pictures.save_pets`)."""
    return pictures.save_pets(tmp_path / "data")


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> NoReturn:
        raise urllib.error.URLError("no route to host")

    monkeypatch.setattr(urllib.request, "urlopen", refuse)
