"""Starting weights: Glorot's draw as the paper means it, masking, and what each branch starts from."""

import numpy as np
import pytest

from lth import networks, tickets
from lth.settings import Network, to_plain

LENET = networks.build(Network("lenet", (300, 100), "glorot-normal"), (28, 28), 10)
SMALL = Network("lenet", (6, 5), "glorot-normal")
TOY = networks.build(SMALL, (3, 3), 4)
DEVIATIONS = {"fc1.weight": 0.042954, "fc2.weight": 0.070711, "output.weight": 0.134840}


def draw(trial: int, seed: int = 1, purpose: str = "initialization", **coordinates: int | str) -> tickets.Weights:
    return tickets.draw(TOY, "glorot-normal", seed, purpose, trial=trial, **coordinates)


def plan(branch: str, repeats: int = 1, round: int = 1, strategy: str = "iterative", seed: int = 1) -> dict[str, object]:
    return {"seed": seed, "network": to_plain(SMALL), "strategy": strategy, "round": round, "branch": branch, "repeats": repeats}


def start(branch: str, trials: range = range(2), **options: int | str) -> tickets.Weights:
    theta0 = tickets.stack([draw(trial) for trial in trials])
    return tickets.start(plan(branch, **options), trials, theta0, TOY)


@pytest.fixture(scope="module")
def lenet() -> tickets.Weights:
    return tickets.draw(LENET, "glorot-normal", 0, "initialization", trial=0)


@pytest.mark.parametrize(("fans", "deviation"), [((784, 300), 0.042954), ((300, 100), 0.070711), ((100, 10), 0.134840), ((27, 576), 0.057591)])
def test_glorots_standard_deviation_is_the_papers(fans: tuple[int, int], deviation: float) -> None:
    assert tickets.glorot_normal(*fans) == pytest.approx(deviation, abs=5e-7)


@pytest.mark.parametrize("name", DEVIATIONS)
def test_weights_are_drawn_normal_and_not_truncated_or_rescaled(lenet: tickets.Weights, name: str) -> None:
    scores = lenet[name].ravel() / DEVIATIONS[name]
    error = 1 / np.sqrt(scores.size)
    assert abs(scores.mean()) < 4 * error
    assert abs(scores.std() - 1) < 4 * error / np.sqrt(2)
    assert (np.abs(scores) > 2).mean() == pytest.approx(0.0455, abs=4 * 0.2084 * error)
    assert np.abs(scores).max() > 2.5


def test_biases_start_at_zero_and_everything_is_float32(lenet: tickets.Weights) -> None:
    assert list(lenet) == [parameter.name for parameter in LENET.parameters]
    assert not any(lenet[name].any() for name in ("fc1.bias", "fc2.bias", "output.bias"))
    assert {value.dtype for value in lenet.values()} == {np.dtype(np.float32)}
    assert all(lenet[parameter.name].shape == parameter.shape for parameter in LENET.parameters)


def test_a_trial_has_the_same_weights_whatever_else_is_drawn() -> None:
    alone = draw(2)
    together = [draw(trial) for trial in (0, 1, 2)][2]
    assert all(np.array_equal(alone[name], together[name]) for name in alone)


@pytest.mark.parametrize(("seed", "purpose", "trial"), [(0, "initialization", 0), (1, "reinitialization", 0), (1, "initialization", 1)])
def test_another_seed_purpose_or_trial_draws_other_weights(seed: int, purpose: str, trial: int) -> None:
    ours, others = draw(0), draw(trial, seed, purpose)
    assert all(not np.isin(ours[name], others[name]).any() for name in ours if name.endswith("weight"))


def test_a_stack_has_the_networks_on_the_first_axis() -> None:
    stack = tickets.stack([draw(0), draw(1)])
    assert stack["fc1.weight"].shape == (2, 6, 9)
    assert np.array_equal(stack["fc1.weight"][1], draw(1)["fc1.weight"])


def test_masked_weights_are_exact_positive_zeros_and_the_others_bit_equal() -> None:
    weights = tickets.stack([draw(0)])
    mask = {"fc1.weight": np.random.default_rng(0).random((1, 6, 9)) < 0.5}
    result = tickets.masked(weights, mask)
    pruned = result["fc1.weight"][~mask["fc1.weight"]]
    assert pruned.tobytes() == bytes(4 * pruned.size)
    assert np.array_equal(result["fc1.weight"][mask["fc1.weight"]], weights["fc1.weight"][mask["fc1.weight"]])
    assert result["output.weight"] is weights["output.weight"]
    assert result["fc1.weight"].dtype == np.float32


def test_the_winning_ticket_starts_bit_equal_to_theta0_in_every_round_and_repeat() -> None:
    for round in (0, 3):
        started = start("ticket", repeats=2, round=round)
        for index, trial in enumerate((0, 0, 1, 1)):
            assert all(np.array_equal(started[name][index], value) for name, value in draw(trial).items())


def test_a_reinitialised_network_shares_no_weight_with_theta0_or_another_repeat() -> None:
    started = start("reinit", repeats=2)["fc1.weight"]
    networks = [*started, draw(0)["fc1.weight"], draw(1)["fc1.weight"]]
    assert len(np.unique(np.stack(networks))) == 6 * started[0].size


def test_every_round_and_strategy_reinitialises_afresh_but_the_same_way_each_time() -> None:
    first = start("reinit")
    assert all(np.array_equal(first[name], value) for name, value in start("reinit").items())
    for other in (start("reinit", round=2), start("reinit", strategy="oneshot"), start("reinit", seed=2)):
        assert not np.isin(first["fc1.weight"], other["fc1.weight"]).any()


def test_a_trial_is_reinitialised_alike_alone_and_in_a_block() -> None:
    block, alone = start("reinit", range(3), repeats=2), start("reinit", range(2, 3), repeats=2)
    assert all(np.array_equal(block[name][4:], value) for name, value in alone.items())


def test_the_digest_of_weights_depends_on_names_and_bits_and_not_on_their_order() -> None:
    weights = draw(0)
    changed = weights | {"fc1.bias": weights["fc1.bias"] * np.float32(-1)}
    renamed = {name.replace("fc1", "fc9"): value for name, value in weights.items()}
    assert tickets.digest(dict(reversed(weights.items()))) == tickets.digest(weights)
    assert len({tickets.digest(item) for item in (weights, changed, renamed)}) == 3
