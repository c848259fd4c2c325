"""Plans of training runs, and of the dense network's first iterations."""

import re
from typing import Any

import pytest
from planned import BLOCK, REWIND, STRATEGIES
from project import Project

from lth import settings
from lth.study.graph import Study
from lth.study.plans.rewound import Rewound
from lth.study.plans.run import Run


@pytest.fixture
def study(project: Project) -> Study:
    project.set(f"{STRATEGIES}.rewind", REWIND)
    return project.study()


def changed(study: Study, kind: type[Run] | type[Rewound], changes: dict[str, Any]) -> Any:
    """The plan of a rewound ticket or of rewound weights, with other settings."""
    run = study.run("digits", BLOCK, "rewind", 2, "ticket")
    node = run if kind is Run else study.rewound("digits", BLOCK, 100)
    return settings.read(kind, dict(node.settings) | changes, "settings")


def test_a_run_starts_from_its_start(study: Study) -> None:
    assert changed(study, Run, {}).first_iteration == 100
    theta0 = changed(study, Run, {"start": {"kind": "theta0"}})
    assert (theta0.first_iteration, theta0.inputs()["start"].kind) == (0, "theta0")


def test_the_choices_of_a_run_are_its_tables_entries(study: Study) -> None:
    entries: Any = changed(study, Run, {"branch": "noise-0.5"}).entries()
    names = [entry.__module__.removeprefix("lth.") for entry in entries]
    assert names == [
        "networks.lenet",
        "lottery.initializations.glorot_normal",
        "training.optimizers.adam",
        "training.engines.sparse",
        "training.engines.torch",
        "lottery.branches.noise",
    ]


@pytest.mark.parametrize(
    ("kind", "changes", "message"),
    [
        (
            Run,
            {"start": {"kind": "rewound", "iteration": 1500}},
            "settings.start.iteration: expected an iteration below the 1500 of the recipe",
        ),
        (
            Run,
            {"start": {"kind": "rewind"}},
            "settings.start.kind: unknown kind 'rewind'; did you mean 'rewound'? legal: rewound, ",
        ),
        (Run, {"start": 0}, "settings.start: expected a mapping, got 0"),
        (Run, {"repeats": 0}, "settings.repeats: expected a number of at least 1, got 0"),
        (
            Rewound,
            {"iteration": 1500},
            "settings.iteration: expected an iteration below the 1500 of the recipe",
        ),
        (
            Rewound,
            {"branch": "reinit"},
            "settings.strategy: expected that of dense, round 0, ticket, got ('dense', 0,",
        ),
        (
            Rewound,
            {"round": 1},
            "settings.strategy: expected that of dense, round 0, ticket, got ('dense', 1,",
        ),
    ],
)
def test_a_plan_that_cannot_be_trained_is_refused(
    study: Study, kind: type[Run] | type[Rewound], changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        changed(study, kind, changes)
