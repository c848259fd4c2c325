"""Starting weights: Glorot's draw as the paper means it, masking, and what each branch starts from."""

import numpy as np
import pytest

from lth import networks, tickets
from lth.networks import Dropout, Lenet, Network
from lth.tickets import Distribution, Weights

NONE = Dropout(0.0, ())
LENET = networks.architecture(Lenet("lenet", "glorot-normal", (300, 100), NONE), (28, 28), 10)
TOY = networks.architecture(Lenet("lenet", "glorot-normal", (6, 5), NONE), (3, 3), 4)
GLOROT = Distribution(TOY, "glorot-normal")
DEVIATIONS = {"fc1.weight": 0.042954, "fc2.weight": 0.070711, "output.weight": 0.134840}


def draw(trial: int, seed: int = 1, purpose: str = "initialization") -> Weights:
    return GLOROT.draw(seed, purpose, trial=trial)


def halves(pairs: list[tuple[int, int]]) -> dict[str, np.ndarray]:
    """A mask of half of the weights for each network, the same for all repeats of a trial."""
    return {
        weight.name: np.stack([np.random.default_rng(trial).permutation(weight.size).reshape(weight.shape) % 2 == 0 for trial, _ in pairs])
        for weight in TOY.weights
    }


def start(branch: str, trials: range = range(2), *, repeats: int = 1, round: int = 1, strategy: str = "iterative", seed: int = 1) -> Weights:
    pairs = [(trial, repeat) for trial in trials for repeat in range(repeats)]
    theta0 = tickets.stack([draw(trial) for trial, _ in pairs])
    return tickets.start(branch, seed, {"strategy": strategy, "round": round, "branch": branch}, pairs, halves(pairs), theta0, GLOROT)


@pytest.fixture(scope="module")
def lenet() -> Weights:
    return Distribution(LENET, "glorot-normal").draw(0, "initialization", trial=0)


@pytest.mark.parametrize(("fans", "deviation"), [((784, 300), 0.042954), ((300, 100), 0.070711), ((100, 10), 0.134840)])
def test_glorots_standard_deviation_is_the_papers(fans: tuple[int, int], deviation: float) -> None:
    assert tickets.glorot_normal(*fans, 0.0) == pytest.approx(deviation, abs=5e-7)


def test_glorots_standard_deviation_of_convolutions_counts_the_window() -> None:
    conv = networks.architecture(networks.Conv("conv-2", "glorot-normal", NONE), (3, 32, 32), 10)
    found = Distribution(conv, "glorot-normal").deviations()
    expected = {"conv11.weight": 0.057591, "conv12.weight": 0.041667, "fc1.weight": 0.010963, "fc2.weight": 0.0625, "output.weight": 0.086711}
    assert found == pytest.approx(expected, abs=5e-7)


@pytest.mark.parametrize("name", list(networks.NETWORKS))
def test_both_initialisations_draw_every_network(name: str) -> None:
    kinds = {"lenet": Lenet(name, "", (30, 20), NONE), "resnet-18": Network(name, ""), "vgg-19": Network(name, "")}
    architecture = networks.architecture(kinds.get(name, networks.Conv(name, "", NONE)), (3, 16, 16), 10)
    largest = max(architecture.weights, key=lambda weight: weight.size)
    for initialization, deviation in (("normal-0.3", 0.3), ("glorot-normal", (2 / sum(largest.fans)) ** 0.5)):
        drawn = Distribution(architecture, initialization).draw(1, "initialization", trial=0)
        assert drawn[largest.name].std() == pytest.approx(deviation, rel=5 / np.sqrt(2 * largest.size))
        assert all((drawn[p.name] == p.initial).all() for p in architecture.parameters if not p.weight)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("glorot", "here: unknown initialization 'glorot'; did you mean 'glorot-normal'? legal: glorot-normal, normal"),
        ("normal", "here: expected normal-NUMBER, above 0 and a plain decimal such as normal-0.5, got 'normal'"),
        ("normal-0", "here: expected normal-NUMBER, above 0 and a plain decimal such as normal-0.5, got 'normal-0'"),
        ("glorot-normal-0.5", "here: expected glorot-normal, got 'glorot-normal-0.5'"),
        ("normal--1", "here: expected normal-NUMBER, above 0 and a plain decimal such as normal-0.5, got 'normal--1'"),
    ],
)
def test_an_initialisation_that_is_none_is_refused(text: str, message: str) -> None:
    with pytest.raises(ValueError) as caught:
        tickets.check_initialization(text, "here")
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("reinitt", "here: unknown branch 'reinitt'; did you mean 'reinit'?"),
        ("noise", "here: expected noise-NUMBER, above 0 and a plain decimal such as noise-0.5, got 'noise'"),
        ("noise-0", "here: expected noise-NUMBER, above 0 and a plain decimal such as noise-0.5, got 'noise-0'"),
        ("noise-" + "9" * 400, "here: expected noise-NUMBER, above 0 and a plain decimal such as noise-0.5, got 'noise-999"),
        ("noise-", "here: expected noise-NUMBER, above 0 and a plain decimal such as noise-0.5, got 'noise-'"),
        ("noise-1e5", "here: expected noise-NUMBER, above 0 and a plain decimal such as noise-0.5, got 'noise-1e5'"),
        ("noise-0.50", "here: expected noise-NUMBER, above 0 and a plain decimal such as noise-0.5, got 'noise-0.50'"),  # one name for one thing
        ("ticket-2", "here: expected ticket, got 'ticket-2'"),
    ],
)
def test_a_branch_that_is_none_is_refused(text: str, message: str) -> None:
    with pytest.raises(ValueError) as caught:
        tickets.check_branch(text, "here")
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize("name", DEVIATIONS)
def test_weights_are_drawn_normal_and_not_truncated_or_rescaled(lenet: Weights, name: str) -> None:
    scores = lenet[name].ravel() / DEVIATIONS[name]
    error = 1 / np.sqrt(scores.size)
    assert abs(scores.mean()) < 4 * error
    assert abs(scores.std() - 1) < 4 * error / np.sqrt(2)
    assert (np.abs(scores) > 2).mean() == pytest.approx(0.0455, abs=4 * 0.2084 * error)
    assert np.abs(scores).max() > 2.5


