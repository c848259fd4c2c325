"""`lth inspect`: what it tells of each kind of file."""

import re

import numpy as np
import pytest
from byhand import RUNS, Built, lth, refused
from signing import edited
from tampering.study import rewrite

from lth.files import hdf5


def told(capsys: pytest.CaptureFixture[str], path: str) -> list[str]:
    """The lines that inspect prints, with single spaces."""
    capsys.readouterr()
    lth("inspect", path)
    return [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]


def test_a_file_tells_its_place_key_and_inputs(
    here: Built, capsys: pytest.CaptureFixture[str]
) -> None:
    path = f"{RUNS}/iterative/round-2/ticket/run.h5"
    lines, node = told(capsys, path), here.node(path)
    where = "experiment tiny, block trials-0-1, strategy iterative, round 2, branch ticket"
    assert lines[0] == f"{path}: run, {where}"
    assert lines[1] == f"key {node.key} (code {node.plan.code})"
    inputs = {role: item for role, (item,) in node.inputs.items()}
    expected = [f"from {item.key} {role}: {item.path}" for role, item in inputs.items()]
    assert sorted(lines[2:5]) == sorted(expected)
    assert re.match(r"on device cpu, engine sparse, h5py [\d.]+, numba [\d.]+, numpy ", lines[5])


def test_a_mask_tells_what_is_left(here: Built, capsys: pytest.CaptureFixture[str]) -> None:
    lines = told(capsys, f"{RUNS}/iterative/round-1/mask.h5")
    at = lines.index("percent left trial 0, repeat 0 trial 1, repeat 0")
    assert lines[at + 1 :] == [
        "fc1.weight 79.948 79.948",
        "fc2.weight 80.556 80.556",
        "output.weight 90.000 90.000",
        "all 80.667 80.667",
        "weights 726 726",
    ]


@pytest.mark.parametrize("name", ["theta0.h5", "dense/round-0/iteration-15.h5"])
def test_weights_tell_their_spread(
    here: Built, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    lines = told(capsys, f"{RUNS}/{name}")
    weights = here.file(f"{RUNS}/{name}").group("weights")["fc1.weight"]
    assert "standard deviation trial 0 trial 1" in lines
    assert f"fc1.weight {np.std(weights[0]):.6f} {np.std(weights[1]):.6f}" in lines


def test_a_run_tells_its_measures(here: Built, capsys: pytest.CaptureFixture[str]) -> None:
    path = f"{RUNS}/iterative/round-1/reinit/run.h5"
    lines, measures = told(capsys, path), here.file(path).group("measures")
    header = "trial repeat left % early stop val. loss test % train % end: test % train % diverged"
    at = lines.index(header)
    assert [line.split()[:4] for line in lines[at + 1 :]] == [
        [trial, repeat, "80.667", str(stop)]
        for (trial, repeat), stop in zip(
            ("00", "01", "10", "11"), measures["early_stop_iteration"], strict=True
        )
    ]
    assert all(line.endswith(" no") for line in lines[at + 1 :])


def test_a_run_tells_that_it_or_one_before_diverged(
    here: Built, capsys: pytest.CaptureFixture[str]
) -> None:
    path = f"{RUNS}/iterative/round-1/reinit/run.h5"
    arrays = dict(here.file(path).arrays)
    arrays["measures/diverged"] = np.array([True, False, False, False])
    arrays["measures/ancestor_diverged"] = np.array([True, True, False, False])
    rewrite(path, arrays=arrays)
    words = [line.split()[-1] for line in told(capsys, path)[-4:]]
    assert words == ["yes", "before", "no", "no"]


def test_a_file_of_another_kind_tells_its_arrays(
    here: Built, capsys: pytest.CaptureFixture[str]
) -> None:
    path = f"{RUNS}/theta0.h5"
    rewrite(path, kind="other")
    lines = told(capsys, path)
    assert lines[0].startswith(f"{path}: other, experiment tiny")
    assert "weights/fc1.weight (2, 12, 64)" in lines


def test_only_hdf5_files_are_taken(here: Built) -> None:
    what = r"an HDF5 file \(.h5\) of kind theta0, rewound, mask or run"
    refused("inspect", "results/metrics.json", match=f"results/metrics.json: expected {what}")


def test_arrays_of_gigabytes_are_not_read(here: Built, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hdf5, "MOST", 1_000)
    path = f"{RUNS}/theta0.h5"
    refused("inspect", path, match=f"{path}: expected arrays of at most 1,000 bytes, got ")


def test_a_file_that_was_changed_is_refused(here: Built) -> None:
    path = f"{RUNS}/theta0.h5"
    with edited(path) as file:
        file["weights/fc1.weight"][0, 0, 0] += 1
    refused("inspect", path, match=f"{path}: the arrays are not those that were written")
