"""Loss and accuracy of networks on whole sets of examples."""

from collections.abc import Mapping

import numpy as np
import pytest
import torch
from rounding import agree, roundings_of, with_tolerances
from stacks import (
    CPU,
    LENET,
    LENET_DROPOUT,
    RESNET,
    SGD,
    Arrays,
    stack_of,
    toy_arrays,
    toy_sets,
    toy_stack,
    trained,
)
from torch import Tensor, nn

from lth.networks.architecture import Architecture
from lth.networks.modes import EvaluationMode
from lth.training import evaluation
from lth.training.batches import LoadedSets
from lth.training.evaluation import evaluate
from lth.training.layout import Layout

SETS = LoadedSets.of(toy_sets(), CPU)
TEST = SETS.test


class Running(EvaluationMode):
    """Batch norm by running statistics, written out."""

    def batch_norm(self, x: Tensor, values: Mapping[str, Tensor], name: str) -> Tensor:
        parts = ("mean", "variance", "scale", "shift")
        mean, variance, scale, shift = (values[f"{name}.{part}"][:, None, None] for part in parts)
        return (x - mean) / torch.sqrt(variance + 1e-5) * scale + shift


def evaluated(architecture: Architecture, weights: Arrays) -> Arrays:
    layout = Layout(architecture)
    return evaluate(architecture, layout, layout.pack(weights), {"test": TEST})


@pytest.mark.parametrize("architecture", [LENET, RESNET], ids=["lenet", "resnet"])
def test_loss_is_the_mean_cross_entropy_by_running_statistics(architecture: Architecture) -> None:
    start, masks = toy_arrays(architecture, 1, np.float64)
    weights = trained(stack_of(architecture, start, masks, SGD)).weights
    examples = TEST
    pixels = (examples.images.double() - examples.mean) / examples.deviation

    def loss(values: Mapping[str, np.ndarray]) -> Arrays:
        model = {name: torch.from_numpy(value[0]) for name, value in values.items()}
        logits = architecture.forward(model, pixels, Running())
        losses = nn.functional.cross_entropy(logits, examples.labels, reduction="none")
        return {"loss": losses.mean(0, keepdim=True).numpy()}

    found = {"loss": evaluated(architecture, weights)["test_loss"]}
    roundings = roundings_of(architecture, len(examples), 8 * 8, 1)
    assert agree(found, *with_tolerances(loss, weights, roundings))


def test_there_is_no_dropout() -> None:
    weights, _ = toy_arrays(LENET, 2)
    assert evaluated(LENET_DROPOUT, weights)["test_loss"].tolist() == (
        evaluated(LENET, weights)["test_loss"].tolist()
    )


def test_accuracy_is_the_share_of_labels_with_the_largest_logit() -> None:
    weights, _ = toy_arrays(LENET, 2)
    weights["output.weight"][:] = 0
    weights["output.bias"][0] = [0, 0, 1, 0, 0]
    weights["output.bias"][1] = [1, 0, 0, 0, 0]
    labels = TEST.labels
    expected = [float((labels == label).double().mean()) for label in (2, 0)]
    assert evaluated(LENET, weights)["test_accuracy"].tolist() == pytest.approx(expected)


def test_chunks_do_not_change_what_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    weights, _ = toy_arrays(LENET, 2)
    whole = evaluated(LENET, weights)
    monkeypatch.setattr(evaluation, "CHUNK", 7)  # of 20 examples: two chunks, and a smaller one
    parts = evaluated(LENET, weights)
    assert parts["test_accuracy"].tolist() == whole["test_accuracy"].tolist()
    assert parts["test_loss"] == pytest.approx(whole["test_loss"], rel=1e-6)


def test_every_set_has_its_own_results() -> None:
    layout, sets = Layout(LENET), SETS
    values = layout.pack(toy_arrays(LENET, 2)[0])
    both = evaluate(LENET, layout, values, {"train": sets.training, "test": sets.test})
    assert list(both) == ["train_loss", "train_accuracy", "test_loss", "test_accuracy"]
    alone = evaluate(LENET, layout, values, {"test": sets.test})
    assert both["test_loss"].tolist() == alone["test_loss"].tolist()
    assert {(value.dtype, value.shape) for value in both.values()} == {(np.dtype(float), (2,))}


def test_a_run_ends_with_the_losses_of_its_weights() -> None:
    run = trained(toy_stack(LENET, 2))
    layout = Layout(LENET)
    sets = {"train": SETS.training, "test": TEST}
    found = evaluate(LENET, layout, layout.pack(run.weights).to(CPU), sets)
    for name, value in found.items():
        assert run.measures[f"final_{name}"].tolist() == value.tolist()
