"""Every network learns real images: CIFAR-10 (JPEG), by its own recipe. Slow: `make test-slow`."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from project import TOP, Project
from stacks import CPU, Arrays

from lth.data import arrays
from lth.lottery import masks
from lth.lottery.initializations.distribution import Distribution
from lth.networks.architecture import Architecture
from lth.study.experiment import Experiment
from lth.training.examples import Examples, Sets, examples
from lth.training.loop import train
from lth.training.randomness import Randomness
from lth.training.stack import Stack
from lth.training.state import State

NAME = "cifar-10-jpeg"
TRAINED = 8_000  # of the training images
EVALUATED = 1_000  # of the others: evaluations would otherwise take most of the time


@pytest.fixture(scope="module")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from lth.cli import main

    if not (TOP / "data" / NAME).is_dir():
        pytest.skip(f"the images of CIFAR-10 are not in data/{NAME}")
    path = tmp_path_factory.mktemp("cifar") / f"{NAME}.json"
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(TOP)
        main(["prepare", NAME, "--out", str(path)])
    return path


def experiment_of(project: Project, entry: str, iterations: int) -> Experiment:
    """An entry of the catalog, for so many iterations of CIFAR-10."""
    recipe = {"iterations": iterations, "evaluate_every": iterations // 4, "drops": []}
    cut: dict[str, Any] = {"extends": entry, "dataset": NAME, "recipe": recipe, "moments": []}
    project.set("experiments.it", cut)
    return project.read().experiments["it"]


def few(some: Examples, count: int) -> Examples:
    every = slice(None, None, len(some) // count)  # files of a folder are in order of their classes
    return Examples(some.images[every], some.labels[every], some.mean, some.deviation)


def sets_of(experiment: Experiment, manifest: Path) -> tuple[Architecture, Sets]:
    known, data = arrays.read(manifest, NAME)
    whole = examples(
        data,
        known,
        validation=5_000,
        seed=1,
        normalization=experiment.recipe.normalization,
    )
    sets = Sets(
        few(whole.training, TRAINED),
        few(whole.validation, EVALUATED),
        few(whole.test, EVALUATED),
    )
    return experiment.network.architecture(known.shape, known.classes), sets


def dense_stack(experiment: Experiment, architecture: Architecture, sets: Sets) -> Stack:
    """One dense network."""
    initialization = experiment.network.initialization
    drawn = Distribution(architecture, initialization).draw(1, "initialization", trial=0)
    kept: Arrays = {name: np.ones((1, *s), bool) for name, s in architecture.shapes.items()}
    address = {"strategy": "dense", "round": 0, "branch": "ticket"}
    randomness = Randomness(1, address, experiment.recipe.data_order, [(0, 0)], len(sets.training))
    weights = masks.stacked([drawn])
    return Stack(architecture, weights, kept, sets, experiment.recipe, randomness)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("entry", "iterations", "accuracy"),
    [
        ("lenet", 400, 0.3),
        ("conv-2", 200, 0.35),
        ("conv-4", 200, 0.35),
        ("conv-6", 200, 0.3),
        ("conv-2-dropout", 200, 0.3),
        ("resnet-18-low", 120, 0.25),
        ("vgg-19-low", 80, 0.25),
    ],
)
def test_a_network_learns_cifar_10(
    project: Project, manifest: Path, entry: str, iterations: int, accuracy: float
) -> None:
    experiment = experiment_of(project, entry, iterations)
    losses: list[float] = []

    def keep(state: State) -> None:
        losses.append(float(state.curves["validation_loss"][0, -1]))

    torch.set_num_threads(2)
    stack = dense_stack(experiment, *sets_of(experiment, manifest))
    run = train(stack, device=CPU, on_evaluation=keep)
    found = run.measures["final_test_accuracy"][0]
    print(f"{entry}: validation losses {np.round(losses, 3)}; test accuracy {found:.3f}")
    assert losses[-1] < min(losses[:2]), "batch norm's running statistics lag behind at first"
    assert found > accuracy
