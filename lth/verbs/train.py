"""`lth train`: train the tickets of a block (trials x repeats) of one round and branch."""

import sys
import time
from pathlib import Path

from tqdm import tqdm

from lth.files import atomic, hdf5, origins
from lth.study.blocks import inputs_of, read_block
from lth.study.plans.run import Run as Plan
from lth.study.run_arrays import run_arrays
from lth.training.checkpoint import Checkpoint
from lth.training.engines.picking import pick
from lth.training.recipe import Recipe
from lth.training.stack import Progress, Result

REPORTED = 60.0  # seconds between lines in a log


def train(
    plan: Plan,
    key: str | None,
    dataset: Path,
    start: Path,
    mask: Path,
    out: Path,
    *,
    engine: str,
    device: str,
    threads: int,
    checkpoint_every: float,
) -> None:
    """Trains and writes a file of kind `run` to `out`.

    Every `checkpoint_every` seconds, at an evaluation, the state goes to a checkpoint beside `out`.
    A killed training run goes on from there, bit for bit. One of another key is never used.
    """
    began = time.monotonic()
    by = pick(engine, plan.network, plan.recipe, device, threads)
    start_file, mask_file = hdf5.find(start), hdf5.find(mask)
    origin = plan.origin(inputs_of(plan, dataset, start_file, mask_file))
    origins.expect(key, origin, out)
    block = read_block(plan, plan.repeats, dataset, start_file, mask_file)
    made_on = by.conditions()
    saved = Checkpoint.beside(out, origin, made_on)
    for part in (*atomic.leftovers(out), *atomic.leftovers(saved.path)):
        part.unlink(missing_ok=True)
    resume = saved.resumed(block.stack)
    begun = plan.first_iteration if resume is None else int(resume["iteration"])
    where = f"on {by.where} by the {by.NAME} engine"
    what = f"{len(block.pairs)} networks, {plan.recipe.iterations} iterations {where}"
    print(f"{out}: {what}, from iteration {begun}", flush=True)
    watch = Watch(plan.recipe, saved, checkpoint_every)
    result = by.train(block.stack, first=plan.first_iteration, resume=resume, on_evaluation=watch)
    hdf5.write(out, origin, run_arrays(result, block, keep_weights=plan.keep_weights), made_on)
    saved.delete()
    _report(out, result, time.monotonic() - began)


class Watch:
    """What happens at each evaluation: a bar or lines of progress, and checkpoints."""

    def __init__(self, recipe: Recipe, saved: Checkpoint, seconds: float):
        self.recipe, self.saved, self.seconds = recipe, saved, seconds
        quiet = not sys.stderr.isatty()
        self.bar = tqdm(total=recipe.iterations, unit="it", disable=quiet, leave=False)
        self.reported = self.written = time.monotonic()

    def __call__(self, progress: Progress) -> None:
        self.bar.update(progress.iteration - self.bar.n)
        now = time.monotonic()
        if self.bar.disable and now - self.reported >= REPORTED:
            self.reported = now
            loss = progress.curves["validation_loss"][:, -1].mean()
            where = f"iteration {progress.iteration}/{self.recipe.iterations}"
            print(f"{where}: validation loss {loss:.4f}", flush=True)
        if progress.iteration == self.recipe.iterations:
            self.bar.close()
        elif now - self.written >= self.seconds:
            self.written = now
            self.saved.write(progress)


def _report(out: Path, result: Result, seconds: float) -> None:
    count = len(result.measures["diverged"])
    if diverged := int(result.measures["diverged"].sum()):
        what = f"in {diverged} of {count} networks (column `diverged`)"
        print(f"warning: {out}: loss was not finite {what}", flush=True)
    accuracy = f"{100 * result.measures['early_stop_test_accuracy'].mean():.2f} %"
    what = f"{accuracy} (mean of {count}), {seconds:.0f} s"
    print(f"{out}: test accuracy at early stopping {what}", flush=True)
