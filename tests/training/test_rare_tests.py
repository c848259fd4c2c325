"""The test set may be evaluated less often, which changes nothing but how often it is."""

from collections.abc import Callable

import numpy as np
import pytest
import stacks
from stacks import ADAM, LENET, changed, equal

from lth.training.measures import CURVES, TEST, template, untested
from lth.training.recipe import Recipe
from lth.training.sparse.loop import train as train_sparsely
from lth.training.stack import Result, Stack

Train = Callable[[Stack], Result]
RECIPE = changed(ADAM, iterations=23, evaluate_every=2)
ENGINES = pytest.mark.parametrize(
    "train", [stacks.trained, train_sparsely], ids=["torch", "sparse"]
)


def trained(train: Train, recipe: Recipe) -> Result:
    return train(stacks.toy_stack(LENET, 4, recipe))


@ENGINES
@pytest.mark.parametrize("every", [2, 5, 100])
def test_a_run_is_the_same_but_for_how_often_it_is_tested(train: Train, every: int) -> None:
    often, rare = trained(train, RECIPE), trained(train, changed(RECIPE, test_every=every))
    assert equal(rare.weights, often.weights)
    assert equal(rare.measures, often.measures)
    assert rare.test_iterations.tolist() == [*range(0, 23, 2 * every), 23]
    known = np.isin(often.iterations, rare.test_iterations)
    for name in CURVES:
        expected = often.curves[name]
        assert np.array_equal(rare.curves[name], expected[:, known] if name in TEST else expected)


@ENGINES
def test_a_stop_between_two_tests_is_tested_on_the_weights_kept(train: Train) -> None:
    fast = changed(RECIPE, learning_rate=0.05, iterations=40)
    often, rare = trained(train, fast), trained(train, changed(fast, test_every=100))
    assert untested(rare.measures, rare.test_iterations).any(), "a stop inside is needed here"
    assert np.isfinite(rare.measures["early_stop_test_loss"]).all()
    assert equal(rare.measures, often.measures)


def test_a_run_that_is_tested_rarely_fits_its_template() -> None:
    recipe = changed(RECIPE, test_every=3)
    run, expected = trained(stacks.trained, recipe), template(recipe, 0, 4)
    assert expected["test_iterations"][0] == run.test_iterations.shape == (5,)
    assert expected["iterations"][0] == run.iterations.shape == (13,)
    for name, curve in run.curves.items():
        assert expected[f"curves/{name}"][0] == curve.shape
