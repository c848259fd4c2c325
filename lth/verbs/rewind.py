"""`lth rewind`: the weights of a block's dense networks at an early iteration of their training.

Tickets are reset to them instead of θ0.
"""

from pathlib import Path

import torch

from lth.files import hdf5, origins
from lth.study.blocks import inputs_of, read_block
from lth.study.plans.rewound import Rewound
from lth.training.device import conditions, pick_device
from lth.training.loop import weights_at
from lth.training.memory import within_memory


def rewind(
    plan: Rewound,
    key: str | None,
    dataset: Path,
    start: Path,
    mask: Path,
    out: Path,
    *,
    device: str,
    threads: int,
) -> None:
    """Trains the dense networks as their run does, for `iteration` steps, and writes their weights.

    On the same machine they are those that the run of the dense networks passes, bit for bit.
    """
    torch.set_num_threads(threads)
    on = pick_device(device)
    start_file, mask_file = hdf5.find(start), hdf5.find(mask)
    origin = plan.origin(inputs_of(plan, dataset, start_file, mask_file))
    origins.expect(key, origin, out)
    block = read_block(plan, 1, dataset, start_file, mask_file)
    with within_memory(block.stack, on):
        weights, finite = weights_at(plan.iteration, block.stack, device=on)
    if not finite.all():
        what = f"in {int((~finite).sum())} of {len(finite)} networks"
        print(f"warning: {out}: weights are not finite {what}", flush=True)
    arrays = {f"weights/{name}": value for name, value in weights.items()}
    hdf5.write(out, origin, hdf5.index(block.pairs) | arrays, conditions(plan.recipe, on))
    print(f"{out}: {len(block.pairs)} networks after {plan.iteration} iterations", flush=True)
