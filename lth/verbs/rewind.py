"""`lth rewind`: the weights of a block's dense networks at an early iteration of their training.

Tickets are reset to them instead of θ0.
"""

from pathlib import Path

from lth.files import hdf5, origins
from lth.study.blocks import inputs_of, read_block
from lth.study.plans.rewound import Rewound
from lth.training.engines.picking import pick


def rewind(
    plan: Rewound,
    key: str | None,
    dataset: Path,
    start: Path,
    mask: Path,
    out: Path,
    *,
    engine: str,
    device: str,
    threads: int,
) -> None:
    """Trains the dense networks as their run does, for `iteration` steps, and writes their weights.

    They are those that the run of the dense networks passes, bit for bit, where the engine is the
    same (and with the torch engine, the machine).
    """
    by = pick(engine, plan.network, plan.recipe, device, threads)
    start_file, mask_file = hdf5.find(start), hdf5.find(mask)
    origin = plan.origin(inputs_of(plan, dataset, start_file, mask_file))
    origins.expect(key, origin, out)
    block = read_block(plan, 1, dataset, start_file, mask_file)
    weights, finite = by.weights_at(plan.iteration, block.stack)
    if not finite.all():
        what = f"in {int((~finite).sum())} of {len(finite)} networks"
        print(f"warning: {out}: weights are not finite {what}", flush=True)
    arrays = {f"weights/{name}": value for name, value in weights.items()}
    hdf5.write(out, origin, hdf5.index(block.pairs) | arrays, by.conditions())
    print(f"{out}: {len(block.pairs)} networks after {plan.iteration} iterations", flush=True)
