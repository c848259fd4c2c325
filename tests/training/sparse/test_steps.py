"""Steps and evaluations against torch, in float64."""

import numpy as np
import pytest
import torch
from torch.nn.functional import cross_entropy
from training.sparse.networks import ADAM, SGD, SIZES, Toy, toy, toy_examples
from training.sparse.plain import Plain, pixels_of, trained

from lth.training.sparse.network import unpack
from lth.training.sparse.pixels import lay_out
from lth.training.sparse.steps import evaluate, steps
from lth.training.sparse.work import Examples, Rule, State, columns_of

STEPS = 50
RULES = {
    "adam": ADAM,
    "adam-decay": ADAM._replace(weight_decay=1e-2),
    "adam-dropout": ADAM._replace(dropout=0.5),
    "sgd": SGD,
    "momentum": SGD._replace(momentum=0.9),
    "momentum-decay-dropout": SGD._replace(momentum=0.9, weight_decay=1e-2, dropout=0.3),
}


def rates_of(rule: Rule, count: int = STEPS) -> np.ndarray:
    """A warm-up and a drop."""
    factors = np.minimum(1, np.arange(1, count + 1) / 10)
    factors[count // 2 :] /= 2
    return factors * (3e-3 if rule.adam else 3e-2)


def order_of(batch: int, count: int = STEPS, examples: int = 200) -> np.ndarray:
    draw = np.random.default_rng(5)
    return np.stack([draw.permutation(examples)[:batch] for _ in range(count)])


def stepped(
    case: Toy, rule: Rule, examples: Examples, order: np.ndarray, parts: int = 1
) -> np.ndarray:
    """The parameters after a step for each row of `order`, the first at iteration 3."""
    state, work, rates, made = case.state(), case.work(), rates_of(rule, len(order)), 0
    for rows, some in zip(np.split(order, parts), np.split(rates, parts), strict=True):
        steps(case.network, state, examples, rows, some, rule, 3 + made, made, work)
        made += len(rows)
    return unpack(state.values, case.places, len(case.parameters))


def check(case: Toy, rule: Rule, batch: int) -> None:
    examples = toy_examples(200, case.masks[0].shape[1], len(case.masks[-1]))
    order = order_of(batch)
    found = stepped(case, rule, examples, order)
    expected = trained(case, rule, examples, order, rates_of(rule), first=3)
    assert np.abs(found - expected).max() < 1e-9
    assert np.abs(found - case.parameters).max() > 1e-3


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
@pytest.mark.parametrize("density", [0.2, 0.7])
def test_fifty_steps_are_those_of_torch(rule: Rule, density: float) -> None:
    check(toy(density=density), rule, 60)


@pytest.mark.parametrize("batch", [1, 31, 32, 33, 60, 100, 128])
def test_so_they_are_with_any_batch(batch: int) -> None:
    check(toy(density=0.4), ADAM._replace(dropout=0.5), batch)


@pytest.mark.parametrize("sizes", [(20, 3), (9, 1, 2), (16, 8, 4, 4), (30, 9, 9, 9, 9, 9, 4)])
@pytest.mark.parametrize("density", [0.5, 1.0])
def test_so_they_are_with_any_layers(sizes: tuple[int, ...], density: float) -> None:
    check(toy(sizes, density), SGD._replace(momentum=0.9, weight_decay=1e-2), 33)


def test_idle_values_decay_as_all_others() -> None:
    case = toy(density=0.08, dense=2.0)
    idle = case.places[case.network.bias + case.network.first[-1] :]
    assert case.parameters[idle[idle >= 0]].any()
    check(case, ADAM._replace(weight_decay=1e-2), 32)


def test_a_network_without_weights_trains_its_biases() -> None:
    check(toy(density=0.0), ADAM, 32)


@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_steps_in_parts_give_the_same_bits(kind: type) -> None:
    case, rule = toy(dtype=kind), ADAM._replace(dropout=0.5, weight_decay=1e-3)
    examples, order = toy_examples(200, SIZES[0], SIZES[-1], kind), order_of(100)
    whole = stepped(case, rule, examples, order)
    assert whole.dtype == kind
    assert whole.tobytes() == stepped(case, rule, examples, order, parts=5).tobytes()


@pytest.mark.parametrize("kind", [np.float32, np.float64])
@pytest.mark.parametrize("rule", [ADAM, SGD], ids=["adam", "sgd"])
def test_bits_do_not_depend_on_which_layers_are_dense(kind: type, rule: Rule) -> None:
    examples, order = toy_examples(200, SIZES[0], SIZES[-1], kind), order_of(60)
    cases = [toy(density=0.5, dtype=kind, dense=dense) for dense in (0.0, 0.45, 2.0)]
    results = {stepped(case, rule, examples, order).tobytes() for case in cases}
    assert len(results) == 1


def test_float32_goes_the_way_of_float64() -> None:
    found = []
    for kind in (np.float32, np.float64):
        examples = toy_examples(200, SIZES[0], SIZES[-1], kind)
        found.append(stepped(toy(dtype=kind), SGD, examples, order_of(60)))
    # Bits are the same on every CPU, so this is one number, and the limit holds on all or on none.
    assert np.abs(found[0] - found[1]).max() < 1e-5


@pytest.mark.parametrize("count", [1, 31, 32, 200])
@pytest.mark.parametrize("density", [0.1, 0.5])
def test_evaluations_are_those_of_torch(count: int, density: float) -> None:
    case, examples = toy(density=density), toy_examples(count, SIZES[0], SIZES[-1])
    loss, right = evaluated(case, examples)
    logits = Plain(case, ADAM).logits(pixels_of(examples))
    labels = torch.from_numpy(examples.labels)
    assert loss == pytest.approx(cross_entropy(logits, labels).item(), rel=1e-13)
    assert right == (logits.argmax(1) == labels).sum()


def evaluated(case: Toy, examples: Examples) -> tuple[float, int]:
    values = case.state().values
    laid_out = examples._replace(images=lay_out(examples.images, columns_of(values.dtype)))
    loss, right = evaluate(case.network, values, laid_out, case.work())
    return loss / len(examples.labels), right


@pytest.mark.parametrize("kind", [np.float32, np.float64])
@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_loss_that_is_not_finite_is_nan(kind: type, value: float) -> None:
    case = toy(density=1.0, dtype=kind)
    case.parameters[0] = value
    assert np.isnan(evaluated(case, toy_examples(70, SIZES[0], SIZES[-1], kind))[0])


def test_a_rate_that_is_too_large_diverges() -> None:
    case, examples = toy(density=0.5, dtype=np.float32), toy_examples(200, 37, 5, np.float32)
    state, rates = case.state(), np.full(STEPS, 1e20)
    steps(case.network, state, examples, order_of(60), rates, SGD, 0, 0, case.work())
    assert np.isnan(state.values).any()


def test_unused_columns_take_no_part() -> None:
    case, examples = toy(density=0.7), toy_examples(200, SIZES[0], SIZES[-1])
    work, results = case.work(), []
    for garbage in (0.0, np.nan):
        state = case.state()
        work.outputs[:], work.errors[:], work.gradient[:] = garbage, garbage, garbage
        order = order_of(5, 3)
        steps(case.network, state, examples, order, np.ones(3), SGD, 0, 0, work)
        results.append(state.values.tobytes())
    assert results[0] == results[1]


@pytest.mark.parametrize("name", ["sgd", "momentum-decay-dropout"])
def test_averages_that_are_not_used_may_be_empty(name: str) -> None:
    case, rule, none = toy(), RULES[name], np.zeros(0)
    examples, order, rates = toy_examples(200, SIZES[0], SIZES[-1]), order_of(60), rates_of(SGD)
    whole = case.state()
    state = State(whole.values, whole.first if rule.momentum else none, none)
    steps(case.network, state, examples, order, rates, rule, 3, 0, case.work())
    found = unpack(state.values, case.places, len(case.parameters))
    assert np.array_equal(found, stepped(case, rule, examples, order))
