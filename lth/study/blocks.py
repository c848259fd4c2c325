"""The networks of a training run, read from files and checked."""

import dataclasses
from pathlib import Path

import numpy as np

from lth.data import arrays as data_arrays
from lth.data.source import Manifest, read_manifest
from lth.files.hdf5 import Stored
from lth.files.origins import Input
from lth.lottery import masks, tickets
from lth.lottery.initializations.distribution import Distribution
from lth.settings import expected
from lth.study.pairs import pairs_of
from lth.study.plans.training import Training
from lth.training.examples import examples
from lth.training.randomness import Randomness
from lth.training.stack import Stack


@dataclasses.dataclass(frozen=True)
class Block:
    """A stack: (trial, repeat) of each network, and whether an ancestor of it diverged."""

    pairs: list[tuple[int, int]]
    ancestor_diverged: np.ndarray
    stack: Stack


def inputs_of(
    plan: Training, dataset: Path, start: Stored, mask: Stored
) -> dict[str, tuple[Input, ...]]:
    """The inputs of a training run by role. Raises ValueError where one is not what it asks for."""
    manifest = read_manifest(dataset, plan.dataset)
    plan.check_input("start", start.path, start.origin)
    plan.check_input("mask", mask.path, mask.origin)
    data = manifest.as_input(dataset)
    return {"dataset": (data,), "start": (start.as_input(),), "mask": (mask.as_input(),)}


def distribution_of(plan: Training, manifest: Manifest) -> Distribution:
    """Where the initial weights of a plan's network come from."""
    architecture = plan.network.architecture(manifest.shape, manifest.classes)
    return Distribution(architecture, plan.network.initialization)


def read_tickets(
    plan: Training,
    pairs: list[tuple[int, int]],
    start: Stored,
    mask: Stored,
    distribution: Distribution,
) -> tuple[masks.Masks, masks.Weights, np.ndarray]:
    """Masks and masked starting weights [networks, ...], and whether an ancestor diverged."""
    architecture = distribution.architecture
    start_file = start.load(tickets.template(start.origin.networks, architecture))
    mask_file = mask.load(masks.template(mask.origin.networks, architecture.shapes))
    mask_indices, start_indices = mask_file.indices(pairs), start_file.indices(pairs)
    network_masks = {name: value[mask_indices] for name, value in mask_file.group("mask").items()}
    weights = {name: value[start_indices] for name, value in start_file.group("weights").items()}
    started = tickets.starting_weights(
        plan.branch, plan.seed, plan.coordinates, pairs, network_masks, weights, distribution
    )
    return network_masks, started, mask_file.arrays["ancestor_diverged"][mask_indices]


def read_block(plan: Training, repeats: int, dataset: Path, start: Stored, mask: Stored) -> Block:
    """Reads the examples, and makes the starting weights of the branch for each network.

    Raises ValueError where files do not belong together.
    """
    manifest, data = data_arrays.read(dataset, plan.dataset)
    distribution = distribution_of(plan, manifest)
    pairs = pairs_of(plan.block, repeats)
    network_masks, weights, diverged = read_tickets(plan, pairs, start, mask, distribution)
    sets = examples(
        data,
        manifest,
        validation=plan.validation,
        seed=plan.seed,
        normalization=plan.recipe.normalization,
    )
    if plan.recipe.batch > len(sets.training):
        what = f"at most the {len(sets.training)} training examples"
        raise expected("--settings.recipe.batch", what, plan.recipe.batch)
    order = plan.recipe.data_order
    randomness = Randomness(plan.seed, plan.coordinates, order, pairs, len(sets.training))
    architecture = distribution.architecture
    stack = Stack(architecture, weights, network_masks, sets, plan.recipe, randomness)
    return Block(pairs, diverged, stack)
