"""`lth prepare`: a data set of `lth` or of the catalog, by its name."""

import re
from pathlib import Path

import pictures
import pytest

from lth.data import arrays
from lth.data.source import key_of
from lth.data.sources.digits import Digits
from lth.verbs.describe import describe
from lth.verbs.prepare import prepare


@pytest.fixture(autouse=True)
def catalog(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of an empty catalog in the current folder."""
    folder = tmp_path / "workflow" / "catalog"
    folder.mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    return folder


def test_a_data_set_of_lth_is_prepared(capsys: pytest.CaptureFixture[str]) -> None:
    out = Path("results/datasets/digits.json")
    prepare("digits", out, Path("data"))
    assert capsys.readouterr().out == f"{out}: digits, 1400 training and 397 test images\n"
    manifest, _ = arrays.read(out, "digits")
    assert manifest.key == key_of("digits", Digits.SOURCE)


def test_a_data_set_of_the_catalog_is_prepared(catalog: Path) -> None:
    describe(pictures.save_pets(Path("data")), catalog / "pets.yaml")
    prepare("pets", Path("pets.json"), Path("data"))
    manifest, data = arrays.read(Path("pets.json"), "pets")
    assert (manifest.dataset, manifest.training) == ("pets", 6)
    assert data.train_images.shape == (6, 3, 5, 6)


def test_a_data_set_that_nobody_knows_is_refused() -> None:
    message = "unknown data set 'digit'; did you mean 'digits'? legal: cifar-10, cifar-100, digits"
    with pytest.raises(ValueError, match=re.escape(message)):
        prepare("digit", Path("it.json"), Path("data"))
    assert not Path("it.json").exists()
