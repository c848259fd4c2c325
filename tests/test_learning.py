"""Every network learns real images: some hundred iterations of its own recipe from the catalog on CIFAR-10 (JPEG). Slow: `make test-slow`."""

from pathlib import Path

import numpy as np
import pytest
import torch
from conftest import TOP, Project

from lth import batches, datasets, networks, tickets, training
from lth.cli import main
from lth.settings import build, to_plain
from lth.verbs.train import Draws, Training, examples

NAME = "cifar-10-jpeg"
TRAINED, EVALUATED = 8_000, 1_000  # of the training images, and of the others: evaluations would otherwise take most of the time


@pytest.fixture(scope="module")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = TOP / "data" / NAME
    if not folder.is_dir():
        pytest.skip(f"the images of CIFAR-10 are not in data/{NAME}")
    path = tmp_path_factory.mktemp("cifar") / f"{NAME}.json"
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(TOP)
        main(["prepare", NAME, "--out", str(path)])
    return path


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
def test_a_network_learns_cifar_10(project: Project, manifest: Path, entry: str, iterations: int, accuracy: float) -> None:
    recipe = {"iterations": iterations, "evaluate_every": iterations // 4, "drops": []}
    cut = {"dataset": NAME, "recipe": recipe, "moments": [], "figures": ["end-of-training"], "curves": {"until": iterations}}
    project.set("experiments.it", {"extends": entry} | cut)
    chosen = project.read().experiments["it"]
    place = {"experiment": "it", "block": "trials-0-0", "strategy": "dense", "round": 0, "branch": "ticket", "dataset": NAME, "seed": 1}
    settings = {"validation": 5000, "network": to_plain(chosen.network), "recipe": to_plain(chosen.recipe)}
    plan = build(Training, place | settings, "plan")
    known, data = datasets.read(manifest, NAME)
    sets = examples(known, data, plan)

    def few(part: batches.Examples, count: int) -> batches.Examples:
        every = slice(None, None, len(part) // count)  # the files of a folder are in order of their classes
        return batches.Examples(part.images[every], part.labels[every], part.mean, part.deviation)

    sets = batches.Sets(few(sets.training, TRAINED), few(sets.validation, EVALUATED), few(sets.test, EVALUATED))
    architecture = networks.architecture(chosen.network, tuple(known["shape"]), known["classes"])
    weights = tickets.stack([tickets.Distribution(architecture, chosen.network.initialization).draw(1, "initialization", trial=0)])
    masks = {weight.name: np.ones((1, *weight.shape), bool) for weight in architecture.weights}
    losses: list[float] = []
    torch.set_num_threads(2)
    stack = training.Stack(architecture, weights, masks, sets, chosen.recipe, Draws(plan, [(0, 0)], len(sets.training)))
    run = training.train(stack, device=torch.device("cpu"), on_evaluation=lambda state: losses.append(float(state.curves["validation_loss"][0, -1])))
    print(f"{entry}: validation loss {', '.join(f'{loss:.3f}' for loss in losses)}; test accuracy {run.measures['final_test_accuracy'][0]:.3f}")
    assert losses[-1] < min(losses[:2]), "batch norm's running statistics lag behind at first"
    assert run.measures["final_test_accuracy"][0] > accuracy
