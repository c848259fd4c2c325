"""D_θ: Glorot's draw as the paper means it, one stream a weight."""

from typing import Any

import numpy as np
import pytest
from architectures import NAMES, built
from starts import GLOROT, NO_DROPOUT, draw

from lth.lottery import tickets
from lth.lottery.initializations.distribution import Distribution, check_initialization
from lth.lottery.masks import Weights
from lth.networks.lenet import Lenet

LENET = Lenet(initialization="glorot-normal", hidden=(300, 100), dropout=NO_DROPOUT)
PAPER = Distribution(LENET.architecture((28, 28), 10), "glorot-normal")
DEVIATIONS = {"fc1.weight": 0.042954, "fc2.weight": 0.070711, "output.weight": 0.134840}
DIGEST = "ab52307e860011b5576623e599c9667f87d6302e5bae49e8d053e72319397cbc"
NETWORKS = {
    "lenet": "c1dab669fc5ec5c1",
    "conv-2": "9034b6fa36d85460",
    "conv-4": "9f9ebb4afee5d9bd",
    "conv-6": "7eaa78df552b5b7a",
    "resnet-18": "21a71b016008f1fe",
    "vgg-19": "443d88b259cb3404",
    "small-conv-2": "c7dd7fb7b1aa5017",
    "small-conv-4": "ada7539222246ddd",
    "small-conv-6": "15cf30e3d19249a7",
    "small-resnet-18": "c76640326aec7302",
    "small-vgg-19": "43f3de8f556e2a23",
}  # the first digits of their digests


def drawn(name: str, initialization: str) -> tuple[Distribution, Weights]:
    options: dict[str, Any] = {"hidden": [30, 20]} if name == "lenet" else {}
    distribution = Distribution(built(name, (3, 16, 16), **options), initialization)
    return distribution, distribution.draw(1, "initialization", trial=0)


@pytest.fixture(scope="module")
def lenet() -> Weights:
    return PAPER.draw(0, "initialization", trial=0)


def test_a_draw_has_the_bits_it_always_had() -> None:
    assert tickets.digest(draw(0)) == DIGEST


@pytest.mark.parametrize("name", NAMES)
def test_every_network_has_the_bits_it_always_had(name: str) -> None:
    _, weights = drawn(name, "normal-0.1")
    assert tickets.digest(weights).startswith(NETWORKS[name])


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("initialization", ["normal-0.3", "glorot-normal"])
def test_both_initializations_draw_every_network(name: str, initialization: str) -> None:
    distribution, weights = drawn(name, initialization)
    parameters = distribution.architecture.parameters
    largest = max(distribution.architecture.weights, key=lambda weight: weight.size)
    glorot = (2 / sum(largest.fans)) ** 0.5
    deviation = 0.3 if initialization == "normal-0.3" else glorot
    close = pytest.approx(deviation, rel=5 / np.sqrt(2 * largest.size))
    assert weights[largest.name].std() == close
    assert all((weights[p.name] == p.initial).all() for p in parameters if not p.weight)


@pytest.mark.parametrize("name", DEVIATIONS)
def test_weights_are_normal_not_truncated_or_rescaled(lenet: Weights, name: str) -> None:
    scores = lenet[name].ravel() / DEVIATIONS[name]
    error = 1 / np.sqrt(scores.size)
    assert abs(scores.mean()) < 4 * error
    assert abs(scores.std() - 1) < 4 * error / np.sqrt(2)
    assert (np.abs(scores) > 2).mean() == pytest.approx(0.0455, abs=4 * 0.2084 * error)
    assert np.abs(scores).max() > 2.5


def test_biases_start_at_0_and_everything_is_float32(lenet: Weights) -> None:
    parameters = PAPER.architecture.parameters
    assert list(lenet) == [parameter.name for parameter in parameters]
    assert not any(lenet[name].any() for name in ("fc1.bias", "fc2.bias", "output.bias"))
    assert {value.dtype for value in lenet.values()} == {np.dtype(np.float32)}
    assert all(lenet[parameter.name].shape == parameter.shape for parameter in parameters)


def test_a_trial_has_the_same_weights_whatever_else_is_drawn() -> None:
    alone = draw(2)
    together = [draw(trial) for trial in (0, 1, 2)][2]
    assert all(np.array_equal(alone[name], together[name]) for name in alone)


@pytest.mark.parametrize(
    ("seed", "purpose", "trial"),
    [(0, "initialization", 0), (1, "reinitialization", 0), (1, "initialization", 1)],
)
def test_another_address_draws_other_weights(seed: int, purpose: str, trial: int) -> None:
    ours, others = draw(0), draw(trial, seed, purpose)
    weights = GLOROT.architecture.shapes
    assert not any(np.isin(ours[name], others[name]).any() for name in weights)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "glorot",
            "unknown initialization 'glorot'; did you mean 'glorot-normal'? "
            "legal: glorot-normal, normal",
        ),
        ("normal", "expected normal-NUMBER, above 0 and a plain decimal such as normal-0.5"),
        ("normal-0", "expected normal-NUMBER, above 0 and a plain decimal such as normal-0.5"),
        ("normal--1", "expected normal-NUMBER, above 0 and a plain decimal such as normal-0.5"),
        ("glorot-normal-0.5", "expected glorot-normal, got 'glorot-normal-0.5'"),
    ],
)
def test_a_name_that_is_no_initialization_is_refused(text: str, message: str) -> None:
    with pytest.raises(ValueError) as caught:
        check_initialization(text, "here")
    assert str(caught.value).startswith(f"here: {message}")


@pytest.mark.parametrize("text", ["glorot-normal", "normal-0.1"])
def test_a_name_that_is_an_initialization_is_not_refused(text: str) -> None:
    check_initialization(text, "here")
