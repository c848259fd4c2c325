"""`lth rewind`: the dense networks on their way."""

from pathlib import Path

import numpy as np
import pytest
from byhand import RUNS, Built, command, lth, refused
from calls import by_person, changed

from lth.training.stack import Progress
from lth.verbs.train import Watch

REWOUND = f"{RUNS}/dense/round-0/iteration-15.h5"


@pytest.mark.parametrize("engine", ["sparse", "torch"])
def test_rewound_weights_are_those_that_dense_runs_pass(
    here: Built, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, engine: str
) -> None:
    seen: list[np.ndarray] = []
    monkeypatch.setattr(Watch, "__call__", lambda _, progress: seen.append(first_of(progress)))
    call = by_person(here, f"{RUNS}/dense/round-0/ticket/run.h5", recipe={"evaluate_every": 15})
    lth(*changed(call, "--out", tmp_path / "run.h5"), "--engine", engine)
    lth(*command(here.study, here.node(REWOUND)), "--engine", engine)
    rewound = here.file(REWOUND).group("weights")["fc1.weight"].reshape(2, -1)
    assert np.array_equal(seen[1], rewound)
    assert not np.array_equal(seen[0], rewound)


def first_of(progress: Progress) -> np.ndarray:
    """The weights of the first layer, which come first of each network's values."""
    return progress.arrays()["values"][:, : 64 * 12].copy()


def test_weights_that_are_not_finite_are_written_with_a_warning(
    here: Built, capsys: pytest.CaptureFixture[str]
) -> None:
    recipe = {"optimizer": "sgd", "learning_rate": 1e30}
    lth(*by_person(here, REWOUND, recipe=recipe))
    what = "weights are not finite in 2 of 2 networks"
    assert f"warning: {REWOUND}: {what}" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"branch": "reinit"}, r"--settings.strategy: expected that of dense, round 0, ticket"),
        ({"iteration": 40}, "--settings.iteration: expected an iteration below the 40"),
        ({"iteration": 0}, "--settings.iteration: expected a number of at least 1, got 0"),
    ],
)
def test_what_no_dense_ticket_passes_is_refused(
    here: Built, settings: dict[str, object], message: str
) -> None:
    refused(*by_person(here, REWOUND, **settings), match=message)


def test_a_mask_that_is_not_dense_is_refused(here: Built) -> None:
    other = f"{RUNS}/iterative/round-1/mask.h5"
    call = changed(command(here.study, here.node(REWOUND)), "--mask", other)
    refused(*call, match=f"{other}: expected mask, .* strategy dense, round 0, got mask")
