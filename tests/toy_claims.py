"""Toy tables, numbers of figures and claims, made by hand."""

from collections.abc import Callable, Sequence
from typing import Any

from lth import settings
from lth.report import evaluation, formulas
from lth.report.claims import Stated
from lth.report.distributions import ALL
from lth.report.evidence import Evidence
from lth.report.formulas import Scope
from lth.report.values import Values

Of = Callable[[int, int], float]  # a value by round and trial
CLAIM = {
    "section": "2",
    "figure": "figure-4",
    "says": "It is better.",
    "value": 'test("toy/iterative/ticket@64") - test("toy/dense/ticket")',
    "paper": 2.0,
    "agrees": "abs(ours - paper) <= 0.5",
    "direction": "ours > 0",
    "name": "it",
    "scale": "paper",
}


def line(
    name: str, accuracy: Of, stop: Of, rounds: int = 4, trials: int = 2, rate: float = 0.8
) -> list[dict[str, Any]]:
    """Rows of a line such as `iterative/ticket`, of 1,000 weights.

    Two repeats differ by 0.02 around the accuracy of their trial.
    """
    strategy, branch = name.split("/")
    return [
        {
            **{"strategy": strategy, "branch": branch, "round": round, "trial": trial},
            **{"repeat": repeat, "density": rate**round, "weights_left": 1000 * rate**round},
            "early_stop_test_accuracy": accuracy(round, trial) + 0.02 * (repeat - 0.5),
            "early_stop_iteration": stop(round, trial),
            "test_accuracy_at_30": 0.4,
            "validation_accuracy_at_30": 0.3,
            "test_accuracy_at_200": 0.5 + 0.01 * round,
            "validation_accuracy_at_200": 0.6,
        }
        for round in range(rounds + 1)
        for trial in range(trials)
        for repeat in range(2)
    ]


# Means over trials in rounds 0 to 4
TEST = (90, 91, 92, 89.9, 85)
STOP = (1000, 800, 500, 700, 2000)
TABLE = [
    *line("iterative/ticket", lambda n, k: TEST[n] / 100 + 0.01 * (k - 0.5), lambda n, k: STOP[n]),
    *line("iterative/reinit", lambda n, k: 0.90 - 0.01 * n, lambda n, k: 1000 + 100 * n),
    *line("oneshot/ticket", lambda n, k: 0.8 + 0.1 * k, lambda n, k: 900.0, rounds=2),
]


def bins(
    densities: Sequence[Sequence[float]], panel: str, name: str, low: float = -1.0, **sums: Any
) -> list[dict[str, Any]]:
    """Rows of a line of a histogram between `low` and 1, with densities by trial."""
    count = len(densities[0])
    width = (1 - low) / count
    places = {"experiment": "toy", "panel": panel, "line": name}
    summary = {"mean": 0.25, "deviation": 0.5, "positive": 0.75, **sums}
    rows: list[dict[str, Any]] = []
    for trial, heights in [(ALL, densities[0]), *enumerate(densities)]:
        at = 0 if trial == ALL else int(trial)
        own = {
            key: value[at] if isinstance(value, list) else value for key, value in summary.items()
        }
        rows += [
            {
                **places,
                "trial": str(trial),
                "from": str(low + width * at),
                "to": str(low + width * (at + 1)),
            }
            | {"density": str(height), **{key: str(value) for key, value in own.items()}}
            for at, height in enumerate(heights)
        ]
    return rows


def found(formula: str, evidence: Evidence, scope: Scope | None = None) -> Values:
    """What a formula amounts to, once it is checked."""
    formulas.check(formula, "value")
    return evaluation.value(formula, evidence, scope or Scope())


def claim(**changes: Any) -> Stated:
    return settings.read(Stated, CLAIM | changes, "claims.it")
