"""`lth compare`: what it prints and writes, and what it refuses."""

import json
from pathlib import Path

import pytest
from byhand import RUNS, Built, lth, refused
from forging import BEFORE, MASK, RANDOM, REINIT, TABLE, THETA0, TICKET, cut

FIGURES = "results/origins/figures"


@pytest.fixture(autouse=True)
def there(built: Built, monkeypatch: pytest.MonkeyPatch) -> Built:
    """The finished study as the current folder. Tests leave it as it is."""
    monkeypatch.chdir(built.folder)
    return built


def told(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> list[str]:
    """The lines that compare prints, with single spaces."""
    capsys.readouterr()
    lth("compare", *arguments)
    return [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]


def test_masks_of_two_rounds_tell_what_they_share(capsys: pytest.CaptureFixture[str]) -> None:
    lines = told(capsys, MASK, BEFORE)
    assert lines[:4] == [f"A: {MASK}", f"B: {BEFORE}", "settings: what differs", "A B"]
    assert "making.round 1 0" in lines
    assert f"inputs.mask.path {BEFORE} {RUNS}/dense/round-0/mask.h5" in lines
    at = lines.index("networks: 2, of trials 0, 1")
    header = "weights left in A left in B in both by chance z % of A % of B Jaccard"
    assert lines[at + 1 : at + 3] == ["masks: mean [lowest, highest]", header]
    output = next(line for line in lines if line.startswith("output.weight"))
    assert output == "output.weight 60 49 54 49 44 5.4 100.0 90.7 0.907"


def test_the_trials_of_a_mask_file_are_compared(capsys: pytest.CaptureFixture[str]) -> None:
    lines = told(capsys, MASK)
    assert lines[:3] == [
        f"A: {MASK}",
        f"B: {MASK}",
        "networks: each of 2 masks (A) with each later one (B)",
    ]
    assert lines[-1].startswith("all 900 ")


def test_runs_tell_curves_and_measures(capsys: pytest.CaptureFixture[str]) -> None:
    lines = told(capsys, TICKET, REINIT)
    assert "keep_weights true false" in lines
    assert "networks: 4, of trials 0, 1" in lines
    assert "starts: 0 of 4 networks start from the same weights" in lines
    assert any(line.startswith("validation_loss 5 4 0 ") for line in lines)
    assert any(line.startswith("final_test_accuracy ") for line in lines)
    assert not any(line.startswith("weights that are in both") for line in lines)


def test_tickets_tell_how_alike_their_weights_are(capsys: pytest.CaptureFixture[str]) -> None:
    before = f"{RUNS}/iterative/round-1/ticket/run.h5"
    lines = told(capsys, TICKET, before)
    at = lines.index("weights that are in both: mean [lowest, highest]")
    assert [line.split()[0] for line in lines[at + 2 :]] == [
        "fc1.weight",
        "fc2.weight",
        "output.weight",
        "all",
    ]


def test_random_masks_are_compared_with_the_one_of_a_trial(
    capsys: pytest.CaptureFixture[str],
) -> None:
    lines = told(capsys, f"{RUNS}/oneshot/round-1/mask.h5", RANDOM)
    assert "networks: 4, of trials 0, 1" in lines


@pytest.mark.parametrize("name", [MASK, "tiny", f"{FIGURES}/loss-curves.json"])
def test_the_same_is_told_in_one_line(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    (line,) = told(capsys, name, name)
    assert line.startswith("the same: key ")


def test_origins_of_figures_tell_settings_and_files(capsys: pytest.CaptureFixture[str]) -> None:
    lines = told(capsys, f"{FIGURES}/loss-curves.json", f"{FIGURES}/accuracy-curves.json")
    assert "figure.y validation_loss test_accuracy" in lines
    assert "files: what differs" in lines
    assert any(line.startswith("results/figures/loss-curves.svg ") for line in lines)


def test_all_numbers_are_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "compared.json"
    told(capsys, MASK, BEFORE, "--out", out)
    found = json.loads(out.read_text(encoding="utf-8"))
    assert list(found) == ["a", "b", "settings", "origin", "networks", "masks"]
    assert (found["a"], found["b"]) == (MASK, BEFORE)
    *_, output, together = found["masks"]
    assert output["layer"] == "output.weight"
    assert output["in_both"] == {"mean": 49, "low": 49, "high": 49, "values": [49, 49]}
    assert together["weights"] == 900


def test_a_file_of_another_kind_is_refused() -> None:
    refused("compare", MASK, TICKET, match=f"{TICKET}: expected a file of kind 'mask', got 'run'")
    figure, metrics = f"{FIGURES}/loss-curves.json", "results/origins/metrics.json"
    what = f"{metrics}: expected the origin of a figure, got that of 'metrics'"
    refused("compare", figure, metrics, match=what)


@pytest.mark.parametrize(
    ("a", "b", "what"),
    [
        (MASK, "tiny", r"an HDF5 file \(.h5\), as .* is, got an experiment"),
        (TABLE, MASK, r"an experiment, as .* is, got an HDF5 file \(.h5\)"),
        ("tiny", f"{FIGURES}/x.json", r"an experiment, as tiny is, got an origin file \(.json\)"),
    ],
)
def test_two_arguments_of_other_forms_are_refused(a: str, b: str, what: str) -> None:
    refused("compare", a, b, match=f"{b}: expected {what}")


def test_one_argument_that_is_no_mask_is_refused() -> None:
    what = r"tiny: expected a mask file \(.h5\), or a second argument to compare with"
    refused("compare", "tiny", match=what)
    refused("compare", THETA0, match=f"{THETA0}: expected a file of kind 'mask', or a second file")


def test_a_damaged_file_is_refused(there: Built, tmp_path: Path) -> None:
    path = tmp_path / "mask.h5"
    path.write_bytes(Path(MASK).read_bytes())
    cut(path)
    refused("compare", MASK, path, match=f"{path}: not a whole HDF5 file")
    refused("compare", MASK, "none.h5", match="none.h5: missing")
    refused("compare", path.with_suffix(".csv"), "tiny", match=r"mask.csv: missing")
