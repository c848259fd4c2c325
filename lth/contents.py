"""Which arrays an HDF5 file of each kind holds: names, shapes and types.

They follow from the file's settings and the network, so they are known before any array is read.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import numpy as np

from lth import networks
from lth.networks import Architecture
from lth.origins import Origin
from lth.settings import Count, Range, Recipe, build

Template = Mapping[str, tuple[tuple[int, ...], np.dtype[Any]]]

CURVES = ("validation_loss", "validation_accuracy", "test_loss", "test_accuracy")
MOMENTS = ("early_stop", "final")  # at which a run is measured
INTEGER: np.dtype[Any] = np.dtype("int64")
FLOAT: np.dtype[Any] = np.dtype("float64")
SINGLE: np.dtype[Any] = np.dtype("float32")
BOOL: np.dtype[Any] = np.dtype("bool")
DIGEST: np.dtype[Any] = np.dtype("S64")
MEASURES: Mapping[str, np.dtype[Any]] = {
    "early_stop_iteration": INTEGER,
    **{f"{moment}_{curve}": FLOAT for moment in MOMENTS for curve in CURVES},
    **{f"{moment}_train_{name}": FLOAT for moment in MOMENTS for name in ("loss", "accuracy")},
    "largest_pruned_weight": SINGLE,
    "weights_left": INTEGER,
    "density": FLOAT,
    "diverged": BOOL,
    "ancestor_diverged": BOOL,
}


def from_curves(iterations: np.ndarray, curves: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The measures [networks] that follow from curves [networks, evaluations] at `iterations`.

    Early stopping is the first iteration of minimum validation loss. A training run has diverged where
    a loss was not finite. Its early stopping is then that of the finite part.
    """
    loss = np.where(np.isfinite(curves["validation_loss"]), curves["validation_loss"], np.inf)
    stop = loss.argmin(axis=1)
    measures = {"early_stop_iteration": iterations[stop]}
    finite = np.isfinite(np.stack(list(curves.values()))).all(axis=(0, 2))
    measures["diverged"] = np.asarray(~finite)
    for name, curve in curves.items():
        measures[f"early_stop_{name}"] = curve[np.arange(len(stop)), stop]
        measures[f"final_{name}"] = curve[:, -1]
    return measures


def size(template: Template) -> int:
    """How many bytes the arrays of a template have."""
    return sum(math.prod(shape) * dtype.itemsize for shape, dtype in template.values())


def stack(count: int) -> Template:
    """(trial, repeat) of each of so many networks."""
    return {"trial": ((count,), INTEGER), "repeat": ((count,), INTEGER)}


def weights(count: int, architecture: Architecture) -> Template:
    """What θ0 and rewound files hold: all parameters."""
    parameters = {f"weights/{parameter.name}": ((count, *parameter.shape), SINGLE) for parameter in architecture.parameters}
    return {**stack(count), **parameters}


def masks(count: int, shapes: Mapping[str, Sequence[int]]) -> Template:
    """What mask files hold. `shapes` are those of the weights by name."""
    kept = {f"mask/{name}": ((count, *shape), BOOL) for name, shape in shapes.items()}
    return {**stack(count), "ancestor_diverged": ((count,), BOOL), **kept}


def shapes(architecture: Architecture) -> dict[str, tuple[int, ...]]:
    """The shapes of all weights by name, as `masks` takes them."""
    return {weight.name: weight.shape for weight in architecture.weights}


def measured(origin: Origin) -> Template:
    """What a run file holds beside weights."""
    recipe: Recipe = build(Recipe, _setting(origin, "recipe"), "recipe")
    start: int = build(Annotated[int, Range(0)], _setting(origin, "start_iteration"), "start_iteration")
    recipe.check_within(start, "start_iteration")
    count, evaluations = origin.networks, len(recipe.evaluations(start))
    curves = {f"curves/{name}": ((count, evaluations), FLOAT) for name in CURVES}
    measures = {f"measures/{name}": ((count,), dtype) for name, dtype in MEASURES.items()}
    index = {"iterations": ((evaluations,), INTEGER), "start_digest": ((count,), DIGEST)}
    return {**stack(count), **index, **curves, **measures}


def whole(origin: Origin, image: Sequence[int], classes: int) -> Template:
    """All that a file holds, given the shape of an image of its data set and the number of classes."""
    if "shapes" in origin.settings:
        found = build(dict[str, tuple[Count, ...]], origin.settings["shapes"], "shapes")
        return masks(origin.networks, found)
    network = networks.read(_setting(origin, "network"), "network")
    architecture = networks.architecture(network, tuple(image), classes)
    if origin.kind == "mask":
        return masks(origin.networks, shapes(architecture))
    held = weights(origin.networks, architecture)
    if origin.kind != "run":
        return held
    return {**measured(origin), **(held if _setting(origin, "keep_weights") else {})}


def _setting(origin: Origin, name: str) -> Any:
    if name not in origin.settings:
        raise ValueError(f"settings: missing key {name!r}, which those of a {origin.kind} have")
    return origin.settings[name]