def test_biases_start_at_zero_and_everything_is_float32(lenet: Weights) -> None:
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


@pytest.mark.parametrize("branch", ["ticket", "search"])
def test_the_winning_ticket_starts_bit_equal_to_theta0_in_every_round_and_repeat(branch: str) -> None:
    for round in (0, 3):
        started = start(branch, repeats=2, round=round)
        for index, trial in enumerate((0, 0, 1, 1)):
            expected = tickets.masked(tickets.stack([draw(trial)]), halves([(trial, 0)]))
            assert all(np.array_equal(started[name][index], value[0]) for name, value in expected.items())


@pytest.mark.parametrize("branch", ["ticket", "reinit", "resample", "noise-0.5", "shuffle"])
def test_what_every_branch_starts_from_is_zero_where_the_mask_is_and_nowhere_else(branch: str) -> None:
    started, masks = start(branch, repeats=2), halves([(0, 0), (0, 1), (1, 0), (1, 1)])
    assert all(np.array_equal(started[name] != 0, mask) for name, mask in masks.items())
    assert all(value.dtype == np.float32 for value in started.values())
    assert not any(started[name].any() for name in ("fc1.bias", "fc2.bias", "output.bias"))


def test_a_reinitialised_network_shares_no_weight_with_theta0_or_another_repeat() -> None:
    started, mask = start("reinit", repeats=2)["fc1.weight"], halves([(0, 0), (0, 1), (1, 0), (1, 1)])["fc1.weight"]
    values = np.concatenate([started[mask], draw(0)["fc1.weight"].ravel(), draw(1)["fc1.weight"].ravel()])
    assert len(np.unique(values)) == 4 * 27 + 2 * 54


@pytest.mark.parametrize("branch", ["reinit", "resample", "noise-0.5", "shuffle"])
def test_every_round_strategy_and_repeat_draws_afresh_but_the_same_way_each_time(branch: str) -> None:
    first = start(branch)
    assert all(np.array_equal(first[name], value) for name, value in start(branch).items())
    for other in (start(branch, round=2), start(branch, strategy="oneshot"), start(branch, seed=2)):
        assert not np.array_equal(first["fc1.weight"], other["fc1.weight"])
    repeats = start(branch, range(1), repeats=2)["fc1.weight"]
    assert not np.array_equal(repeats[0], repeats[1])


@pytest.mark.parametrize("branch", ["reinit", "resample", "noise-0.5", "shuffle"])
def test_a_trial_starts_alike_alone_and_in_a_block(branch: str) -> None:
    block, alone = start(branch, range(3), repeats=2), start(branch, range(2, 3), repeats=2)
    assert all(np.array_equal(block[name][4:], value) for name, value in alone.items())


def test_resampled_weights_are_initial_values_that_survive_in_their_layer() -> None:
    started, mask = start("resample"), halves([(0, 0), (1, 0)])
    for trial in (0, 1):
        for name in mask:
            survivors = draw(trial)[name][mask[name][trial]]
            assert np.isin(started[name][trial][mask[name][trial]], survivors).all()
    chosen = started["fc1.weight"][0][mask["fc1.weight"][0]]
    assert len(np.unique(chosen)) < len(chosen), "drawn with replacement"


def test_shuffled_weights_are_the_tickets_at_other_places_of_their_layer() -> None:
    started, mask = start("shuffle"), halves([(0, 0), (1, 0)])
    for name in mask:
        before, after = draw(1)[name][mask[name][1]], started[name][1][mask[name][1]]
        assert np.array_equal(np.sort(before), np.sort(after))
        assert not np.array_equal(before, after)


@pytest.mark.parametrize("multiple", [0.5, 3.0])
def test_noise_is_a_multiple_of_the_layers_initial_deviation(multiple: float) -> None:
    conv = networks.architecture(networks.Conv("conv-2", "", NONE), (3, 16, 16), 10)
    distribution = Distribution(conv, "glorot-normal")
    theta0 = tickets.stack([distribution.draw(1, "initialization", trial=0)])
    masks = {weight.name: np.ones((1, *weight.shape), bool) for weight in conv.weights}
    started = tickets.start(f"noise-{multiple:g}", 1, {}, [(0, 0)], masks, theta0, distribution)
    for weight in conv.weights:
        noise = started[weight.name] - theta0[weight.name]
        expected = multiple * distribution.deviations()[weight.name]
        assert noise.std() == pytest.approx(expected, rel=5 / np.sqrt(2 * weight.size))
        assert abs(noise.mean()) < 5 * expected / np.sqrt(weight.size)


def test_the_digest_of_weights_depends_on_names_and_bits_and_not_on_their_order() -> None:
    weights = draw(0)
    changed = weights | {"fc1.bias": weights["fc1.bias"] * np.float32(-1)}
    renamed = {name.replace("fc1", "fc9"): value for name, value in weights.items()}
    assert tickets.digest(dict(reversed(weights.items()))) == tickets.digest(weights)
    assert len({tickets.digest(item) for item in (weights, changed, renamed)}) == 3
