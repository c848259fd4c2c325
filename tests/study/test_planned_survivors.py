"""How many weights each round leaves: what is counted from rates is what pruning leaves."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from planned import DIGITS, LAYERWISE, ONESHOT, RANDOM, STRATEGIES
from project import Project

from lth.lottery import masks
from lth.lottery.masks import Masks
from lth.lottery.pruning.prune import next_masks
from lth.networks.architecture import Architecture
from lth.study.experiment import Experiment
from lth.study.graph import Study
from lth.study.planned_survivors import TOGETHER, sizes_of, survivors

SMALL = [7, 5]  # hidden layers, so that rounding shows
APART = {"hidden": 0.2, "output": 0.1}
PRUNING: dict[str, dict[str, Any]] = {
    "layer": {"method": "layer", "rates": APART},
    "global": {"method": "global", "rates": {"hidden": 0.3, "output": 0.3}},
    "global-without-output": {"method": "global", "rates": {"hidden": 0.3, "output": 0.0}},
}


def planned(project: Project, strategies: Mapping[str, Any]) -> tuple[Experiment, Architecture]:
    """The digits with a small network and these strategies, and that network."""
    project.set(f"{DIGITS}.network.hidden", SMALL)
    project.set("figures", {})
    project.set(STRATEGIES, strategies)
    config = project.read()
    experiment = config.experiments["digits"]
    return experiment, experiment.architecture(config.datasets)


def pruned(study: Study, strategy: str, round: int, before: Masks) -> dict[str, np.ndarray]:
    """The masks [1, ...] that a planned round leaves of some, by weights that are drawn."""
    plan = study.mask("digits", "trials-0-4", strategy, round).settings
    shapes = plan["shapes"].items()
    generator = np.random.default_rng(round)
    weights = {name: generator.standard_normal((1, *shape)) for name, shape in shapes}
    address = {"strategy": strategy, "round": round}
    making = plan["making"]["method"], plan["rates"], plan["seed"]
    return next_masks(*making, address, [(0, 0)], before, weights)


def counted(before: Masks, layers: Mapping[str, int]) -> dict[str, int]:
    """How many weights of masks [1, ...] are left in each of these layers."""
    alone = {name: int(before[name].sum()) for name in layers if name != TOGETHER}
    every = int(masks.survivors(before)[0])
    return {name: alone.get(name, every - sum(alone.values())) for name in layers}


@pytest.mark.parametrize("case", PRUNING)
def test_what_is_counted_from_rates_is_what_pruning_leaves(project: Project, case: str) -> None:
    own = {"kind": "iterative", **LAYERWISE, "rounds": 6, **PRUNING[case]}
    experiment, architecture = planned(project, {"iterative": own})
    left, study = survivors(experiment, architecture), project.study()
    now = {name: np.ones((1, *shape), bool) for name, shape in architecture.shapes.items()}
    assert left["dense", 0] == counted(now, left["dense", 0])
    for round in range(1, 7):
        now = pruned(study, "iterative", round, now)
        assert left["iterative", round] == counted(now, left["iterative", round])


def test_layers_that_are_pruned_together_are_counted_as_one(project: Project) -> None:
    own = {"kind": "iterative", **LAYERWISE, **PRUNING["global-without-output"]}
    experiment, architecture = planned(project, {"iterative": own})
    left = survivors(experiment, architecture)["iterative", 1]
    hidden = 64 * 7 + 7 * 5
    assert left == {"output.weight": 50, TOGETHER: hidden - round(0.3 * hidden)}


def test_every_oneshot_round_is_counted_from_the_dense_network(project: Project) -> None:
    experiment, architecture = planned(project, {"iterative": None, "oneshot": ONESHOT})
    left, sizes = survivors(experiment, architecture), sizes_of(architecture)
    for number, (hidden, output) in enumerate([(0.5, 0.25), (0.9, 0.45)], start=1):
        rates = {"fc1.weight": hidden, "fc2.weight": hidden, "output.weight": output}
        expected = {name: size - round(rates[name] * size) for name, size in sizes.items()}
        assert left["oneshot", number] == expected


def test_drawn_masks_are_as_dense_as_those_they_are_like(project: Project) -> None:
    random = RANDOM | {"like": "late", "rounds": 3}
    late = {"kind": "iterative", **LAYERWISE}
    strategies = {"random": random, "late": late, "iterative": {"rounds": 3}}
    left = survivors(*planned(project, strategies))
    for number in (1, 2, 3):
        assert left["random", number] == left["late", number]


def test_sizes_are_those_of_weights_alone(project: Project) -> None:
    _, architecture = planned(project, {"iterative": {"rounds": 1}})
    sizes = {"fc1.weight": 64 * 7, "fc2.weight": 7 * 5, "output.weight": 5 * 10}
    assert sizes_of(architecture) == sizes
