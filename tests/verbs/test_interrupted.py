"""Training runs that are interrupted, and the checkpoints from which they go on."""

import re
from pathlib import Path

import numpy as np
import pytest
from byhand import RUNS, Built, command, lth
from calls import changed, value_of
from tampering.study import rewrite

from lth.files import hdf5
from lth.training.engines.torch import Torch
from lth.training.stack import Progress
from lth.verbs.train import Watch

RUN = f"{RUNS}/iterative/round-1/reinit/run.h5"
CHECKPOINT = f"{RUN}.checkpoint.part"
CONDITIONS = {
    "device": "Another GPU",
    "threads": 7,
    "compiled": True,
    "cpu": "OTHER",
    "torch": "1.0",
}


@pytest.fixture(params=["sparse", "torch"])
def stopped(
    request: pytest.FixtureRequest,
    here: Built,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> list[str]:
    """The call of a run that was interrupted at iteration 20, after a checkpoint at 10.

    `whole.h5` is the run that was never stopped.
    """
    plan = [*command(here.study, here.node(RUN)), "--engine", request.param]
    call = [*plan, "--checkpoint-every", "0"]
    lth(*call)
    Path(RUN).rename("whole.h5")
    watch = Watch.__call__

    def interrupted(self: Watch, progress: Progress) -> None:
        if progress.iteration == 20:
            raise KeyboardInterrupt
        watch(self, progress)

    with monkeypatch.context() as patch:
        patch.setattr(Watch, "__call__", interrupted)
        with pytest.raises(SystemExit, match="lth: interrupted; run again to go on"):
            lth(*call)
    capsys.readouterr()
    return call


def test_an_interrupted_run_leaves_its_checkpoint_only(stopped: list[str]) -> None:
    assert [str(path) for path in Path(RUN).parent.iterdir()] == [CHECKPOINT]


def test_a_run_goes_on_from_its_checkpoint_bit_for_bit(
    stopped: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    lth(*stopped)
    assert "from iteration 10" in capsys.readouterr().out
    assert Path(RUN).read_bytes() == Path("whole.h5").read_bytes()


def test_a_checkpoint_goes_away_with_the_run(stopped: list[str]) -> None:
    lth(*stopped)
    assert list(Path(RUN).parent.iterdir()) == [Path(RUN)]


def test_a_checkpoint_of_other_settings_is_never_used(
    stopped: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    plan = value_of(stopped, "--settings").replace('"learning_rate":0.01,', '"learning_rate":0.02,')
    assert plan != value_of(stopped, "--settings")
    call = changed(stopped, "--settings", plan)
    at = call.index("--key")
    lth(*call[:at], *call[at + 2 :])
    said = capsys.readouterr().out
    assert f"warning: starts from the beginning: {CHECKPOINT}: it is of another plan" in said
    assert "from iteration 0" in said


@pytest.mark.parametrize("condition", CONDITIONS)
@pytest.mark.parametrize("stopped", ["torch"], indirect=True)
def test_a_checkpoint_of_other_conditions_is_never_used(
    stopped: list[str],
    condition: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    now = Torch.conditions
    other = {condition: CONDITIONS[condition]}
    monkeypatch.setattr(Torch, "conditions", lambda self: now(self) | other)
    lth(*stopped)
    said = capsys.readouterr().out
    what = rf"warning: starts from the beginning: {CHECKPOINT}: it was made on .*'{condition}': "
    assert re.search(what, said)
    assert "from iteration 0" in said
    found = hdf5.find(RUN)
    assert found.made_on[condition] == CONDITIONS[condition]
    assert found.content == hdf5.find("whole.h5").content


@pytest.mark.parametrize("other", ["sparse", "torch"])
def test_a_checkpoint_of_the_other_engine_is_never_used(
    stopped: list[str], other: str, capsys: pytest.CaptureFixture[str]
) -> None:
    same = value_of(stopped, "--engine") == other
    lth(*changed(stopped, "--engine", other))
    said = capsys.readouterr().out
    assert ("from iteration 10" in said) == same
    assert ("warning: starts from the beginning" in said) == (not same)
    assert hdf5.find(RUN).made_on["engine"] == other


def test_a_checkpoint_that_unpacks_to_gigabytes_is_not_read(
    stopped: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    found = hdf5.find(CHECKPOINT)
    arrays = found.load(found.everything(1 << 30)).arrays
    rewrite(CHECKPOINT, arrays={**arrays, "values": np.zeros((1 << 10, 1 << 12), np.float32)})
    lth(*stopped)
    what = r"starts from the beginning: .*expected arrays of at most [\d,]+ bytes, got 16,"
    assert re.search(what, capsys.readouterr().out)


def test_a_damaged_checkpoint_is_not_used(
    stopped: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    Path(CHECKPOINT).write_bytes(Path(CHECKPOINT).read_bytes()[:-100])
    lth(*stopped)
    said = capsys.readouterr().out
    assert f"warning: starts from the beginning: {CHECKPOINT}: not a whole HDF5 file" in said
    assert "from iteration 0" in said
    assert Path(RUN).read_bytes() == Path("whole.h5").read_bytes()
