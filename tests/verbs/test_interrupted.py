"""Training runs that are interrupted, and the checkpoints from which they go on."""

import itertools
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from byhand import RUNS, Built, command, lth
from calls import changed, value_of
from tampering.study import rewrite

from lth.files import hdf5
from lth.training import loop
from lth.verbs import train

RUN = f"{RUNS}/iterative/round-1/reinit/run.h5"
CHECKPOINT = f"{RUN}.checkpoint.part"
CONDITIONS = {
    "device": "Another GPU",
    "threads": 7,
    "compiled": True,
    "cpu": "OTHER",
    "torch": "1.0",
}


def stop_at(monkeypatch: pytest.MonkeyPatch, evaluation: int) -> None:
    """Interrupts the training run at its n-th evaluation, as Ctrl-C would."""
    calls, evaluate = itertools.count(1), loop.evaluate

    def interrupted(*arguments: Any) -> Any:
        if next(calls) == evaluation:
            raise KeyboardInterrupt
        return evaluate(*arguments)

    monkeypatch.setattr(loop, "evaluate", interrupted)


@pytest.fixture
def stopped(
    here: Built, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> list[str]:
    """The call of a run that was interrupted at iteration 20, after a checkpoint at 10.

    `whole.h5` is the run that was never stopped.
    """
    call = [*command(here.study, here.node(RUN)), "--checkpoint-every", "0"]
    Path(RUN).rename("whole.h5")
    with monkeypatch.context() as patch:
        stop_at(patch, 3)
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
def test_a_checkpoint_of_other_conditions_is_never_used(
    stopped: list[str],
    condition: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    conditions, other = train.conditions, {condition: CONDITIONS[condition]}
    monkeypatch.setattr(train, "conditions", lambda *arguments: conditions(*arguments) | other)
    lth(*stopped)
    said = capsys.readouterr().out
    what = rf"warning: starts from the beginning: {CHECKPOINT}: it was made on .*'{condition}': "
    assert re.search(what, said)
    assert "from iteration 0" in said
    found = hdf5.find(RUN)
    assert found.made_on[condition] == CONDITIONS[condition]
    assert found.content == hdf5.find("whole.h5").content


def test_a_checkpoint_that_unpacks_to_gigabytes_is_not_read(
    stopped: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    found = hdf5.find(CHECKPOINT)
    arrays = found.load(found.everything(1 << 30)).arrays
    rewrite(CHECKPOINT, arrays={**arrays, "rows": np.zeros((1 << 10, 1 << 12), np.float32)})
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
