"""What `lth verify` says by the study beside the results: which files are its own, and new."""

from pathlib import Path

import numpy as np
import pytest
from byhand import RUNS, Built, command, lth, make
from forging import BEFORE, METRICS, RANDOM, TABLE_ORIGIN, arrays_of, edit, faults, verified
from tampering.study import rewrite

from lth.files import hdf5
from lth.study import catalog
from lth.study.graph import Study
from lth.verbs import verify

OUTDATED = "is not what params.yaml and the code ask for now"
STRANGE = "does not belong to the study, so it was not checked"


def test_what_the_study_no_longer_has_is_named(
    here: Built, capsys: pytest.CaptureFixture[str]
) -> None:
    edit("params.yaml", "trials: 2", "trials: 1")
    lines = verified(capsys)
    assert f"{BEFORE}: {STRANGE}" in lines
    assert "results: and 4 more files; `lth tidy` lists them all" in lines
    assert f"{TABLE_ORIGIN}: {OUTDATED}" in lines


def test_what_the_study_has_anew_is_compared_with_nothing_old(
    here: Built, capsys: pytest.CaptureFixture[str]
) -> None:
    edit("params.yaml", "trials: 2", "trials: 1")
    study = Study(catalog.read())
    for node in study.nodes():
        make(study, node)
    for kind in ("table", "figure", "metrics", "claims", "report"):
        for node in (node for node in study.nodes() if node.kind == kind):
            lth(*command(study, node))
    lines = verified(capsys)
    assert not any(OUTDATED in line for line in lines)


def test_files_of_other_settings_than_now_are_named(
    here: Built, capsys: pytest.CaptureFixture[str]
) -> None:
    edit("params.yaml", "learning_rate: 0.01", "learning_rate: 0.02")
    trained = [node for node in here.study.nodes() if node.inputs.keys() - {"dataset"}]
    lines = verified(capsys)
    assert sum(OUTDATED in line for line in lines) == verify.LISTED
    more = f"{len(trained) - verify.LISTED} more files"
    assert f"results: and {more}; `snakemake -n` says what runs again" in lines


def test_files_of_the_study_that_are_not_there_are_named(
    here: Built, capsys: pytest.CaptureFixture[str]
) -> None:
    for path in here.study.metrics().files:
        Path(path).unlink()
    assert f"{METRICS}: is not there yet" in verified(capsys)


def test_a_study_that_cannot_be_read_is_said(
    here: Built, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("params.yaml").write_text("experiments: [")
    top = here.folder
    what = f"compared with no study, since that beside it cannot be read ({top}/params.yaml: "
    assert any(line.startswith(f"results: {what}") for line in verified(capsys))


def test_the_study_is_found_from_within_the_results(
    here: Built, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    edit("params.yaml", "learning_rate: 0.01", "learning_rate: 0.02")
    monkeypatch.chdir("results")
    capsys.readouterr()
    lth("verify", ".")
    assert OUTDATED in capsys.readouterr().out


def test_results_without_a_study_are_checked_whole(
    here: Built, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("params.yaml").unlink()
    assert len(verified(capsys)) == 2
    Path(f"{RUNS}/strange.h5").write_bytes(Path(BEFORE).read_bytes())
    assert faults(capsys)[0] == [f"{RUNS}/strange.h5: is the file of {BEFORE}"]


# Files larger than any that the study plans


@pytest.fixture
def nothing_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hdf5, "MOST", 0)


@pytest.mark.usefixtures("nothing_large")
def test_files_of_the_planned_size_are_read(
    here: Built, capsys: pytest.CaptureFixture[str]
) -> None:
    assert len(verified(capsys)) == 2


@pytest.mark.usefixtures("nothing_large")
def test_a_file_larger_than_any_planned_is_not_unpacked(
    here: Built, capsys: pytest.CaptureFixture[str]
) -> None:
    origin = hdf5.find(RANDOM).origin
    twice = {name: np.concatenate([array, array]) for name, array in arrays_of(RANDOM).items()}
    settings = {**origin.settings, "repeats": 2 * origin.settings["repeats"]}
    rewrite(RANDOM, arrays=twice, settings=settings)
    size = sum(array.nbytes for array in twice.values())
    what = f"unpacks to {size:,} bytes, and the study plans no file of that size; it is not read"
    assert faults(capsys)[0][0] == f"{RANDOM}: {what}"


@pytest.mark.usefixtures("nothing_large")
def test_more_images_than_the_study_knows_are_not_unpacked(
    here: Built, capsys: pytest.CaptureFixture[str]
) -> None:
    path = "results/datasets/digits.json"
    edit(path, '"training":1400', '"training":1400000')
    what = "images and labels of 100,828,584 bytes, and the study knows no data set of that size"
    assert faults(capsys)[0][0] == f"{path}: {what}; they are not read"
