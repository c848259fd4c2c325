"""`lth rewind`: the weights of a block's dense networks at an early iteration of their training, to which tickets are reset instead of θ0."""

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import torch

from lth import code, keys, settings, store, training
from lth.verbs.train import Plan as TrainingPlan
from lth.verbs.train import origin_of, read_block


@dataclasses.dataclass(frozen=True)
class Plan:
    """What rewound weights depend on beside their inputs: the training of the dense network, and the iteration."""

    experiment: str
    block: str
    strategy: Literal["dense"]
    round: Annotated[int, settings.Range(0, 0)]
    branch: Literal["ticket"]
    dataset: str
    seed: settings.Seed
    network: Any
    iteration: settings.Count
    validation: settings.Count
    recipe: settings.Recipe

    def __post_init__(self):
        if self.iteration >= self.recipe.iterations:
            raise ValueError(f"iteration: expected an iteration below the {self.recipe.iterations} of the recipe, got {self.iteration}")


def rewind(plan: Mapping[str, Any], key: str | None, dataset: Path, start: Path, mask: Path, out: Path, *, device: str, threads: int) -> None:
    """Trains the dense networks of a block as their run does, but for `iteration` iterations only, and writes their weights (kind `rewound`).

    On the same machine they are those that the run of the dense networks passed through, bit for bit.
    """
    torch.set_num_threads(threads)
    where, wanted = training.pick_device(device), settings.build(Plan, plan, "--settings")
    begin, masks = store.read(start, "theta0"), store.read(mask, "mask")
    origin = origin_of("rewound", plan, code.digest("verbs.rewind", plan), dataset, begin, masks)
    keys.expect(key, origin.key)
    whole = {name: value for name, value in plan.items() if name != "iteration"} | {"repeats": 1, "keep_weights": True, "start_iteration": 0}
    chosen: TrainingPlan = settings.build(TrainingPlan, whole, "--settings")
    block = read_block(chosen, dataset, begin, masks)
    del begin, masks
    weights, finite = training.weights_at(wanted.iteration, block.stack, device=where)
    if not finite.all():
        print(f"warning: {out}: weights are not finite in {int((~finite).sum())} of {len(finite)} networks", flush=True)
    store.write(out, origin, store.index(block.pairs) | {f"weights/{name}": value for name, value in weights.items()}, training.versions())
    print(f"{out}: {len(block.pairs)} networks after {wanted.iteration} iterations", flush=True)
