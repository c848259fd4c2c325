"""Training runs once more: `lth verify --recompute`."""

import re
from pathlib import Path

import pytest
from byhand import RUNS, Built, command, lth
from forging import Arrays, cut, forge

from lth.study.plans.run import Run
from lth.study.recomputing import trained_again
from lth.study.results import Results
from lth.training.engines.torch import Torch
from lth.verbs import verify

PATH = f"{RUNS}/oneshot/round-1/ticket/run.h5"


def again(path: str = PATH) -> tuple[str, list[str]]:
    return trained_again(path, Results(Path("results"), None))


def made(here: Built, engine: str) -> None:
    lth(*command(here.study, here.node(PATH)), "--engine", engine)


def test_every_run_is_made_again_with_the_same_bytes(
    here: Built, capsys: pytest.CaptureFixture[str]
) -> None:
    lth("verify", "--recompute", "all")
    said = capsys.readouterr().out
    runs = [node.path for node in here.study.nodes() if node.kind in ("run", "rewound")]
    assert (
        f"results: trains {len(runs)} of {len(runs)} files of training runs once more (--seed "
        in said
    )
    for path in runs:
        assert f"{path}: the same bytes" in said


def chosen(capsys: pytest.CaptureFixture[str], seed: int) -> list[str]:
    """The runs that are trained once more."""
    lth("verify", "--recompute", "2", "--seed", str(seed))
    lines = capsys.readouterr().out.splitlines()
    return [line.partition(":")[0] for line in lines if "the same bytes" in line]


@pytest.mark.usefixtures("here")
def test_some_are_drawn_by_a_seed(capsys: pytest.CaptureFixture[str]) -> None:
    draws = [chosen(capsys, seed) for seed in (0, 0, 1, 2)]
    assert {len(set(draw)) for draw in draws} == {2}
    assert draws[0] == draws[1]
    assert draws[0] != draws[2] or draws[0] != draws[3]


@pytest.mark.usefixtures("here")
def test_a_run_that_was_made_up_is_found(capsys: pytest.CaptureFixture[str]) -> None:
    def made_up(arrays: Arrays) -> None:
        arrays["curves/test_loss"] = arrays["curves/test_loss"].copy()
        arrays["curves/test_loss"][0, 1] += 0.001

    assert again() == ("the same bytes", [])
    forge(PATH, made_up)
    fault = "curves/test_loss: trained once more, 1 of 6 values differ, by up to 0.001"
    assert again()[1] == [fault]
    with pytest.raises(SystemExit, match="lth: error: results: "):
        lth("verify", "--recompute", "all")
    assert f"{PATH}: {fault}" in capsys.readouterr().out


def test_accuracies_of_the_torch_engine_are_compared(here: Built) -> None:
    made(here, "torch")
    agrees, faults = again()
    assert faults == []
    why = "the torch engine made it, whose bytes depend on the machine"
    assert re.fullmatch(rf"accuracies agree within \d+\.\d points; no more, since {why}", agrees)

    def made_up(arrays: Arrays) -> None:
        arrays["measures/final_test_accuracy"] = arrays["measures/final_test_accuracy"] - 0.5

    forge(PATH, made_up)
    (fault,) = again()[1]
    what = r"measures/final_test_accuracy: trained once more, it differs by 0\.\d+, expected "
    assert re.match(what, fault)


def test_weights_of_the_torch_engine_are_not_compared(here: Built) -> None:
    path = f"{RUNS}/dense/round-0/iteration-15.h5"
    lth(*command(here.study, here.node(path)), "--engine", "torch")
    why = "the torch engine made it, whose bytes depend on the machine"
    assert again(path) == (f"not trained once more, since {why}", [])


@pytest.mark.usefixtures("here")
def test_of_a_run_by_other_code_accuracies_are_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Run, "code", "0" * 24)
    agrees, faults = again()
    assert agrees.endswith("points; no more, since other code of lth made it")
    assert faults == []


def test_what_cannot_be_trained_is_no_fault(
    here: Built, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(Torch, "NAME", "none")
        made(here, "torch")
    what = "results: no fault was found, but 1 files could not be trained once more"
    with pytest.raises(ValueError, match="--engine: unknown engine 'none'"):
        again()
    monkeypatch.setattr(verify, "_check", lambda *_: None)  # its table was made from another run
    with pytest.raises(SystemExit, match=what):
        lth("verify", "--recompute", "all")
    assert f"{PATH}: cannot be trained once more: --engine: " in capsys.readouterr().out


def test_damaged_files_are_faults_and_not_trained(
    here: Built, capsys: pytest.CaptureFixture[str]
) -> None:
    cut(Path(PATH))
    with pytest.raises(SystemExit, match="lth: error: results: 1 fault"):
        lth("verify", "--recompute", "1", "--seed", "3")
    said = capsys.readouterr().out
    assert f"{PATH}: not a whole HDF5 file" in said
    assert "files of training runs once more (--seed 3)" in said
