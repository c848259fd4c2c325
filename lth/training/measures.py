"""What is measured of a training run: curves over its iterations, and numbers that sum it up."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from lth.files import hdf5
from lth.settings import expected, read
from lth.training.recipe import Recipe

TEST = ("test_loss", "test_accuracy")
CURVES = ("validation_loss", "validation_accuracy", *TEST)
STOPS = ("early_stop", "final")  # of a training run, at which all losses and accuracies are taken
AT_STOPS = ("train_loss", "train_accuracy", *CURVES)

MEASURES: Mapping[str, np.dtype[Any]] = {
    "early_stop_iteration": hdf5.INTEGER,
    **{f"{stop}_{name}": hdf5.FLOAT for stop in STOPS for name in AT_STOPS},
    "largest_pruned_weight": hdf5.SINGLE,
    "weights_left": hdf5.INTEGER,
    "density": hdf5.FLOAT,
    "diverged": hdf5.BOOL,
    "ancestor_diverged": hdf5.BOOL,
}


def iterations_of(curve: str) -> str:
    """The name of the array that has the iterations of a curve."""
    return "test_iterations" if curve in TEST else "iterations"


def from_curves(
    iterations: np.ndarray, tests: np.ndarray, curves: Mapping[str, np.ndarray]
) -> dict[str, np.ndarray]:
    """The measures [networks] that follow from curves [networks, evaluations].

    Networks are evaluated at `iterations`, on the test set at `tests`. Early stopping is the first
    iteration of minimum validation loss. Its test measures are NaN where it is `untested`. A
    training run has diverged where a loss was not finite. Its early stopping is then that of the
    finite part.
    """
    loss = np.where(np.isfinite(curves["validation_loss"]), curves["validation_loss"], np.inf)
    stops = iterations[loss.argmin(axis=1)]
    finite = np.all([np.isfinite(curve).all(axis=1) for curve in curves.values()], axis=0)
    measures = {"early_stop_iteration": stops, "diverged": np.asarray(~finite)}
    networks = np.arange(len(stops))
    for name, curve in curves.items():
        own = tests if name in TEST else iterations
        place = np.searchsorted(own, stops)  # the last iteration is in both
        value = curve[networks, place]
        measures[f"early_stop_{name}"] = np.where(own[place] == stops, value, np.nan)
        measures[f"final_{name}"] = curve[:, -1]
    return measures


def filled(
    measures: Mapping[str, np.ndarray], tests: np.ndarray, found: Mapping[str, np.ndarray]
) -> dict[str, np.ndarray]:
    """Measures that follow from curves, with those of early stopping that are `found` otherwise.

    These are the test measures where the curves do not have them. A loss among them that is not
    finite is a divergence, too.
    """
    whole, missing = dict(measures), untested(measures, tests)
    for name in (f"early_stop_{name}" for name in TEST):
        whole[name] = np.where(missing, found.get(name, np.nan), whole[name])
    whole["diverged"] = whole["diverged"] | ~np.isfinite(whole["early_stop_test_loss"])
    return whole


def at_stops(
    measures: Mapping[str, np.ndarray],
    tests: np.ndarray,
    evaluated: Callable[[str, tuple[str, ...]], Mapping[str, np.ndarray]],
) -> dict[str, np.ndarray]:
    """Measures that follow from curves, and what is `evaluated` on the weights of a stop.

    That is a function of the stop and the names of sets (`train`, `test`). It gives losses and
    accuracies [networks] by name. The test set is evaluated where the curves do not have it.
    """
    best = ("train", "test") if untested(measures, tests).any() else ("train",)
    found = {
        f"{stop}_{name}": value
        for stop, sets in (("early_stop", best), ("final", ("train",)))
        for name, value in evaluated(stop, sets).items()
    }
    return found | filled(measures, tests, found)


def untested(measures: Mapping[str, np.ndarray], tests: np.ndarray) -> np.ndarray:
    """Whether the test set was not evaluated at the early stop [networks]."""
    return ~np.isin(measures["early_stop_iteration"], tests)


def template(recipe: Recipe, first: int, networks: int) -> hdf5.Template:
    """The arrays that a run file of so many networks holds beside weights.

    `first` is the iteration from which they are trained.
    """
    counts = {
        "iterations": len(recipe.evaluations(first)),
        "test_iterations": len(recipe.tests(first)),
    }
    return {
        **hdf5.index_template(networks),
        **{name: ((count,), hdf5.INTEGER) for name, count in counts.items()},
        "start_digest": ((networks,), hdf5.DIGEST),
        **{
            f"curves/{name}": ((networks, counts[iterations_of(name)]), hdf5.FLOAT)
            for name in CURVES
        },
        **{f"measures/{name}": ((networks,), kind) for name, kind in MEASURES.items()},
    }


def template_of(settings: Mapping[str, Any], networks: int) -> hdf5.Template:
    """The template of a run file whose settings are known as plain data.

    Raises ValueError where they are not those of a run.
    """
    recipe = read(Recipe, _setting(settings, "recipe"), "recipe")
    first = _first_iteration(settings)
    recipe.check_within(first, "start.iteration")
    return template(recipe, first, networks)


def _first_iteration(settings: Mapping[str, Any]) -> int:
    """The iteration from which networks are trained: only rewound weights have another than 0."""
    start = read(dict[str, Any], _setting(settings, "start"), "start")
    iteration = start.get("iteration", 0)
    if not isinstance(iteration, int) or iteration < 0:
        raise expected("start.iteration", "a whole number of at least 0", iteration)
    return iteration


def _setting(settings: Mapping[str, Any], name: str) -> Any:
    if name not in settings:
        raise ValueError(f"settings: missing key {name!r}, which those of a run have")
    return settings[name]
