"""`lth rewind`: the weights of a block's dense networks at an early iteration of their training, to which tickets are reset instead of θ0."""

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from lth import code, origins, settings, store, training
from lth.verbs.train import Training, origin_of, read_block


@dataclasses.dataclass(frozen=True)
class Plan(Training):
    """What rewound weights depend on beside their inputs: the training of the dense network, and the iteration."""

    iteration: settings.Count

    def __post_init__(self):
        if (self.strategy, self.round, self.branch) != ("dense", 0, "ticket"):
            raise ValueError(f"strategy: expected that of dense, round 0, ticket, got {self.strategy}, {self.round}, {self.branch}")
        self.recipe.check_within(self.iteration, "iteration")


def rewind(plan: Mapping[str, Any], key: str | None, dataset: Path, start: Path, mask: Path, out: Path, *, device: str, threads: int) -> None:
    """Trains the dense networks of a block as their run does, but for `iteration` iterations only, and writes their weights (kind `rewound`).

    On the same machine they are those that the run of the dense networks passed through, bit for bit.
    """
    torch.set_num_threads(threads)
    where = training.pick_device(device)
    chosen: Plan = settings.build(Plan, plan, "--settings")
    begin, masks = store.find(start, "theta0"), store.find(mask, "mask")
    origin = origin_of("rewound", plan, code.digest("verbs.rewind", plan), dataset, begin, masks)
    origins.expect(key, origin, out)
    block = read_block(chosen, 1, dataset, begin, masks)
    weights, finite = training.weights_at(chosen.iteration, block.stack, device=where)
    if not finite.all():
        print(f"warning: {out}: weights are not finite in {int((~finite).sum())} of {len(finite)} networks", flush=True)
    arrays = store.index(block.pairs) | {f"weights/{name}": value for name, value in weights.items()}
    store.write(out, origin, arrays, training.conditions(chosen.recipe, where))
    print(f"{out}: {len(block.pairs)} networks after {chosen.iteration} iterations", flush=True)
