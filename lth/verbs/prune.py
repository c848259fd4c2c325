"""`lth prune`: the mask of the next round, from a mask and, for methods that need them, weights."""

from pathlib import Path

from lth.files import hdf5, origins
from lth.lottery import masks
from lth.study.mask_parents import diverged_before, masks_of, read_parents
from lth.study.pairs import pairs_of
from lth.study.plans.mask import Mask


def prune(plan: Mask, key: str | None, mask: Path, weights: Path | None, out: Path) -> None:
    """Prunes every network of a block and writes the masks (kind `mask`) to `out`.

    `weights` is a run that was trained under `mask`, θ0 to prune before any training, or None for a
    method that looks at no weights.
    """
    _check(plan, weights)
    before = hdf5.find(mask)
    trained = hdf5.find(weights) if weights else None
    found = {"mask": before} | ({"weights": trained} if trained else {})
    for role, stored in found.items():
        plan.check_input(role, stored.path, stored.origin)
    origin = plan.origin({role: (stored.as_input(),) for role, stored in found.items()})
    origins.expect(key, origin, out)
    parents = read_parents(plan, before, trained)
    diverged = diverged_before(plan, parents)
    if diverged.any():
        what = f"in {int(diverged.sum())} of {len(diverged)} networks"
        when = "the loss of a training run before this mask was not finite"
        print(f"warning: {out}: {when} {what}", flush=True)
    after = masks_of(plan, parents)
    arrays = hdf5.index(pairs_of(plan.block, plan.repeats)) | {"ancestor_diverged": diverged}
    hdf5.write(out, origin, arrays | {f"mask/{name}": value for name, value in after.items()})
    percent, count = 100 * masks.density(after)[0], masks.survivors(after)[0]
    print(f"{out}: {percent:.3f} % of the weights left, {count:,} in each network")


def _check(plan: Mask, weights: Path | None) -> None:
    """Raises ValueError where the plan is not pruned, or needs weights and no file is given."""
    if plan.making is None:
        raise ValueError(
            "--settings.making: expected how the mask is made; `init` makes the dense one"
        )
    if (weights is None) != (plan.making.weights is None):
        what = "none" if plan.making.weights is None else "a file"
        raise ValueError(f"--weights: expected {what} for method {plan.making.method!r}")
