"""What figures may draw of an experiment."""

import pytest
from planned import DIGITS, ONESHOT, STRATEGIES
from project import Project

from lth import settings
from lth.report.subject import Subject
from lth.study.subjects import subject_of


def subject(project: Project) -> Subject:
    config = project.read()
    return subject_of(config.experiments["digits"], config.datasets)


def test_a_subject_has_the_strategies_with_rounds_and_branches(project: Project) -> None:
    project.set(f"{STRATEGIES}.oneshot", ONESHOT | {"branches": {"shuffle": 2}})
    found = subject(project)
    assert found.strategies == {
        "iterative": (12, ("ticket", "reinit")),
        "oneshot": (2, ("shuffle",)),
    }
    assert found.dense == ("ticket", "reinit", "shuffle")


def test_a_subject_has_when_networks_are_evaluated(project: Project) -> None:
    project.set(f"{DIGITS}.moments", [500])
    found = subject(project)
    assert (found.iterations, found.evaluate_every, found.moments) == (1500, 20, (500,))
    project.set(f"{DIGITS}.moments", [])
    project.set(f"{DIGITS}.recipe.test_every", 7)
    assert [subject(project).second(f"{name}_loss") for name in ("validation", "test")] == [20, 140]
    project.set(f"{DIGITS}.recipe.test_every", 1000)
    assert subject(project).second("test_loss") == 1500, "the last"


def test_levels_are_percents_of_all_weights_from_round_0_on(project: Project) -> None:
    project.set(f"{STRATEGIES}.oneshot", ONESHOT)
    levels = subject(project).levels
    assert len(levels["iterative"]) == 13
    assert levels["iterative"][:3] == pytest.approx([100, 80.2, 64.3], abs=0.1)
    assert list(levels["iterative"]) == sorted(levels["iterative"], reverse=True)
    assert levels["oneshot"] == pytest.approx([100, 50.5, 10.9], abs=0.1)


def test_a_subject_trains_the_lines_of_its_experiment_alone(project: Project) -> None:
    found, experiment = subject(project), project.read().experiments["digits"]
    lines = [(line.strategy, line.round, line.branch) for line in experiment.branch_runs]
    assert all(found.trains(*line) for line in lines)
    others = [("iterative", 0, "ticket"), ("iterative", 13, "ticket"), ("dense", 1, "ticket")]
    assert not any(found.trains(*line) for line in others)


def test_strategies_are_untrained_by_kind_and_not_by_name(project: Project) -> None:
    iterative = project.read().experiments["digits"].strategies["iterative"]
    fields = settings.plain(iterative)
    drawn = {"kind": "random", "like": "iterative", "rounds": 2, "branches": {"ticket": 1}}
    project.set(f"{STRATEGIES}.oneshot", ONESHOT)
    project.set(f"{STRATEGIES}.early", {**fields, "kind": "iterative"})
    project.set(f"{STRATEGIES}.random", {**fields, "kind": "continued"})
    project.set(f"{STRATEGIES}.before", {**fields, "kind": "early"})
    project.set(f"{STRATEGIES}.drawn", drawn)
    assert subject(project).untrained == {"before", "drawn"}
