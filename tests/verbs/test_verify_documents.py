"""Data sets, tables, figures and metrics, and the files that say what these were made from."""

import dataclasses
import random
from collections.abc import Callable
from pathlib import Path

import pytest
from byhand import Built
from forging import (
    METRICS,
    METRICS_ORIGIN,
    REINIT,
    TABLE,
    TABLE_ORIGIN,
    WAITS,
    cut,
    edit,
    faults,
    verified,
)
from tampering import texts
from tampering.study import remake_origin
from tampering.texts import origin_field

from lth.files import origins
from lth.files.origins import MEND
from lth.report import rendering

FIGURE = "results/figures/early-stopping"
Change = Callable[[Path], None]


def no_json(path: Path) -> None:
    path.write_text("hi")


def without_a_row(path: Path) -> None:
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:-1]))


def better(path: Path) -> None:
    edit(str(path), '"dense_test_accuracy": 0.', '"dense_test_accuracy": 0.9')


OTHER = "not the file that was written (its SHA-256 differs)"


@pytest.mark.parametrize(
    ("path", "change", "message"),
    [
        ("results/datasets/digits.npz", cut, "damaged"),
        (TABLE, without_a_row, OTHER),
        (METRICS, better, OTHER),
        (METRICS, no_json, OTHER),
        (f"{FIGURE}.svg", cut, OTHER),
        (f"{FIGURE}.png", cut, OTHER),
        (TABLE_ORIGIN, cut, "not JSON"),
        (METRICS_ORIGIN, no_json, "not JSON"),
    ],
)
def test_a_damaged_data_set_table_or_figure_is_named(
    here: Built, capsys: pytest.CaptureFixture[str], path: str, change: Change, message: str
) -> None:
    change(Path(path))
    assert any(line.startswith(f"{path}: {message}") for line in faults(capsys)[0])


@pytest.mark.parametrize(
    ("path", "change", "message"),
    [
        (TABLE, without_a_row, "is not what its runs say"),
        (METRICS, better, "is not what its tables say"),
        (f"{FIGURE}.svg", cut, "is not what its inputs give"),
        (f"{FIGURE}.png", cut, "is not what its inputs give"),
    ],
)
def test_a_text_or_picture_is_made_again_and_compared(
    here: Built, capsys: pytest.CaptureFixture[str], path: str, change: Change, message: str
) -> None:
    change(Path(path))
    remake_origin(here.study, path)
    assert f"{path}: {message}; {MEND}" in faults(capsys)[0]


def test_a_picture_of_other_versions_is_not_drawn_again(
    here: Built, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    cut(Path(f"{FIGURE}.svg"))
    remake_origin(here.study, f"{FIGURE}.svg")
    monkeypatch.setattr(rendering, "versions", lambda: {"matplotlib": "0"})
    assert verified(capsys)[-1] == "results: 6 pictures are as they were drawn"


def test_a_run_that_a_table_knows_and_is_gone_is_named(
    here: Built, capsys: pytest.CaptureFixture[str]
) -> None:
    Path(REINIT).unlink()
    what = f"was made from {REINIT} (runs), which is missing; run snakemake again"
    assert f"{TABLE_ORIGIN}: {what}" in faults(capsys)[0]


def test_a_table_that_metrics_know_and_is_gone_is_named(
    here: Built, capsys: pytest.CaptureFixture[str]
) -> None:
    Path(TABLE).unlink()
    lines, _ = faults(capsys)
    assert lines[0] == f"{TABLE}: missing"
    assert f"{METRICS_ORIGIN}: {WAITS}" in lines


def test_metrics_that_leave_out_a_table_are_noticed(
    here: Built, capsys: pytest.CaptureFixture[str]
) -> None:
    texts.untold_table(here.study, random.Random(0))
    assert f"{METRICS_ORIGIN}: has no numbers of {TABLE_ORIGIN}; {MEND}" in faults(capsys)[0]


def test_pictures_without_an_origin_are_named(
    here: Built, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("results/origins/figures/loss-curves.json").unlink()
    figures = [f"results/figures/loss-curves.{suffix}" for suffix in ("csv", "png", "svg")]
    figures.append("results/charts/loss-curves.json")
    what = f"no file in results/origins says what it was made from; {MEND}"
    assert {f"{path}: {what}" for path in figures} <= set(faults(capsys)[0])


def test_arrays_without_a_manifest_are_named(
    here: Built, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("results/datasets/digits.json").unlink()
    what = f"has no manifest results/datasets/digits.json beside it; {MEND}"
    assert faults(capsys)[0][0] == f"results/datasets/digits.npz: {what}"


def test_an_origin_in_the_place_of_another_is_named(
    here: Built, capsys: pytest.CaptureFixture[str]
) -> None:
    origins = Path("results/origins/figures")
    content = (origins / "early-stopping.json").read_bytes()
    (origins / "loss-curves.json").write_bytes(content)
    what = f"is the file of {origins}/early-stopping.json"
    assert f"{origins}/loss-curves.json: {what}" in faults(capsys)[0]


def test_an_origin_of_other_files_is_named(here: Built, capsys: pytest.CaptureFixture[str]) -> None:
    origins.write(Path(METRICS_ORIGIN), origins.read(METRICS_ORIGIN).origin, [Path(TABLE)], {})
    what = f"is the origin of {TABLE}, expected {METRICS}"
    assert f"{METRICS_ORIGIN}: {what}" in faults(capsys)[0]


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("model", "kind 'model' does not belong in results"),
        (
            "table",
            "settings: missing key 'experiment'; it needs experiment, strategies, "
            "moments, settings",
        ),
    ],
)
def test_an_origin_of_another_kind_is_named(
    here: Built, capsys: pytest.CaptureFixture[str], kind: str, message: str
) -> None:
    origin = dataclasses.replace(origins.read(METRICS_ORIGIN).origin, kind=kind)
    origins.write(Path(METRICS_ORIGIN), origin, [Path(METRICS)], {})
    assert f"{METRICS_ORIGIN}: {message}" in faults(capsys)[0]


def test_an_origin_of_another_key_is_named(here: Built, capsys: pytest.CaptureFixture[str]) -> None:
    path = origin_field("key", "0" * 24)(here.study, random.Random(1))
    assert any(line.startswith(f"{path}: ") and "key" in line for line in faults(capsys)[0])
